"""The facts about the scope of a deployment, gathered once and kept with it."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lightkeeper.deployments.environment import ScopeKind, Surroundings
from lightkeeper.deployments.seams import Seams
from lightkeeper.kernel.call import Call, Caller, CallerKind
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.kernel.resource_id import ROOT, MalformedId, ResourceId, is_management_group, parse


def surroundings_of(call: Call, seams: Seams, scope: str) -> Surroundings:
    """Return the facts about `scope`.

    Raises `NotFound` when the subscription, the resource group or the management group does not exist, `Invalid` when
    nothing can be deployed to what the id names.
    """
    id_ = _parsed(scope)
    if id_.subscription_id is not None and not id_.namespace:
        return _in_subscription(call, seams, id_)
    tenant = _tenant(call, seams, call.caller.tenant_id)
    if id_.key == ROOT:
        return Surroundings(ScopeKind.TENANT, ROOT, tenant, deployer=_deployer(call.caller))
    if not is_management_group(id_):
        raise Invalid("InvalidDeploymentScope", f"Nothing can be deployed to '{scope}'.")
    group = seams.management_group(call, id_.name)
    if group is None:
        raise NotFound("ManagementGroupNotFound", f"The management group '{id_.name}' cannot be found.")
    return Surroundings(
        ScopeKind.MANAGEMENT_GROUP, id_.text, tenant, management_group=group, deployer=_deployer(call.caller)
    )


def expected(call: Call, seams: Seams, scope: str) -> Surroundings:
    """Return the facts about a scope that the deployment itself may be about to create: a group that is not there yet is assumed."""
    try:
        return surroundings_of(call, seams, scope)
    except NotFound as problem:
        id_ = _parsed(scope)
        if problem.code != "ResourceGroupNotFound" or id_.subscription_id is None or id_.resource_group is None:
            raise
        found = surroundings_of(call, seams, f"/subscriptions/{id_.subscription_id}")
        group = {
            "id": id_.text,
            "name": id_.resource_group,
            "type": "Microsoft.Resources/resourceGroups",
            "location": "",
            "tags": {},
            "properties": {"provisioningState": "Succeeded"},
        }
        return Surroundings(
            ScopeKind.RESOURCE_GROUP, id_.text, found.tenant, found.subscription, group,
            deployer=found.deployer, assumed=True,
        )  # fmt: skip


def _in_subscription(call: Call, seams: Seams, id_: ResourceId) -> Surroundings:
    subscription = seams.subscription(call, id_.subscription_id or "")
    if subscription is None:
        raise NotFound("SubscriptionNotFound", f"The subscription '{id_.subscription_id}' could not be found.")
    tenant = _tenant(call, seams, subscription["tenantId"])
    deployer = _deployer(call.caller)
    if id_.resource_group is None:
        return Surroundings(ScopeKind.SUBSCRIPTION, subscription["id"], tenant, subscription, deployer=deployer)
    group = seams.resource_group(call, subscription["subscriptionId"], id_.resource_group)
    if group is None:
        raise NotFound("ResourceGroupNotFound", f"Resource group '{id_.resource_group}' could not be found.")
    return Surroundings(ScopeKind.RESOURCE_GROUP, group["id"], tenant, subscription, group, deployer=deployer)


def _parsed(scope: str) -> ResourceId:
    try:
        return parse(scope)
    except MalformedId as fault:
        raise Invalid("InvalidDeploymentScope", f"'{scope}' is not a scope that can be deployed to.") from fault


def _tenant(call: Call, seams: Seams, tenant_id: str) -> Mapping[str, Any]:
    found = seams.tenant(call, tenant_id) or {"displayName": "", "countryCode": ""}
    return {**found, "id": f"/tenants/{tenant_id}", "tenantId": tenant_id}


def _deployer(caller: Caller) -> Mapping[str, Any]:
    found = {"objectId": caller.object_id, "tenantId": caller.tenant_id}
    return found | {"userPrincipalName": caller.name} if caller.kind is CallerKind.USER else found


def stored(surroundings: Surroundings) -> dict[str, Any]:
    """Return the facts as JSON."""
    found = asdict(surroundings)
    del found["deployment"]
    return found


def restored(document: Mapping[str, Any]) -> Surroundings:
    """Return the facts from JSON."""
    return Surroundings(**{**document, "kind": ScopeKind(document["kind"])})


def stored_caller(caller: Caller) -> dict[str, Any]:
    """Return who deploys as JSON: an identity, never a token."""
    return asdict(caller)


def restored_caller(document: Mapping[str, Any]) -> Caller:
    """Return who deploys from JSON."""
    return Caller(**{**document, "kind": CallerKind(document["kind"])})
