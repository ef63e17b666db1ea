"""The declared role assignments.

The access index learns of a subscription when its transaction is committed; here roles are given in the same transaction
that creates the subscription. So they are asked of a copy of the index that already knows the declared world.
"""

from collections.abc import Iterator
from dataclasses import replace

from lightkeeper.access import roles, service
from lightkeeper.access.assignment_rules import Asked
from lightkeeper.access.facts import Fact, Joined, ManagementGroupPlaced, SubscriptionPlaced
from lightkeeper.access.gate import AccessGate, index_of
from lightkeeper.access.index import AccessIndex
from lightkeeper.kernel.call import Call, TenantId
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound, Problem
from lightkeeper.world.model import DeclaredRoleAssignment, World


def write(call: Call, world: World) -> None:
    """Give the declared roles. Raises `Invalid` with the line of every one that cannot be given."""
    if not world.role_assignments:
        return
    ahead = _index_with(call, world)
    refused: list[Finding] = []
    for assignment in world.role_assignments:
        # At a tenant's root and at management groups the scope belongs to the caller's tenant.
        caller = replace(call.caller, tenant_id=TenantId(assignment.tenant_id))
        own = replace(call, gate=AccessGate(ahead), caller=caller)
        try:
            _write_one(own, assignment)
        except Problem as problem:
            refused.append(Finding(problem.code, assignment.scope, problem.message, place=assignment.place))
    if refused:
        raise Invalid("InvalidWorld", "Some role assignments cannot be made; nothing was applied.", details=refused)


def _write_one(call: Call, declared: DeclaredRoleAssignment) -> None:
    role = roles.role_named(declared.role) or roles.role_of(declared.role)
    if role is None:
        raise Invalid("UnknownRole", f"No role has the name or id '{declared.role}'.")
    asked = Asked(
        name=declared.id, principal_id=declared.principal_id, role_id=role.id, description=declared.description or None
    )
    try:
        present = service.get_assignment(call, declared.scope, declared.id)
    except NotFound:
        present = None
    if present is not None and (present.principal_id, present.role_id, present.description) == (
        asked.principal_id,
        role.id,
        asked.description,
    ):
        return
    try:
        service.assign_role(call, declared.scope, asked)
    except Conflict as conflict:
        if conflict.code != "RoleAssignmentExists":  # under another name: the principal has the role already
            raise


def _index_with(call: Call, world: World) -> AccessIndex:
    view = index_of(call).view
    ahead = AccessIndex(view.roles.catalogue)
    ahead.view = view
    ahead.apply(_facts(world))
    return ahead


def _facts(world: World) -> Iterator[Fact]:
    for group in world.management_groups:
        yield ManagementGroupPlaced(group.tenant_id, group.name, group.parent or group.tenant_id)
    for subscription in world.subscriptions:
        above = subscription.management_group or subscription.tenant_id
        yield SubscriptionPlaced(subscription.id, subscription.tenant_id, above)
    for tenant in world.tenants:
        for container in tenant.groups:
            for member in container.members:
                yield Joined(container.id, member)
