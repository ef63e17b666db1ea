"""Access tokens and id tokens: what is written into them (`verifier` believes them).

Access tokens have the first form ("1.0"), the one Entra gives for Azure Resource Manager: issuer
`https://sts.windows.net/{tenant}/` whatever our own host is called. Id tokens have the second form and name us.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from lightkeeper.directory.model import Principal, ServicePrincipal, Tenant, User
from lightkeeper.directory.signing_keys import SigningKey
from lightkeeper.kernel import ids

ACCESS_TOKEN_FOR = timedelta(hours=1)
SECRET, SIGNED = "1", "2"  # how a program proved who it is (claim `appidacr`)


@dataclass(frozen=True, slots=True)
class Subject:
    """Who a token is about: an object in a tenant, its home account (itself unless a guest), the program it uses."""

    tenant: Tenant
    principal: User | ServicePrincipal
    home: Principal
    client_id: str
    amr: tuple[str, ...] = ("pwd",)
    proof: str = SECRET

    @property
    def sign_in_name(self) -> str:
        """Return the name the account signs in with; the application id for a service principal."""
        return self.home.upn if isinstance(self.home, User) else self.client_id


def issuer_of(tenant_id: str) -> str:
    """Return the issuer of access tokens of a tenant."""
    return f"https://sts.windows.net/{tenant_id}/"


def issue_access_token(
    key: SigningKey, subject: Subject, audience: str, now: datetime, *, lives_for: timedelta = ACCESS_TOKEN_FOR
) -> str:
    """Return a signed access token for `audience`, which is kept exactly as asked for."""
    principal = subject.principal
    claims: dict[str, Any] = {
        "aud": audience,
        "iss": issuer_of(subject.tenant.id),
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + lives_for).timestamp()),
        "tid": subject.tenant.id,
        "oid": principal.id,
        "sub": principal.id,
        "appid": subject.client_id,
        "azp": subject.client_id,
        "ver": "1.0",
        "uti": ids.new_guid(),
        "lk_home_tid": subject.home.tenant_id,
        "lk_home_oid": subject.home.id,
    }
    if isinstance(principal, User):
        name = subject.sign_in_name
        claims |= {"idtyp": "user", "upn": name, "unique_name": name, "name": principal.display_name}
        claims |= {"scp": "user_impersonation", "amr": list(subject.amr)}
    else:
        claims |= {"idtyp": "app", "appidacr": subject.proof}
    if subject.home.tenant_id != subject.tenant.id:
        claims["idp"] = issuer_of(subject.home.tenant_id)
    else:
        claims["idp"] = issuer_of(subject.tenant.id)
    return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.kid, "x5t": key.kid})


def issue_id_token(key: SigningKey, subject: Subject, now: datetime, *, login_url: str, nonce: str = "") -> str:
    """Return a signed id token for the program the person signed in to."""
    claims: dict[str, Any] = {
        "aud": subject.client_id,
        "iss": f"{login_url}/{subject.tenant.id}/v2.0",
        "iat": int(now.timestamp()),
        "nbf": int(now.timestamp()),
        "exp": int((now + ACCESS_TOKEN_FOR).timestamp()),
        "tid": subject.tenant.id,
        "oid": subject.principal.id,
        "sub": subject.principal.id,
        "preferred_username": subject.sign_in_name,
        "upn": subject.sign_in_name,
        "name": subject.principal.display_name,
        "ver": "2.0",
    }
    if nonce:
        claims["nonce"] = nonce
    return jwt.encode(claims, key.private, algorithm="RS256", headers={"kid": key.kid})


def same_audience(left: str, right: str) -> bool:
    """Return whether two audiences are one, trailing slashes and case aside."""
    return left.rstrip("/").lower() == right.rstrip("/").lower()
