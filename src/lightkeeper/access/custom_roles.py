"""Roles: the built-in ones, and those a tenant makes for itself.

Writing a role needs the right to do so at every scope in which it can be assigned, so that nobody reaches further through
a role than by themselves.
"""

from collections.abc import Sequence
from dataclasses import replace

from lightkeeper.access import actions, operations, role_store, store
from lightkeeper.access.gate import index_of
from lightkeeper.access.model import CustomRole, Role, custom_role_id
from lightkeeper.access.places import Place, place_of
from lightkeeper.access.role_rules import MOST_ROLES, RoleAsked, check_role
from lightkeeper.access.roles import built_in, guid_in
from lightkeeper.access.roles import role_of as built_in_role
from lightkeeper.kernel import resource_id
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound, refuse_if
from lightkeeper.kernel.resource_id import ROOT
from lightkeeper.resources.model import Written

Definition = Role | CustomRole


def list_roles(call: Call, scope: str, *, below: bool = False) -> Sequence[Definition]:
    """Return the roles that can be assigned at `scope`, by name: the built-in ones and the tenant's own.

    `below` adds those that can be assigned somewhere below it only.
    """
    _read_definitions(call, scope)
    place = place_of(call, scope, must_exist=True)
    own = [
        custom
        for custom in role_store.roles_of(call.connection, place.home)
        if place.keys[0].endswith(f":{ROOT}")
        or _assignable(call, custom, place)
        or (below and _assignable_below(call, custom, place))
    ]
    return sorted((*built_in(), *own), key=lambda one: _name(one).lower())


def get_role(call: Call, scope: str, role_id: str) -> Definition:
    """Return one role. Raises `NotFound`."""
    _read_definitions(call, scope)
    found = built_in_role(role_id) or role_store.find(call.connection, place_of(call, scope).home, guid_in(role_id))
    if found is None:
        raise NotFound(
            "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{role_id}' does not exist."
        )
    return found


def find_role(call: Call, tenant_id: str, role_id: str) -> Role | None:
    """Return the role a tenant means by a GUID or id, built in or its own; a total look-up that authorizes nothing."""
    known = built_in_role(role_id)
    custom = role_store.find(call.connection, tenant_id, guid_in(role_id)) if known is None else None
    return known or (custom.role if custom is not None else None)


def assignable_role(call: Call, role_id: str, place: Place) -> Role | None:
    """Return the role of this GUID or id as it can be assigned at a place, None when it cannot; authorizes nothing."""
    known = built_in_role(role_id)
    if known is not None:
        return known
    custom = role_store.find(call.connection, place.home, guid_in(role_id))
    return custom.role if custom is not None and _assignable(call, custom, place) else None


def put_role(call: Call, scope: str, guid: str, asked: RoleAsked) -> Written[CustomRole]:
    """Make a role for the tenant of `scope`, or change it; who holds it holds the new permissions from now on.

    Raises `Invalid` with every fault, `Conflict` when the GUID is a built-in role's, the name is taken or the tenant has
    too many roles.
    """
    call.authorize(actions.WRITE_ROLE_DEFINITIONS, scope)
    place = place_of(call, scope)
    refuse_if(check_role(guid, asked, _is_covered))
    if built_in_role(guid) is not None:
        raise Conflict("RoleDefinitionIsBuiltIn", f"'{guid}' is a built-in role, which cannot be changed.")
    scopes = tuple(
        dict.fromkeys(resource_id.parse(_scope_of(call, one, place)).text for one in asked.assignable_scopes)
    )
    call.hold(f"roles:{place.home}")
    stored = role_store.find(call.connection, place.home, guid)
    for one in (*scopes, *(stored.assignable_scopes if stored else ())):
        call.authorize(actions.WRITE_ROLE_DEFINITIONS, one)
    _check_unique(call, place.home, guid, asked.name)
    role = Role(custom_role_id(place.home, guid), asked.name.strip(), "Custom", asked.permissions, built_in=False)
    written = CustomRole(
        tenant_id=place.home,
        role=role,
        description=asked.description,
        assignable_scopes=scopes,
        created_at=stored.created_at if stored else call.now,
        updated_at=call.now,
        created_by=stored.created_by if stored else call.caller.object_id,
        updated_by=call.caller.object_id,
    )
    if stored is not None and replace(written, updated_at=stored.updated_at, updated_by=stored.updated_by) == stored:
        return Written(stored, created=False)
    role_store.save(call.connection, written)
    call.record(_event("RoleDefinitionWritten", actions.WRITE_ROLE_DEFINITIONS, scope, written))
    return Written(written, created=stored is None)


