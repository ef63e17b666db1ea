"""What a lock stops, asked by the gate after a change was found to be within the caller's rights."""

from lightkeeper.access import lock_store
from lightkeeper.access.model import LockLevel
from lightkeeper.access.scopes import Chain
from lightkeeper.kernel import resource_id
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict
from lightkeeper.kernel.resource_id import MalformedId

LOOKING = ("/validate/action", "/whatif/action", "/exporttemplate/action", "/validatemoveresources/action")
"""Actions that only look, though their verb is POST; a ReadOnly lock lets them through."""

OWN = "microsoft.authorization/locks/"


def insist_unlocked(call: Call, action: str, scope: str, chain: Chain) -> None:
    """Raise `Conflict` (ScopeLocked) when a lock forbids the caller's change; quiet for looks, providers, the operator."""
    lowered = action.lower()
    if lowered.endswith("/read") or lowered.startswith(OWN) or not chain.delegable:
        return
    if call.caller.unrestricted or call.caller.tenant_id != chain.home:
        return
    deleting = lowered.endswith("/delete")
    below = chain.keys[0] if deleting and _deletes_the_scope_itself(lowered, scope) else None
    for lock in lock_store.list_around(call.connection, chain.keys, below):
        if lock.level is LockLevel.READ_ONLY and lowered.endswith(LOOKING):
            continue
        if deleting or lock.level is LockLevel.READ_ONLY:
            verb = "delete" if deleting else "write"
            raise Conflict(
                "ScopeLocked",
                f"The scope '{scope}' cannot perform {verb} operation because following scope(s) are locked: "
                f"'{lock.scope}'. Please remove the lock and try again.",
            )


def _deletes_the_scope_itself(action: str, scope: str) -> bool:
    """Return whether the action deletes what `scope` names, and so everything below, rather than something kept at it."""
    try:
        kind = resource_id.parse(scope).type.lower()
    except MalformedId:
        return False
    return action.split("/")[-2:-1] == kind.split("/")[-1:]
