"""Microsoft.Resources without its deployments: subscriptions, groups, resources, providers, tags."""

from typing import Any

from conformance.descriptions import Described
from conformance.knocks import Knock, Way
from conformance.town import PROD, Town

SUBSCRIPTION = f"/subscriptions/{PROD}"
GROUPS = "2021-04-01"
ACCOUNTS = "2023-05-01"
ACCOUNT = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "tags": {"a": "b"}}
PLACE = {"subscriptionId": PROD}


def group(town: Town) -> str:
    """Make a group and return its name."""
    name = town.fresh("group")
    town.ask("PUT", f"{SUBSCRIPTION}/resourceGroups/{name}", GROUPS, {"location": "westeurope", "tags": {"a": "b"}})
    return name


def account(town: Town, where: str = "web") -> str:
    """Make a storage account and return its id."""
    path = f"{SUBSCRIPTION}/resourceGroups/{where}/providers/Microsoft.Storage/storageAccounts/{town.fresh('store')}"
    town.ask("PUT", path, ACCOUNTS, ACCOUNT)
    return path


def parts(id_: str) -> dict[str, str]:
    """Return a storage account's id in the parameters of generic operations; their version is the account's."""
    segments = id_.strip("/").split("/")
    return {
        "subscriptionId": segments[1], "resourceGroupName": segments[3], "resourceProviderNamespace": segments[5],
        "parentResourcePath": "", "resourceType": segments[6], "resourceName": segments[7],
    }  # fmt: skip


def _new_account(town: Town) -> str:
    return f"{SUBSCRIPTION}/resourceGroups/web/providers/Microsoft.Storage/storageAccounts/{town.fresh('store')}"


def _own(town: Town, asked: Described) -> Knock:
    return Knock(PLACE)


def _new_group(town: Town, asked: Described) -> Knock:
    return Knock({**PLACE, "resourceGroupName": town.fresh("group")}, {"location": "westeurope", "tags": {"a": "b"}})


def _group(body: Any = None) -> Way:
    return lambda town, asked: Knock({**PLACE, "resourceGroupName": group(town)}, body)


def _exported(town: Town, asked: Described) -> Knock:
    return Knock({**PLACE, "resourceGroupName": "web"}, {"resources": ["*"], "options": "IncludeParameterDefaultValue"})


def _in_group(town: Town, asked: Described) -> Knock:
    return Knock({**PLACE, "resourceGroupName": "web"}, query={"$expand": "createdTime,changedTime,provisioningState"})


def _in_subscription(town: Town, asked: Described) -> Knock:
    return Knock(PLACE, query={"$expand": "createdTime,changedTime,provisioningState", "$top": "1"})


def _move(town: Town, asked: Described) -> Knock:
    source, target = group(town), group(town)
    body = {
        "resources": [account(town, source)],
        "targetResourceGroup": f"{SUBSCRIPTION}/resourceGroups/{target}",
    }
    return Knock({**PLACE, "sourceResourceGroupName": source}, body)


def _resource(town: Town, asked: Described) -> Knock:
    body = ACCOUNT if asked.method == "PUT" else {"tags": {"b": "c"}} if asked.method == "PATCH" else None
    id_ = _new_account(town) if asked.method == "PUT" else account(town)
    if asked.path.startswith("/{resourceId}"):
        return Knock({"resourceId": id_}, body, {"api-version": ACCOUNTS})
    return Knock(parts(id_), body, {"api-version": ACCOUNTS})


def _provider(town: Town, asked: Described) -> Knock:
    return Knock({**PLACE, "resourceProviderNamespace": "Microsoft.Storage"})


def _other_provider(town: Town, asked: Described) -> Knock:
    return Knock({**PLACE, "resourceProviderNamespace": "Microsoft.Web", "groupId": "contoso-root"})


def _zone_peers(town: Town, asked: Described) -> Knock:
    return Knock(PLACE, {"location": "westeurope", "subscriptionIds": [f"subscriptions/{PROD}"]})


def _resource_name(town: Town, asked: Described) -> Knock:
    return Knock({}, {"name": town.fresh("name"), "type": "Microsoft.Compute/virtualMachines"})


def _tag_name(town: Town, asked: Described) -> Knock:
    name = town.fresh("tag")
    if asked.method == "DELETE":
        town.ask("PUT", f"{SUBSCRIPTION}/tagNames/{name}", asked.version)
    return Knock({**PLACE, "tagName": name})


def _tag_value(town: Town, asked: Described) -> Knock:
    name = town.fresh("tag")
    town.ask("PUT", f"{SUBSCRIPTION}/tagNames/{name}", asked.version)
    if asked.method == "DELETE":
        town.ask("PUT", f"{SUBSCRIPTION}/tagNames/{name}/tagValues/west", asked.version)
    return Knock({**PLACE, "tagName": name, "tagValue": "west"})


def _tag_names(town: Town, asked: Described) -> Knock:
    name = town.fresh("tag")
    town.ask("PUT", f"{SUBSCRIPTION}/tagNames/{name}", asked.version)
    town.ask("PUT", f"{SUBSCRIPTION}/tagNames/{name}/tagValues/west", asked.version)
    return Knock(PLACE)


def _tags(town: Town, asked: Described) -> Knock:
    body: Any = {"properties": {"tags": {"team": "shop"}}} if asked.method in ("PUT", "PATCH") else None
    if asked.method == "PATCH":
        body["operation"] = "Merge"
    return Knock({"scope": f"{SUBSCRIPTION}/resourceGroups/{group(town)}"}, body)


KNOCKS: dict[str, Way] = {
    "Operations_List": _own,
    "Tenants_List": _own,
    "Subscriptions_List": _own,
    "Subscriptions_Get": _own,
    "Subscriptions_ListLocations": _own,
    "Subscriptions_CheckZonePeers": _zone_peers,
    "checkResourceName": _resource_name,
    "ResourceGroups_CreateOrUpdate": _new_group,
    "ResourceGroups_CheckExistence": _group(),
    "ResourceGroups_Get": _group(),
    "ResourceGroups_Update": _group({"tags": {"c": "d"}}),
    "ResourceGroups_Delete": _group(),
    "ResourceGroups_List": _own,
    "ResourceGroups_ExportTemplate": _exported,
    "Resources_ListByResourceGroup": _in_group,
    "Resources_List": _in_subscription,
    "Resources_MoveResources": _move,
    "Resources_ValidateMoveResources": _move,
    **{
        f"Resources_{verb}{by}": _resource
        for verb in ("CheckExistence", "Delete", "CreateOrUpdate", "Update", "Get")
        for by in ("", "ById")
    },
    "Providers_Unregister": _other_provider,
    "Providers_Register": _other_provider,
    "Providers_RegisterAtManagementGroupScope": _other_provider,
    "Providers_ProviderPermissions": _provider,
    "Providers_List": _own,
    "Providers_ListAtTenantScope": _own,
    "Providers_Get": _provider,
    "Providers_GetAtTenantScope": _provider,
    "ProviderResourceTypes_List": _provider,
    "Tags_CreateOrUpdate": _tag_name,
    "Tags_Delete": _tag_name,
    "Tags_CreateOrUpdateValue": _tag_value,
    "Tags_DeleteValue": _tag_value,
    "Tags_List": _tag_names,
    "Tags_CreateOrUpdateAtScope": _tags,
    "Tags_UpdateAtScope": _tags,
    "Tags_GetAtScope": _tags,
    "Tags_DeleteAtScope": _tags,
}
