"""Believing access tokens: the signature is checked once, everything that can change on every use."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt
from sqlalchemy import Connection

from lightkeeper.directory import store
from lightkeeper.directory.model import ObjectId, TenantId
from lightkeeper.directory.signing_keys import SigningKey
from lightkeeper.directory.tokens import issuer_of, same_audience
from lightkeeper.kernel.call import Caller, CallerKind
from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.problems import Unauthenticated

LONGEST_TOKEN = 16 * 1024
_REMEMBERED = 20_000  # tokens in each of the two generations of the memory


@dataclass(frozen=True, slots=True)
class _Believed:
    """A token whose signature was checked once."""

    audience: str
    not_before: float
    expires: float
    caller: Caller


class Verifier:
    """Believes our own access tokens: the signature is checked once, everything that can change on every use.

    `load` reads who is there; afterwards `follow` is told every change from the log, so that a deleted or disabled
    principal is refused at its next request although its token would live on.
    """

    def __init__(self, keys: Callable[[], Sequence[SigningKey]]) -> None:
        """Verify with the keys that `keys` returns; it is asked again when a token names one that is not known yet."""
        self._keys = keys
        self._known: Mapping[str, SigningKey] = {}
        self._living: set[str] = set()
        self._young: dict[str, _Believed] = {}
        self._old: dict[str, _Believed] = {}

    def load(self, connection: Connection) -> None:
        """Read which principals exist and are enabled; before requests are served, since it replaces what `follow` was told."""
        self._living = set(store.living(connection))
        self._known = {}

    def follow(self, entries: Sequence[Entry]) -> None:
        """Take note of principals that came, went, or were disabled."""
        for entry in entries:
            if entry.kind == "PrincipalDeleted":
                self._living.discard(entry.body["id"])
            elif entry.kind in ("UserWritten", "ServicePrincipalWritten"):
                (self._living.add if entry.body["enabled"] else self._living.discard)(entry.body["id"])
            elif entry.kind == "SigningKeyWritten":
                self._known = {}

    def verify_access_token(self, token: str, now: datetime, audiences: Collection[str]) -> Caller:
        """Return whom the token is about.

        Raises `Unauthenticated` with `InvalidAuthenticationToken`, `ExpiredAuthenticationToken` or
        `InvalidAuthenticationTokenAudience` (arm.md 2.2). An audience fits with or without its trailing slash.
        """
        believed = self._young.get(token) or self._old.get(token)
        if believed is None:
            believed = self._believe(token, now)
            self._remember(token, believed)
        caller, at = believed.caller, now.timestamp()
        if at >= believed.expires:
            raise Unauthenticated(
                "ExpiredAuthenticationToken",
                f"The access token expiry UTC time '{_clock(believed.expires)}' is earlier than current UTC time "
                f"'{_clock(at)}'.",
                tenant_id=caller.tenant_id,
            )
        if believed.audience not in audiences and not any(same_audience(believed.audience, a) for a in audiences):
            allowed = ",".join(f"'{audience}'" for audience in audiences)
            raise Unauthenticated(
                "InvalidAuthenticationTokenAudience",
                "The access token has been obtained for wrong audience or resource "
                f"'{believed.audience}'. It should exactly match with one of the allowed audiences {allowed}.",
                tenant_id=caller.tenant_id,
            )
        if at < believed.not_before or not self._alive(caller):
            raise _invalid(caller.tenant_id)
        return caller

    def _alive(self, caller: Caller) -> bool:
        return caller.object_id in self._living and caller.home_object_id in self._living

    def _remember(self, token: str, believed: _Believed) -> None:
        if len(self._young) >= _REMEMBERED:
            self._old, self._young = self._young, {}
        self._young[token] = believed

    def _believe(self, token: str, now: datetime) -> _Believed:
        if len(token) > LONGEST_TOKEN:
            raise _invalid()
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(str(header.get("kid")))
            if key is None:
                raise _invalid()
            claims = jwt.decode(token, key.public, algorithms=["RS256"], options=_TIME_IS_OURS)
            if claims["iss"] != issuer_of(claims["tid"]) or claims["ver"] != "1.0":
                raise _invalid()
            return _Believed(str(claims["aud"]), float(claims["nbf"]) - 300, float(claims["exp"]), _caller(claims))
        except (jwt.InvalidTokenError, KeyError, TypeError, ValueError) as fault:
            raise _invalid() from fault

    def _key(self, kid: str) -> SigningKey | None:
        if kid not in self._known:
            self._known = {key.kid: key for key in self._keys()}
        return self._known.get(kid)


_TIME_IS_OURS: Any = {  # the clock of a sandbox moves, so times are compared with the call's
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_sub": False,
}


def _caller(claims: Mapping[str, Any]) -> Caller:
    is_user = claims["idtyp"] == "user"
    return Caller(
        object_id=ObjectId(claims["oid"]),
        tenant_id=TenantId(claims["tid"]),
        name=claims["upn"] if is_user else claims["appid"],
        kind=CallerKind.USER if is_user else CallerKind.APPLICATION,
        home_tenant_id=TenantId(claims["lk_home_tid"]),
        home_object_id=ObjectId(claims["lk_home_oid"]),
        app_id=claims["appid"],
        mfa="mfa" in claims.get("amr", ()),
    )


def _invalid(tenant_id: str | None = None) -> Unauthenticated:
    return Unauthenticated("InvalidAuthenticationToken", "The access token is invalid.", tenant_id=tenant_id)


def _clock(at: float) -> str:
    """Return a time as ARM writes it in this message: `7/8/2026 6:38:47 PM`."""
    moment = datetime.fromtimestamp(at, tz=UTC)
    return f"{moment.month}/{moment.day}/{moment.year} {moment.hour % 12 or 12}:{moment:%M:%S %p}"
