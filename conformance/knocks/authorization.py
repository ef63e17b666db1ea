"""Roles, who holds them, what is forbidden, what is locked."""

from typing import Any

from conformance.descriptions import Described
from conformance.knocks import Knock, Way
from conformance.knocks.resources import account, group, parts
from conformance.town import DENIAL, PROD, READER, STAFF, VAULT, Town

SUBSCRIPTION = f"/subscriptions/{PROD}"
WEB = f"{SUBSCRIPTION}/resourceGroups/web"
ASSIGNMENTS = "2022-04-01"
LOCKS = "2020-05-01"


def assignment_body() -> Any:
    """Return who gets which role."""
    role = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    return {
        "properties": {"roleDefinitionId": role, "principalId": STAFF, "principalType": "Group", "description": "d"}
    }


def assignment(town: Town, scope: str) -> str:
    """Give a role and return the assignment's GUID."""
    guid = town.guid()
    town.ask("PUT", f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid}", ASSIGNMENTS, assignment_body())
    return guid


def role_body(name: str) -> Any:
    """Return a role of the tenant's own."""
    permissions = [{"actions": ["Microsoft.Compute/*/read"], "notActions": [], "dataActions": [], "notDataActions": []}]
    properties = {
        "roleName": name, "description": "Reads machines", "type": "CustomRole", "permissions": permissions,
        "assignableScopes": [SUBSCRIPTION],
    }  # fmt: skip
    return {"properties": properties}


def role(town: Town) -> str:
    """Make a role and return its GUID."""
    guid = town.guid()
    path = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
    town.ask("PUT", path, ASSIGNMENTS, role_body(town.fresh("role")))
    return guid


def lock(town: Town, scope: str) -> str:
    """Lock a scope and return the lock's name."""
    name = town.fresh("lock")
    body = {"properties": {"level": "CanNotDelete", "notes": "kept"}}
    town.ask("PUT", f"{scope}/providers/Microsoft.Authorization/locks/{name}", LOCKS, body)
    return name


def _scope(town: Town) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/{group(town)}"


def _assignment(town: Town, asked: Described) -> Knock:
    scope = _scope(town)
    guid = town.guid() if asked.method in ("PUT", "POST") else assignment(town, scope)
    body = assignment_body() if asked.method in ("PUT", "POST") else None
    if "roleAssignmentId" in asked.path:
        return Knock({"roleAssignmentId": f"{scope}/providers/Microsoft.Authorization/roleAssignments/{guid}"}, body)
    return Knock({"scope": scope, "roleAssignmentName": guid}, body)


def _assignments(town: Town, asked: Described) -> Knock:
    where = group(town)
    scope = f"{SUBSCRIPTION}/resourceGroups/{where}"
    assignment(town, scope)
    values = {"scope": scope, **parts(account(town, where))}
    return Knock(values, query={"$filter": "atScope()"})


def _role(town: Town, asked: Described) -> Knock:
    guid = town.guid() if asked.method == "PUT" else role(town)
    body = role_body(town.fresh("role")) if asked.method == "PUT" else None
    whole = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{guid}"
    return Knock({"scope": SUBSCRIPTION, "roleDefinitionId": guid, "roleId": whole}, body)


def _denials(town: Town, asked: Described) -> Knock:
    return Knock({"scope": WEB, **parts(account(town))})


def _denial(town: Town, asked: Described) -> Knock:
    whole = f"{WEB}/providers/Microsoft.Authorization/denyAssignments/{DENIAL}"
    return Knock({"scope": WEB, "denyAssignmentId": DENIAL if asked.path.startswith("/{scope}") else whole})


def _at_resource(town: Town, asked: Described) -> Knock:
    return Knock(parts(account(town)))


def _lock(town: Town, asked: Described) -> Knock:
    where = group(town)
    scope = f"{SUBSCRIPTION}/resourceGroups/{where}"
    values = {"scope": scope, "subscriptionId": PROD, "resourceGroupName": where}
    if "{resourceName}" in asked.path:
        scope = account(town, where)
        values |= parts(scope)
    elif "{resourceGroupName}" not in asked.path and "{scope}" not in asked.path:
        scope, values["subscriptionId"] = f"/subscriptions/{VAULT}", VAULT  # others delete in the other subscription
    body = {"properties": {"level": "CanNotDelete", "notes": "kept"}} if asked.method == "PUT" else None
    name = town.fresh("lock") if asked.method == "PUT" else lock(town, scope)
    return Knock({**values, "lockName": name}, body)


def _provider(town: Town, asked: Described) -> Knock:
    return Knock(
        {"subscriptionId": PROD, "resourceProviderNamespace": "Microsoft.Compute"}, query={"$expand": "resourceTypes"}
    )


def _all_providers(town: Town, asked: Described) -> Knock:
    return Knock({"subscriptionId": PROD})


KNOCKS: dict[str, Way] = {
    **{
        f"RoleAssignments_{verb}{by}": _assignment
        for verb in ("Create", "Get", "Delete", "Validate")
        for by in ("", "ById")
    },
    **{
        f"RoleAssignments_ListFor{what}": _assignments
        for what in ("Resource", "ResourceGroup", "Scope", "Subscription")
    },
    **{f"RoleDefinitions_{verb}": _role for verb in ("CreateOrUpdate", "Get", "GetById", "Delete", "List")},
    **{
        f"DenyAssignments_{verb}": _denials
        for verb in ("List", "ListForResource", "ListForResourceGroup", "ListForScope")
    },
    "DenyAssignments_Get": _denial,
    "DenyAssignments_GetById": _denial,
    "Permissions_ListForResource": _at_resource,
    "Permissions_ListForResourceGroup": _at_resource,
    "GlobalAdministrator_ElevateAccess": _all_providers,
    "ClassicAdministrators_List": _all_providers,
    "ProviderOperationsMetadata_Get": _provider,
    "ProviderOperationsMetadata_List": _all_providers,
    "AuthorizationOperations_List": _all_providers,
    **{
        f"ManagementLocks_{verb}At{where}Level": _lock
        for verb in ("CreateOrUpdate", "Delete", "Get", "List")
        for where in ("ResourceGroup", "Resource", "Subscription")
    },
    **{f"ManagementLocks_{verb}ByScope": _lock for verb in ("CreateOrUpdate", "Delete", "Get", "List")},
}
