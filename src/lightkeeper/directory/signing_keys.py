"""The keys tokens are signed with: RS256, kept in the database so that a restart or a second node honours old tokens.

The newest key signs. An older one is published and accepted until every token it signed has expired.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from sqlalchemy import Connection

from lightkeeper.directory import sign_in_store
from lightkeeper.directory.authority import administer
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event

KEY_BITS = 2048
KNOWN_AFTER_RETIREMENT_FOR = timedelta(days=1)  # longer than any access token lives


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One key; `kid` names it in a token's header."""

    kid: str
    private: RSAPrivateKey = field(repr=False)

    @property
    def public(self) -> RSAPublicKey:
        """Return the half that everybody may have."""
        return self.private.public_key()


def ensure_signing_key(call: Call) -> None:
    """Make the first key when there is none; for the start of a server."""
    administer(call)
    call.hold("signing-keys")
    if not sign_in_store.keys(call.connection):
        _add(call)


def roll_over(call: Call) -> None:
    """Sign with a new key from now on; the old ones stay known for a day."""
    administer(call)
    call.hold("signing-keys")
    known = [kid for kid, _, _, _ in sign_in_store.keys(call.connection)]
    sign_in_store.retire_keys(call.connection, known, call.now + KNOWN_AFTER_RETIREMENT_FOR)
    _add(call)


@dataclass(frozen=True, slots=True)
class KeyState:
    """How a key stands: it signs until it is retired, and is believed until `retired_at`."""

    kid: str
    created_at: datetime
    retired_at: datetime | None


def list_keys(call: Call) -> list[KeyState]:
    """Return every key there was, the newest first; for the operator."""
    administer(call)
    return [KeyState(kid, created, retired) for kid, _, created, retired in sign_in_store.keys(call.connection)]


def known_keys(connection: Connection, now: datetime) -> list[SigningKey]:
    """Return the keys whose tokens are accepted, the one that signs first; empty before `ensure_signing_key`."""
    rows = sign_in_store.keys(connection, unretired_at=now)
    return [_loaded(kid, pem) for kid, pem, _, _ in sorted(rows, key=lambda row: row[3] is not None)]


def as_jwk(key: SigningKey) -> Mapping[str, Any]:
    """Return the public half as a JSON web key (RFC 7517)."""
    numbers = key.public.public_numbers()
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key.kid,
        "x5t": key.kid,
        "n": _number(numbers.n),
        "e": _number(numbers.e),
    }


def _add(call: Call) -> None:
    private = generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    kid = base64.urlsafe_b64encode(hashlib.sha256(public).digest()).rstrip(b"=").decode()
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    sign_in_store.add_key(call.connection, kid, pem.decode(), call.now)
    call.record(Event("SigningKeyWritten", "Lightkeeper.Directory/signingKeys/write", body={"kid": kid}))


@lru_cache(maxsize=32)
def _loaded(kid: str, pem: str) -> SigningKey:
    private = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(private, RSAPrivateKey)
    return SigningKey(kid, private)


def _number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()
