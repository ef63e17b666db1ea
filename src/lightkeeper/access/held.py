"""Which roles a subject holds at a scope, all of them: for the permissions API, never for a decision."""

from datetime import datetime

from lightkeeper.access.compiled import AS_DELEGATED, DELEGATED_ADMINISTRATOR
from lightkeeper.access.decide import running
from lightkeeper.access.model import PermissionBlock, Role, Subject
from lightkeeper.access.view import View


def roles_of(view: View, subject: Subject, scope: str, now: datetime) -> list[Role]:
    """Return the roles that count for the subject at `scope`: its own, its groups', delegated, activated; by name."""
    chain = view.chain(scope, subject.tenant_id)
    principals = view.principals(subject.object_id)
    at_home = chain.home == subject.tenant_id
    bits = 0
    for key in chain.keys if at_home else ():
        grants = view.tables.grants_at.get(key, {})
        for principal in principals:
            bits |= grants.get(principal, 0)
    for key in () if at_home else chain.delegable:
        for definition_id in view.tables.delegations_at.get(key, {}).values():
            definition = view.tables.definitions.get(definition_id)
            if definition is not None and definition.managing_tenant_id == subject.tenant_id:
                for principal in principals:
                    bits |= definition.roles.get(principal, 0)
    bit_of = view.roles.bits.of if at_home else view.roles.delegated_bit
    for activation in running(view, subject, chain, principals, now):
        bits |= bit_of(activation.role_id)
    found = [
        DELEGATED_ADMINISTRATOR if role_id == AS_DELEGATED else view.roles.catalogue.role_of(role_id)
        for role_id in view.roles.bits.ids_in(bits)
    ]
    return sorted((role for role in found if role is not None), key=lambda role: role.name)


def permissions_of(view: View, subject: Subject, scope: str, now: datetime) -> list[PermissionBlock]:
    """Return the permission blocks of those roles; across tenants without data actions, which never count there (L101)."""
    chain = view.chain(scope, subject.tenant_id)
    blocks = [block for role in roles_of(view, subject, scope, now) for block in role.permissions]
    if chain.home == subject.tenant_id:
        return blocks
    return [PermissionBlock(block.actions, block.not_actions, condition=block.condition) for block in blocks]
