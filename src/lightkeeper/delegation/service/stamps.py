"""Who wrote something, taken from the call."""

from lightkeeper.delegation.model import Stamp
from lightkeeper.kernel.call import Call, CallerKind


def stamp(call: Call, before: Stamp | None) -> Stamp:
    """Return the stamp of something written now; `before` is the stamp it had."""
    kind = "User" if call.caller.kind is CallerKind.USER else "Application"
    if before is None:
        return Stamp(call.caller.name, kind, call.now, call.caller.name, kind, call.now)
    return Stamp(before.created_by, before.created_by_type, before.created_at, call.caller.name, kind, call.now)
