"""The door every service asks at: the kernel's `Gate`, answered from the access index."""

from datetime import datetime

from lightkeeper.access import decide as deciding
from lightkeeper.access import reach
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.lock_rules import insist_unlocked
from lightkeeper.access.model import Subject
from lightkeeper.kernel.call import Call, Caller
from lightkeeper.kernel.problems import Forbidden


class AccessGate:
    """Decides for the caller of each call; the operator and the platform itself are not asked for roles."""

    def __init__(self, index: AccessIndex) -> None:
        self.index = index

    def allows(self, call: Call, action: str, scope: str) -> bool:
        """Return whether the caller may do `action` at `scope`."""
        caller = call.caller
        return caller.unrestricted or deciding.decide(
            self.index.view, Subject(caller.object_id, caller.tenant_id), action, scope, call.now
        )

    def demand(self, call: Call, action: str, scope: str) -> None:
        """Return quietly when the caller may do `action` at `scope`; raise `Forbidden` otherwise.

        Raises `Conflict` when the caller might, but a lock stands in the way.
        """
        if not self.allows(call, action, scope):
            raise refusal(call.caller, action, scope)
        if action.endswith("/read"):
            return
        insist_unlocked(call, action, scope, self.index.view.chain(scope, call.caller.tenant_id))


def refusal(caller: Caller, action: str, scope: str) -> Forbidden:
    """Return ARM's refusal, in ARM's words."""
    return Forbidden(
        "AuthorizationFailed",
        f"The client '{caller.name}' with object id '{caller.object_id}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your "
        "credentials.",
    )


def subject_of(call: Call) -> Subject:
    """Return who asks, as the index knows subjects."""
    return Subject(call.caller.object_id, call.caller.tenant_id)


def index_of(call: Call) -> AccessIndex:
    """Return the index behind the call's gate."""
    gate = call.gate
    if not isinstance(gate, AccessGate):
        raise TypeError("this call was opened without the access gate")
    return gate.index


def admits(index: AccessIndex, caller: Caller, subscription_id: str, now: datetime) -> bool:
    """Return whether a token of the caller's tenant is accepted on a subscription at all (reach.may_enter)."""
    if caller.unrestricted:
        return True
    return reach.may_enter(index.view, Subject(caller.object_id, caller.tenant_id), subscription_id, now)
