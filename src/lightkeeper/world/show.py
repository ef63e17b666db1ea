"""What exists, in the shape of a world file: with an id beside every name, and no secret. What it shows can be applied."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.access import roles
from lightkeeper.access import service as access
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Tenant
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Forbidden
from lightkeeper.kernel.resource_id import ROOT
from lightkeeper.partners import service as partners
from lightkeeper.publishing import accounts
from lightkeeper.resources import service as resources
from lightkeeper.world import names
from lightkeeper.world.show_people import ShownNames, name_for, principals_of, tenant_of
from lightkeeper.world.show_tree import management_groups, subscription_of


def world_now(call: Call) -> dict[str, Any]:
    """Return everything there is, for the operator."""
    call.open_to_all("only the operator may, checked right here: this shows everybody's things")
    if not call.caller.unrestricted:
        raise Forbidden("AuthorizationFailed", "Only the operator may see the whole world.")
    known = ShownNames(call)
    tenants = directory.list_tenants(call)
    called: dict[str, str] = {
        tenant.id: known.of(tenant.id, tenant.name or tenant.domain.split(".")[0]) for tenant in tenants
    }
    principals = {tenant.id: principals_of(call, tenant) for tenant in tenants}
    for tenant in tenants:
        for one in principals[tenant.id]:
            known.of(one.id, name_for(one), f"{called[tenant.id]}/")
    subscriptions = [one for tenant in tenants for one in resources.list_subscriptions_in(call, tenant.id)]
    subscription_names = {one.id: known.of(one.id, one.display_name) for one in subscriptions}
    return {
        "tenants": {called[tenant.id]: tenant_of(call, tenant, principals[tenant.id], known) for tenant in tenants},
        "publishers": dict(_publishers(call, called, known)),
        "managementGroups": dict(management_groups(call, tenants, called)),
        "subscriptions": {
            subscription_names[one.id]: subscription_of(call, one, called, subscription_names[one.id])
            for one in subscriptions
        },
        "roleAssignments": list(_assignments(call, tenants, called, subscription_names, known)),
        "partnerLinks": [
            {"principal": known.of(one.object_id, one.object_id), "partnerId": one.partner_id}
            for one in partners.all_links(call)
        ],
    }


def _publishers(call: Call, tenants: Mapping[str, str], known: ShownNames) -> Iterator[tuple[str, dict[str, Any]]]:
    for publisher in accounts.list_publishers(call):
        yield (
            publisher.id,
            {
                "id": publisher.id,
                "tenant": tenants.get(publisher.tenant_id, publisher.tenant_id),
                "displayName": publisher.display_name,
                "programs": list(publisher.programs),
                "designations": [one.name for one in publisher.designations],
                "members": {
                    _in_tenant(known.of(who, who), tenants.get(publisher.tenant_id, "")): str(role)
                    for who, role in publisher.members
                },
                "partnerIds": list(publisher.partner_ids),
                "verification": str(publisher.verification).lower(),
            },
        )


def _in_tenant(name: str, tenant: str) -> str:
    return name.removeprefix(f"{tenant}/")


def _assignments(
    call: Call, tenants: list[Tenant], called: Mapping[str, str], subscriptions: Mapping[str, str], known: ShownNames
) -> Iterator[dict[str, Any]]:
    for tenant in tenants:
        # The root scope means the caller's tenant.
        within = replace(call, caller=replace(call.caller, tenant_id=tenant.id))
        for one in access.list_assignments(within, ROOT):
            role = roles.role_of(one.role_id)
            found = {
                "id": one.name,
                "principal": known.of(one.principal_id, one.principal_id),
                "role": role.name if role is not None else one.role_id,
                "scope": _scope(one.scope, called[tenant.id], subscriptions),
            }
            yield found | ({"description": one.description} if one.description else {})


def _scope(scope: str, tenant: str, subscriptions: Mapping[str, str]) -> str:
    """Return the name of a scope where it has one."""
    if scope == "/":
        return f"{names.TENANT_PREFIX}{tenant}"
    parts = scope.strip("/").split("/")
    if parts[0].lower() == "subscriptions" and parts[1].lower() in subscriptions:
        name = subscriptions[parts[1].lower()]
        if len(parts) == 2:
            return name
        if len(parts) == 4:
            return f"{name}/{parts[3]}"
    if len(parts) == 4 and parts[2].lower() == "managementgroups":
        return parts[3]
    return scope
