"""Management groups and what is set for the whole tree; subscriptions made, renamed, canceled."""

from typing import Any

from conformance.descriptions import Described
from conformance.knocks import Knock, Way
from conformance.town import CONTOSO, LAB, Town

GROUPS = "/providers/Microsoft.Management/managementGroups"
VERSION = "2023-04-01"


def group(town: Town, parent: str = "contoso-root") -> str:
    """Make a group and return its name."""
    name = town.fresh("mg")
    body = {"properties": {"displayName": name, "details": {"parent": {"id": f"{GROUPS}/{parent}"}}}}
    town.ask("PUT", f"{GROUPS}/{name}", VERSION, body)
    return name


def subscription(town: Town) -> tuple[str, str]:
    """Make a subscription and return its alias and id."""
    name = town.fresh("alias")
    body = {"properties": {"displayName": name, "workload": "Production", "billingScope": "/b"}}
    path = f"/providers/Microsoft.Subscription/aliases/{name}"
    made = town.ask("PUT", path, "2021-10-01", body)
    return name, made.json["properties"]["subscriptionId"]


def _own(town: Town, asked: Described) -> Knock:
    return Knock({}, {"tenantId": CONTOSO} if asked.method == "POST" else None)


def _new_group(town: Town, asked: Described) -> Knock:
    name = town.fresh("mg")
    parent = {"id": f"{GROUPS}/contoso-root"}
    body = {"id": f"{GROUPS}/{name}", "name": name, "type": "Microsoft.Management/managementGroups",
            "properties": {"displayName": "New", "details": {"parent": parent}}}  # fmt: skip
    return Knock({"groupId": name}, body)


def _group(town: Town, asked: Described) -> Knock:
    body = {"displayName": "Renamed", "parentGroupId": f"{GROUPS}/contoso-apps"} if asked.method == "PATCH" else None
    return Knock({"groupId": group(town)}, body)


def _tree(town: Town, asked: Described) -> Knock:
    query = {"$expand": "children", "$recurse": "true"} if asked.name.endswith("_Get") else {}
    return Knock({"groupId": "contoso-root"}, query=query)


def _member(town: Town, asked: Described) -> Knock:
    name = group(town)
    if asked.method != "PUT":
        town.ask("PUT", f"{GROUPS}/{name}/subscriptions/{LAB}", VERSION)
    return Knock({"groupId": name, "subscriptionId": LAB})


def _settings(town: Town, asked: Described) -> Knock:
    properties = {"requireAuthorizationForGroupCreation": True, "defaultManagementGroup": f"{GROUPS}/contoso-root"}
    body = {"properties": properties}
    if asked.method != "PUT":
        town.ask("PUT", f"{GROUPS}/{CONTOSO}/settings/default", VERSION, body)
    return Knock({"groupId": CONTOSO}, body if asked.method in ("PUT", "PATCH") else None)


def _name(town: Town, asked: Described) -> Knock:
    return Knock({}, {"name": town.fresh("mg"), "type": "Microsoft.Management/managementGroups"})


def _alias(town: Town, asked: Described) -> Knock:
    if asked.method == "PUT":
        properties: Any = {"displayName": "New", "workload": "Production", "billingScope": "/b"}
        return Knock({"aliasName": town.fresh("alias")}, {"properties": properties})
    return Knock({"aliasName": subscription(town)[0]})


def _subscription(town: Town, asked: Described) -> Knock:
    id_ = subscription(town)[1]
    if asked.name == "Subscription_Enable":
        town.ask("POST", f"/subscriptions/{id_}/providers/Microsoft.Subscription/cancel", asked.version)
    return Knock({"subscriptionId": id_}, {"subscriptionName": "Renamed"} if asked.body else None)


def _policy(town: Town, asked: Described) -> Knock:
    body = {"blockSubscriptionsLeavingTenant": False, "blockSubscriptionsIntoTenant": False, "exemptedPrincipals": []}
    return Knock({"billingAccountId": "1"}, body if asked.method == "PUT" else None)


def _ownership(town: Town, asked: Described) -> Knock:
    body = (
        {"properties": {"displayName": "Mine", "managementGroupId": "contoso-root"}} if asked.method == "POST" else None
    )
    return Knock({"subscriptionId": LAB}, body)


def _operation(town: Town, asked: Described) -> Knock:
    return Knock({"operationId": town.guid()})


KNOCKS: dict[str, Way] = {
    "Operations_List": _own,
    "StartTenantBackfill": _own,
    "TenantBackfillStatus": _own,
    "CheckNameAvailability": _name,
    "Entities_List": _own,
    "ManagementGroups_List": _own,
    "ManagementGroups_CreateOrUpdate": _new_group,
    "ManagementGroups_Update": _group,
    "ManagementGroups_Delete": _group,
    "ManagementGroups_Get": _tree,
    "ManagementGroups_GetDescendants": _tree,
    "ManagementGroupSubscriptions_GetSubscriptionsUnderManagementGroup": _tree,
    "ManagementGroupSubscriptions_Create": _member,
    "ManagementGroupSubscriptions_Delete": _member,
    "ManagementGroupSubscriptions_GetSubscription": _member,
    **{f"HierarchySettings_{verb}": _settings for verb in ("List", "Get", "CreateOrUpdate", "Update", "Delete")},
    **{f"Alias_{verb}": _alias for verb in ("Create", "Get", "List", "Delete")},
    **{f"Subscription_{verb}": _subscription for verb in ("Cancel", "Rename", "Enable")},
    "SubscriptionOperation_Get": _operation,
    "Subscription_AcceptOwnership": _ownership,
    "Subscription_AcceptOwnershipStatus": _ownership,
    "SubscriptionPolicy_AddUpdatePolicyForTenant": _policy,
    "SubscriptionPolicy_GetPolicyForTenant": _policy,
    "SubscriptionPolicy_ListPolicyForTenant": _policy,
    "BillingAccount_GetPolicy": _policy,
}
