"""Who a bearer token speaks for."""

from collections.abc import Sequence
from datetime import datetime

from starlette.requests import Request

from lightkeeper.access.gate import admits
from lightkeeper.bootstrap.house import House
from lightkeeper.kernel.call import OPERATOR, Caller
from lightkeeper.kernel.problems import Unauthenticated
from lightkeeper.wire.operator.key import is_operator


class Callers:
    """Who a bearer token speaks for, on every surface but Graph."""

    def __init__(self, house: House, operator_key: str, audiences: Sequence[str]) -> None:
        self._house = house
        self._key = operator_key
        self._audiences = tuple(audiences)

    def home_tenant(self, subscription_id: str) -> str | None:
        """Return the tenant a subscription belongs to, None when there is no such subscription."""
        placed = self._house.index.view.tables.subscriptions.get(subscription_id)
        return placed.tenant_id if placed is not None else None

    def admits(self, caller: Caller, subscription_id: str) -> bool:
        """Return whether a token of the caller's tenant is accepted on the subscription."""
        return admits(self._house.index, caller, subscription_id, self._house.office.clock.now())

    def caller_of(self, token: str, now: datetime) -> Caller:
        """Return who the token speaks for. Raises `Unauthenticated`."""
        if token.startswith("lko-") and is_operator(f"Bearer {token}", self._key):
            return OPERATOR
        return self._house.verifier.verify_access_token(token, now, self._audiences)

    def of_token(self, token: str) -> Caller:
        """Return who the token speaks for now. Raises `Unauthenticated`."""
        return self.caller_of(token, self._house.office.clock.now())

    def of_request(self, request: Request) -> Caller:
        """Return who the request's bearer token speaks for. Raises `Unauthenticated`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(
                "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
            )
        return self.of_token(token.strip())
