"""Scopes that exist: which tenant one belongs to, and what it lies in."""

from dataclasses import dataclass

from lightkeeper.access.gate import index_of
from lightkeeper.kernel import resource_id
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.kernel.resource_id import MalformedId
from lightkeeper.resources import service as resources


@dataclass(frozen=True, slots=True)
class Place:
    """A scope that exists: the tenant it belongs to, its keys, nearest first, and whether it lies in a subscription."""

    home: str
    keys: tuple[str, ...]
    in_subscription: bool


def place_of(call: Call, scope: str, *, must_exist: bool = False) -> Place:
    """Return where a scope is; the tenant comes from the subscription's row, which this call may just have written.

    Raises `NotFound` for a subscription nobody knows, and with `must_exist` for anything else that is not there; `Invalid`
    for what is no scope.
    """
    try:
        parsed = resource_id.parse(scope)
    except MalformedId as fault:
        raise Invalid("InvalidScope", f"'{scope[:300]}' is not a scope.") from fault
    if parsed.subscription_id is not None:
        home: str = resources.require_subscription(call, parsed.subscription_id.lower()).tenant_id
    else:
        home = call.caller.tenant_id
    if must_exist:
        resources.require_scope(call, parsed, home)
    return Place(home, index_of(call).view.chain(scope, home).keys, parsed.subscription_id is not None)