def delete_role(call: Call, scope: str, role_id: str) -> CustomRole | None:
    """Delete a role; return it as it was, None when there was none. Raises `Conflict` while it is assigned, or built in."""
    call.authorize(actions.DELETE_ROLE_DEFINITIONS, scope)
    place = place_of(call, scope)
    guid = guid_in(role_id)
    if built_in_role(guid) is not None:
        raise Conflict("RoleDefinitionIsBuiltIn", f"'{guid}' is a built-in role, which cannot be deleted.")
    call.hold(f"roles:{place.home}")
    found = role_store.find(call.connection, place.home, guid)
    if found is None:
        return None
    for one in found.assignable_scopes:
        call.authorize(actions.DELETE_ROLE_DEFINITIONS, one)
    if count := store.count_of_role(call.connection, place.home, guid):
        raise Conflict(
            "RoleDefinitionHasAssignments",
            f"There are existing role assignments referencing role '{found.role.name}' ({count}). Remove them first.",
        )
    role_store.remove(call.connection, found)
    call.record(_event("RoleDefinitionDeleted", actions.DELETE_ROLE_DEFINITIONS, scope, found))
    return found


def _name(one: Definition) -> str:
    return one.role.name if isinstance(one, CustomRole) else one.name


def _read_definitions(call: Call, scope: str) -> None:
    if resource_id.parse(scope).key == ROOT:
        call.open_to_all("the built-in roles are public knowledge, and a tenant's own roles known to its people")
    else:
        call.authorize(actions.READ_ROLE_DEFINITIONS, scope)


def _assignable(call: Call, custom: CustomRole, place: Place) -> bool:
    """Return whether a scope the role is assignable in is the place or above it."""
    return any(_key_of(call, scope, place) in place.keys for scope in custom.assignable_scopes)


def _assignable_below(call: Call, custom: CustomRole, place: Place) -> bool:
    """Return whether a scope the role is assignable in lies in the place."""
    view = index_of(call).view
    return any(place.keys[0] in view.chain(scope, place.home).keys for scope in custom.assignable_scopes)


def _key_of(call: Call, scope: str, place: Place) -> str:
    return index_of(call).view.chain(scope, place.home).keys[0]


def _scope_of(call: Call, scope: str, place: Place) -> str:
    """Return an assignable scope; raise `Invalid` unless it exists in the tenant."""
    try:
        found = place_of(call, scope, must_exist=True)
    except NotFound as fault:
        raise Invalid("InvalidAssignableScope", fault.message, target="properties.assignableScopes") from fault
    if found.home != place.home or not found.keys:
        message = f"The scope '{scope[:300]}' is not in the tenant '{place.home}'."
        raise Invalid("InvalidAssignableScope", message, target="properties.assignableScopes")
    return scope


def _check_unique(call: Call, tenant_id: str, guid: str, name: str) -> None:
    same = role_store.find_named(call.connection, tenant_id, name.strip())
    if built_in().role_named(name.strip()) is not None or (same is not None and same.guid != guid.lower()):
        raise Conflict(
            "RoleDefinitionWithSameNameExists",
            f"A custom role with the same name already exists in this directory. Use a different name than '{name}'.",
        )
    if same is None and len(role_store.roles_of(call.connection, tenant_id)) >= MOST_ROLES:
        raise Conflict("RoleDefinitionLimitExceeded", f"A tenant has at most {MOST_ROLES} custom roles.")


def _is_covered(pattern: str, is_data: bool) -> bool:
    return operations.covers_any(pattern, is_data)


def _event(kind: str, operation: str, scope: str, custom: CustomRole) -> Event:
    at = scope if scope != ROOT else ""
    return Event(
        kind,
        operation,
        tenant_id=custom.tenant_id,
        subscription_id=resource_id.parse(scope).subscription_id,
        body={
            "resource_id": f"{at}/providers/Microsoft.Authorization/roleDefinitions/{custom.guid}",
            "role_id": custom.role.id,
            "name": custom.role.name,
            "permissions": role_store.permissions_document(custom.role),
            "assignable_scopes": list(custom.assignable_scopes),
        },
    )
