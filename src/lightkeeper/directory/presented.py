"""A client assertion as it was presented: read within bounds, believed in nothing yet (RFC 7523, section 3)."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lightkeeper.directory import assertion_refusals as refusals

LONGEST = 16 * 1024
_NEITHER_TIME_NOR_AUDIENCE: Any = dict.fromkeys(
    ("verify_exp", "verify_nbf", "verify_iat", "verify_aud", "verify_iss", "verify_sub", "verify_jti"), False
)


@dataclass(frozen=True, slots=True)
class Presented:
    """What an assertion says of itself."""

    text: str = field(repr=False)
    header: Mapping[str, Any]
    issuer: str
    subject: str
    audiences: tuple[str, ...]
    since: datetime | None
    until: datetime
    id: str

    @property
    def key_id(self) -> str | None:
        """Return the key the header names, if any."""
        found = self.header.get("kid")
        return found if isinstance(found, str) else None

    def thumbprint(self, name: str) -> str:
        """Return a thumbprint of the header as RFC 7515 writes it; empty when absent.

        Some clients pad it, or use the alphabet of plain base64.
        """
        found = self.header.get(name)
        return found.rstrip("=").replace("+", "-").replace("/", "_") if isinstance(found, str) else ""

    def is_signed_by(self, key: RSAPublicKey, *algorithms: str) -> bool:
        """Return whether the signature is this key's, made in one of these ways whatever else the header may wish."""
        try:
            jwt.decode(self.text, key, algorithms=list(algorithms), options=_NEITHER_TIME_NOR_AUDIENCE)
        except (jwt.InvalidTokenError, ValueError, TypeError):
            return False
        return True


def read(text: str) -> Presented:
    """Return what an assertion says of itself. Raises AADSTS50027 when it is no signed token with the needed claims."""
    if len(text) > LONGEST:
        raise refusals.malformed(f"It is longer than {LONGEST} characters.")
    try:
        parts = jwt.api_jws.PyJWS().decode_complete(text, options={"verify_signature": False})
        claims = json.loads(parts["payload"])
        header = parts["header"]
        audience = claims["aud"]
        audiences = tuple(audience) if isinstance(audience, list) else (audience,)
        texts = (claims["iss"], claims["sub"], *audiences)
        until, since = _moment(claims["exp"]), claims.get("nbf", claims.get("iat"))
        issued = None if since is None else _moment(since)
        identifier = claims.get("jti", parts["payload"].hex())
    except (jwt.InvalidTokenError, ValueError, TypeError, KeyError, OverflowError, RecursionError) as fault:
        raise refusals.malformed("It needs the claims 'iss', 'sub', 'aud' and 'exp'.") from fault
    if not audiences or not all(isinstance(each, str) and each for each in texts) or not isinstance(identifier, str):
        raise refusals.malformed("The claims 'iss', 'sub', 'aud' and 'jti' are texts.")
    return Presented(text, header, claims["iss"], claims["sub"], audiences, issued, until, identifier)


def _moment(value: Any) -> datetime:
    """Return the moment of a numeric date, which may have a fraction (RFC 7519, section 2)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a numeric date")
    return datetime.fromtimestamp(float(value), tz=UTC)
