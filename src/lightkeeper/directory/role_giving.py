"""Giving and taking the roles of a directory; a Global Administrator does."""

from collections.abc import Iterator
from dataclasses import replace

from lightkeeper.directory import store, writing
from lightkeeper.directory.authority import insist, not_found, read_all
from lightkeeper.directory.directory_roles import DirectoryRole
from lightkeeper.directory.entitlement_rules import Deed
from lightkeeper.directory.model import Principal, ServicePrincipal, TenantId, User
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid


def give_role(call: Call, tenant_id: TenantId, role: DirectoryRole, principal_id: str) -> Principal:
    """Give somebody a role. Raises `Invalid` when they hold it, or are a group; `NotFound` when there is nobody."""
    insist(call, tenant_id, Deed.GIVE_DIRECTORY_ROLE)
    call.hold(f"principals:{tenant_id}")
    known = _holder(call, tenant_id, principal_id)
    if role in known.directory_roles:
        raise Invalid(
            "Request_BadRequest",
            "A conflicting object with one or more of the specified property values is present in the directory.",
        )
    return writing.write(call, replace(known, directory_roles=known.directory_roles | {role}))


def take_role(call: Call, tenant_id: TenantId, role: DirectoryRole, principal_id: str) -> None:
    """Take a role from somebody. Raises `NotFound` when they do not hold it."""
    insist(call, tenant_id, Deed.GIVE_DIRECTORY_ROLE)
    call.hold(f"principals:{tenant_id}")
    known = _holder(call, tenant_id, principal_id)
    if role not in known.directory_roles:
        raise not_found(principal_id)
    writing.write(call, replace(known, directory_roles=known.directory_roles - {role}))


def list_holders(call: Call, tenant_id: TenantId) -> Iterator[tuple[DirectoryRole, User | ServicePrincipal]]:
    """Yield every role of a tenant with everybody who holds it, to those who may list the directory."""
    read_all(call, tenant_id)
    for principal in store.holders_of_roles(call.connection, tenant_id):
        if isinstance(principal, User | ServicePrincipal):
            for role in sorted(principal.directory_roles):
                yield role, principal


def _holder(call: Call, tenant_id: TenantId, principal_id: str) -> User | ServicePrincipal:
    found = store.principal_by_id(call.connection, principal_id)
    if found is None or found.tenant_id != tenant_id:
        raise not_found(principal_id)
    if not isinstance(found, User | ServicePrincipal):
        raise Invalid("Request_BadRequest", "Roles of the directory are given to users and service principals here.")
    return found
