"""Clause: who asks, and whether a token of their tenant is accepted on the subscription they ask about.

A request without a token is told where to sign in; a token of a foreign tenant hears which tenant is the right one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from lightkeeper.kernel.call import Caller
from lightkeeper.kernel.ids import is_guid
from lightkeeper.kernel.problems import Invalid, NotFound, Problem, Unauthenticated


class Doors(Protocol):
    """What the dispatcher must know of subscriptions and tokens before a service is asked."""

    def home_tenant(self, subscription_id: str) -> str | None:
        """Return the tenant a subscription belongs to, None when there is no such subscription."""
        ...

    def admits(self, caller: Caller, subscription_id: str) -> bool:
        """Return whether a token of the caller's tenant is accepted on the subscription."""
        ...

    def caller_of(self, token: str, now: datetime) -> Caller:
        """Return who a bearer token speaks for. Raises `Unauthenticated`."""
        ...


class Admission:
    """Asks the doors, and says in ARM's words why they stay shut."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    def caller(self, headers: Mapping[str, str], path: str, now: datetime) -> Caller:
        """Return whose token the request carries.

        Raises `Unauthenticated`; without a token also `NotFound` and `Invalid` for a subscription that is none.
        """
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise self._challenge(path)
        return self._doors.caller_of(token.strip(), now)

    def check_subscription(self, caller: Caller, subscription_id: str | None) -> None:
        """Raise unless the subscription exists and admits the caller; a path without one admits everybody."""
        if subscription_id is None:
            return
        home = self._doors.home_tenant(subscription_id.lower())
        if home is None:
            raise _no_subscription(subscription_id)
        if not self._doors.admits(caller, subscription_id.lower()):
            raise Unauthenticated(
                "InvalidAuthenticationTokenTenant",
                f"The access token is from the wrong issuer 'https://sts.windows.net/{caller.tenant_id}/'. It must match the "
                f"tenant 'https://sts.windows.net/{home}/' associated with this subscription. Please use the authority (URL) "
                f"'https://login.windows.net/{home}' to get the token. Note, if the subscription is transferred to another "
                "tenant there is no impact to the services, but information about new tenant could take time to propagate "
                "(up to an hour).",
                tenant_id=home,
            )

    def _challenge(self, path: str) -> Problem:
        """Return the 401 for a request without a token; it names the home tenant of the subscription asked for.

        Clients discover a subscription's tenant by asking without a token, so an unknown one is 404 here.
        """
        segments = [part for part in path.split("/") if part]
        tenant = None
        if len(segments) > 1 and segments[0].lower() == "subscriptions":
            tenant = self._doors.home_tenant(segments[1].lower())
            if tenant is None:
                return _no_subscription(segments[1])
        return Unauthenticated(
            "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.", tenant_id=tenant
        )


def _no_subscription(subscription_id: str) -> Problem:
    if not is_guid(subscription_id):
        return Invalid(
            "InvalidSubscriptionId",
            f"The provided subscription identifier '{subscription_id[:100]}' is malformed or invalid.",
        )
    return NotFound("SubscriptionNotFound", f"The subscription '{subscription_id}' could not be found.")
