"""An issuer elsewhere, and what programs sign."""

import json
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from jwt.algorithms import RSAAlgorithm

from lightkeeper.directory.issuers import Unreachable
from tests.directory.keys import rsa_key
from tests.directory.people import START

ISSUER = "https://issuer.example/realm"
EXCHANGE = "api://AzureADTokenExchange"
SUBJECT = "system:serviceaccount:prod:automation"


@dataclass
class Elsewhere:
    """An issuer's web site; counts what it was asked."""

    keys: dict[str, RSAPrivateKey] = field(default_factory=lambda: {"one": rsa_key("issuer")})
    asked: list[str] = field(default_factory=list)
    broken: str = ""
    changes: dict[str, Any] = field(default_factory=dict)
    more: list[Any] = field(default_factory=list)

    def __call__(self, url: str) -> bytes:
        self.asked.append(url)
        if self.broken:
            raise Unreachable(self.broken)
        if url == f"{ISSUER}/.well-known/openid-configuration":
            return json.dumps({"issuer": ISSUER, "jwks_uri": f"{ISSUER}/keys"} | self.changes).encode()
        if url == f"{ISSUER}/keys":
            listed = [self.published(kid) for kid in self.keys]
            return json.dumps({"keys": [*self.more, *listed]}).encode()
        raise Unreachable(f"{url} is not there")

    def published(self, kid: str) -> dict[str, Any]:
        jwk: dict[str, Any] = RSAAlgorithm.to_jwk(self.keys[kid].public_key(), as_dict=True)
        return jwk | {"kid": kid, "use": "sig"}

    def signs(self, *, kid: str | None = "one", algorithm: str = "RS256", **claims: Any) -> str:
        """A token about the automation, as one that was signed in says it; None takes a claim away."""
        now = START.timestamp()
        said = {"iss": ISSUER, "sub": SUBJECT, "aud": EXCHANGE, "iat": now, "exp": now + 600} | claims
        key = self.keys.get(kid or "", rsa_key("issuer"))
        said = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid} if kid else None)


def signed(app_id: str, audience: str, *, key: Any = None, algorithm: str = "RS256", **more: Any) -> str:
    """What MSAL signs with a certificate's key: float times, the thumbprint in the header; None takes a claim away.

    Keywords with a leading underscore are claims, the others headers.
    """
    now = START.timestamp() + 0.25
    claims = {"iss": app_id, "sub": app_id, "aud": audience, "iat": now, "exp": now + 600, "jti": str(time.time_ns())}
    claims |= {name.removeprefix("_"): value for name, value in more.items() if name.startswith("_")}
    headers = {name.replace("x5t_s256", "x5t#S256"): value for name, value in more.items() if not name.startswith("_")}
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(claims, key or rsa_key("automation"), algorithm=algorithm, headers=headers)


MINUTES = timedelta(minutes=1)
