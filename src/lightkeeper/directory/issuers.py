"""The keys of other issuers, as they publish them (OpenID Connect Discovery 1.0, RFC 7517).

Asked only about issuers that an application has registered. What was fetched is kept for an hour; a key that is not
among it is looked for again at most once a minute, so that a stranger's token cannot make us ask without end.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from jwt.utils import base64url_decode

from lightkeeper.directory.certificate_reading import FEWEST_BITS, MOST_BITS

KEPT_FOR = 3600.0
KEPT_WITHOUT_ANSWER_FOR = 24 * 3600.0  # an issuer that is away for a while does not shut everybody out
ASKED_AGAIN_AFTER = 60.0
MOST_KEYS, MOST_ISSUERS = 100, 500

Fetch = Callable[[str], bytes]
"""Gets a document within limits of its own, and only from where our network may be asked; raises `Unreachable`."""


class Unreachable(Exception):
    """An issuer's keys cannot be had; the text says why and holds no secret."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of an issuer: its keys by id, when they were fetched and when it was last asked."""

    keys: Mapping[str, RSAPublicKey] = field(default_factory=dict)
    fetched_at: float = 0.0
    asked_at: float = 0.0
    fault: str = ""


class Issuers:
    """Answers with other issuers' keys. Blocks while it asks; to be used outside of any transaction."""

    def __init__(self, fetch: Fetch | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._monotonic = monotonic
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def key_of(self, issuer: str, key_id: str | None) -> RSAPublicKey | None:
        """Return the issuer's key of this id, or its only one for a token that names none; None when it has no such.

        Raises `Unreachable` when the issuer does not say what its keys are.
        """
        known = self._known.get(issuer)
        if known is None or self._is_stale(known, key_id):
            known = self._asked(issuer, key_id)
        if known.fault and not known.keys:
            raise Unreachable(known.fault)
        if key_id is None:
            return next(iter(known.keys.values())) if len(known.keys) == 1 else None
        return known.keys.get(key_id)

    def _is_stale(self, known: _Known, key_id: str | None) -> bool:
        now = self._monotonic()
        if now - known.asked_at <= ASKED_AGAIN_AFTER:
            return False
        return now - known.fetched_at > KEPT_FOR or (key_id is not None and key_id not in known.keys)

    def _asked(self, issuer: str, key_id: str | None) -> _Known:
        with self._lock:
            asking = self._asking.setdefault(issuer, threading.Lock())
        with asking:
            known = self._known.get(issuer)
            if known is not None and not self._is_stale(known, key_id):
                return known  # somebody else asked meanwhile
            found = self._answer_of(issuer, known or _Known())
            with self._lock:
                self._known.pop(issuer, None)
                self._known[issuer] = found
                while len(self._known) > MOST_ISSUERS:
                    forgotten = next(iter(self._known))
                    del self._known[forgotten]
                    self._asking.pop(forgotten, None)
            return found

    def _answer_of(self, issuer: str, before: _Known) -> _Known:
        now = self._monotonic()
        try:
            keys = self._published(issuer)
        except Unreachable as fault:
            kept = before.keys if now - before.fetched_at <= KEPT_WITHOUT_ANSWER_FOR else {}
            return replace(before, keys=kept, asked_at=self._monotonic(), fault=str(fault))
        return _Known(keys, now, self._monotonic())

    def _published(self, issuer: str) -> Mapping[str, RSAPublicKey]:
        if self._fetch is None:
            raise Unreachable("This server does not ask other issuers for their keys.")
        about = _document(self._fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration"), issuer)
        if about.get("issuer") != issuer:
            raise Unreachable(f"The document of '{issuer[:200]}' speaks of another issuer.")
        address = about.get("jwks_uri")
        if not isinstance(address, str) or not address.startswith("https://"):
            raise Unreachable(f"'{issuer[:200]}' does not say where its keys are.")
        listed = _document(self._fetch(address), issuer).get("keys")
        if not isinstance(listed, list) or len(listed) > MOST_KEYS:
            raise Unreachable(f"'{issuer[:200]}' publishes no list of at most {MOST_KEYS} keys.")
        found: dict[str, RSAPublicKey] = {}
        for one in listed:
            key = _key(one)
            if key is not None:
                found[str(one.get("kid", ""))] = key
        return found


def _document(raw: bytes, issuer: str) -> dict[str, Any]:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as fault:
        raise Unreachable(f"'{issuer[:200]}' answers with something that is no JSON.") from fault
    if not isinstance(value, dict):
        raise Unreachable(f"'{issuer[:200]}' answers with something that is no JSON object.")
    return value


def _key(jwk: Any) -> RSAPublicKey | None:
    """Return a key that can check RS256 signatures; None for every other kind, and for one that is too short or long."""
    if not isinstance(jwk, dict) or jwk.get("kty") != "RSA":
        return None
    if jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256":
        return None
    try:
        n, e = (int.from_bytes(base64url_decode(str(jwk[name])), "big") for name in ("n", "e"))
        if not FEWEST_BITS <= n.bit_length() <= MOST_BITS or e.bit_length() > 32:
            return None
        return RSAPublicNumbers(e, n).public_key()
    except (KeyError, ValueError, TypeError):
        return None
