"""What people of a tenant do with its groups; `relations` puts members into them."""

from collections.abc import Sequence

from lightkeeper.directory import group_rules, reading, relations, rules, writing
from lightkeeper.directory.authority import insist
from lightkeeper.directory.changes import Changes
from lightkeeper.directory.entitlement_rules import BY_ROLE, Deed
from lightkeeper.directory.model import Group, ObjectId, TenantId
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import refuse_if


def create_group(
    call: Call,
    tenant_id: TenantId,
    wanted: Changes,
    *,
    types: tuple[str, ...] = (),
    owners: Sequence[str] = (),
    members: Sequence[str] = (),
) -> Group:
    """Make a group. Whoever makes it as a plain member owns it. Raises `Invalid` with every fault."""
    actor = insist(call, tenant_id, Deed.CREATE_GROUP)
    refuse_if(group_rules.check_new_group(wanted.fields))
    group = wanted.applied_to(Group(ObjectId(ids.new_guid()), tenant_id, created_at=call.now))
    refuse_if([*rules.check_principal(group), *group_rules.check_group(group, types)])
    call.hold(f"principals:{tenant_id}", f"memberships:{tenant_id}")
    writing.write(call, group)
    owning = dict.fromkeys(each.lower() for each in owners)
    if actor.principal is not None and not actor.roles & BY_ROLE[Deed.CREATE_GROUP]:
        owning[actor.principal.id] = None
    relations.own_all(call, tenant_id, "groups", group.id, owning)
    relations.join_all(call, group, members)
    return group


def change_group(call: Call, tenant_id: TenantId, group_id: str, wanted: Changes, members: Sequence[str] = ()) -> Group:
    """Change a group, and put `members` into it. Raises `Invalid` with every fault, `NotFound` when there is none."""
    insist(call, tenant_id, Deed.CHANGE_GROUP, group_id.lower())
    call.hold(f"principals:{tenant_id}", f"memberships:{tenant_id}")
    group = wanted.applied_to(reading.get_group(call, tenant_id, group_id))
    refuse_if([*rules.check_principal(group), *group_rules.check_group(group)])
    writing.write(call, group)
    relations.join_all(call, group, members)
    return group


def delete_group(call: Call, tenant_id: TenantId, group_id: str) -> None:
    """Delete a group, which can be brought back for a while. Raises `NotFound` when there is none."""
    insist(call, tenant_id, Deed.DELETE_GROUP, group_id.lower())
    call.hold(f"principals:{tenant_id}")
    writing.remove(call, reading.get_group(call, tenant_id, group_id), for_good=False)
