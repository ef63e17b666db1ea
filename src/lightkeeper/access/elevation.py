"""Elevation: a Global Administrator takes User Access Administrator at the root of the own tenant (L112).

The directory gives no rights on resources; this one step is the bridge, and it is logged like any other assignment.
"""

from lightkeeper.access import actions, store
from lightkeeper.access.assignment_rules import Asked
from lightkeeper.access.gate import refusal
from lightkeeper.access.giving import give
from lightkeeper.access.model import USER_ACCESS_ADMINISTRATOR
from lightkeeper.access.scopes import root_of
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.resource_id import ROOT


def elevate_access(call: Call) -> None:
    """Give the caller User Access Administrator at `/` of the own tenant; the same again changes nothing.

    Raises `Forbidden` for whoever is not a Global Administrator of that tenant.
    """
    call.open_to_all("whether the caller is a Global Administrator is checked right here")
    caller = call.caller
    found = directory.find_principal(call, caller.object_id)
    if not (isinstance(found, User) and found.tenant_id == caller.tenant_id and found.global_administrator):
        raise refusal(caller, actions.ELEVATE_ACCESS, ROOT)
    call.hold(f"roles:{caller.tenant_id}")
    held = store.find_same(call.connection, root_of(caller.tenant_id), caller.object_id, USER_ACCESS_ADMINISTRATOR)
    if held is None:
        give(call, ROOT, Asked(ids.new_guid(), caller.object_id, USER_ACCESS_ADMINISTRATOR))
        body = {"resource_id": ROOT, "object_id": caller.object_id}
        call.record(Event("AccessElevated", actions.ELEVATE_ACCESS, caller.tenant_id, body=body))
