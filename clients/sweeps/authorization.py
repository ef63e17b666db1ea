"""azure-mgmt-authorization: roles, assignments, denials, permissions. Access reviews belong to another product."""

from typing import Any

AT = "/subscriptions/PROD/providers/Microsoft.Authorization"
WEB = "/subscriptions/PROD/resourceGroups/web/providers/Microsoft.Authorization"
VM = "/subscriptions/PROD/resourcegroups/web/providers/Microsoft.Compute//virtualMachines/vm1/providers/Microsoft.Authorization"
ASKED = {
    "python": [
        f"PUT {AT}/roleDefinitions/* 201",
        f"GET {AT}/roleDefinitions/* 200",
        f"GET {AT}/roleDefinitions/* 200",
        f"GET {AT}/roleDefinitions 200",
        f"GET {AT}/roleDefinitions 200",
        f"PUT {WEB}/roleAssignments/* 201",
        f"PUT {WEB}/roleAssignments/* 200",
        f"PUT {WEB}/roleAssignments/* 409",
        f"GET {WEB}/roleAssignments/* 200",
        f"GET {WEB}/roleAssignments/* 200",
        f"GET {WEB}/roleAssignments 200",
        f"GET {WEB}/roleAssignments 200",
        f"GET {AT}/roleAssignments 200",
        f"GET {AT}/roleAssignments 200",
        "GET /subscriptions/PROD/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"
        "/providers/Microsoft.Authorization/roleAssignments 200",
        f"DELETE {AT}/roleDefinitions/* 409",
        f"DELETE {WEB}/roleAssignments/* 200",
        f"DELETE {WEB}/roleAssignments/* 204",
        f"PUT {WEB}/roleAssignments/* 201",
        f"DELETE {WEB}/roleAssignments/* 200",
        f"GET {WEB}/roleAssignments/* 404",
        f"DELETE {AT}/roleDefinitions/* 200",
        f"GET {AT}/denyAssignments 200",
        f"GET {WEB}/denyAssignments 200",
        f"GET {VM}/denyAssignments 200",
        f"GET {WEB}/denyAssignments 200",
        f"GET {AT}/denyAssignments/* 404",
        "GET /subscriptions/PROD/resourcegroups/web/providers/Microsoft.Authorization/permissions 200",
        f"GET {VM}/permissions 200",
        "GET /providers/Microsoft.Authorization/providerOperations/Microsoft.ManagedServices 200",
        "GET /providers/Microsoft.Authorization/providerOperations 200",
        f"GET {WEB}/roleEligibilitySchedules 200",
        f"GET {WEB}/roleEligibilityScheduleInstances 200",
        f"GET {WEB}/roleAssignmentSchedules 200",
        f"GET {WEB}/roleAssignmentScheduleInstances 200",
    ]
}
VERSIONS = {"python": {"2022-04-01", "2020-10-01"}}


async def sweep(way: Any) -> None:
    """Call every operation that concerns delegated access."""
    from way import HERE, OWNER, READER, SUBSCRIPTION, WEB, new_id

    client = way.client("authorization", "AuthorizationManagementClient", SUBSCRIPTION)
    roles, given, denied = client.role_definitions, client.role_assignments, client.deny_assignments
    own = new_id()
    said = {
        "role_name": f"Watch {way.name}", "role_type": "CustomRole", "description": "Looks",
        "permissions": [{"actions": ["Microsoft.Compute/*/read"]}], "assignable_scopes": [HERE],
    }  # fmt: skip
    made = await way(roles.create_or_update(HERE, own, said))
    assert (made.name, made.role_name, made.role_type) == (own, f"Watch {way.name}", "CustomRole")
    assert (await way(roles.get(HERE, own))).permissions[0].actions == ["Microsoft.Compute/*/read"]
    assert (await way(roles.get_by_id(made.id.lstrip("/")))).assignable_scopes == [HERE]
    assert [one.name for one in await way(roles.list(HERE, filter="roleName eq 'Reader'"))] == [READER]
    assert [one.name for one in await way(roles.list(HERE, filter="type eq 'CustomRole'"))] == [own]

    name = new_id()
    wanted = {"role_definition_id": made.id, "principal_id": OWNER, "principal_type": "User", "description": "One"}
    one = await way(given.create(WEB, name, wanted))
    assert (one.name, one.scope, one.principal_id, one.description) == (name, WEB, OWNER, "One")
    assert (await way(given.create(WEB, name, wanted | {"description": "Two"}))).description == "Two"
    await way.fails(lambda: given.create(WEB, new_id(), wanted), "ResourceExistsError", "RoleAssignmentExists")
    assert (await way(given.get(WEB, name))).role_definition_id == made.id
    assert (await way(given.get_by_id(one.id.lstrip("/")))).name == name
    assert name in [found.name for found in await way(given.list_for_scope(WEB, filter="atScope()"))]
    assert name in [found.name for found in await way(given.list_for_resource_group("web"))]
    assert name in [found.name for found in await way(given.list_for_subscription(filter=f"principalId eq '{OWNER}'"))]
    assert OWNER in {
        found.principal_id for found in await way(given.list_for_subscription(filter=f"assignedTo('{OWNER}')"))
    }
    on_vm = await way(given.list_for_resource("web", "Microsoft.Compute", "virtualMachines", "vm1"))
    assert name in [found.name for found in on_vm]
    await way.fails(lambda: roles.delete(HERE, own), "ResourceExistsError", "RoleDefinitionHasAssignments")
    assert (await way(given.delete(WEB, name))).name == name
    assert await way(given.delete(WEB, name)) is None
    await way(given.create_by_id(one.id.lstrip("/"), wanted))
    assert (await way(given.delete_by_id(one.id.lstrip("/")))).name == name
    await way.fails(lambda: given.get(WEB, name), "ResourceNotFoundError", "RoleAssignmentNotFound")
    assert (await way(roles.delete(HERE, own))).name == own

    vm = ("web", "Microsoft.Compute", "", "virtualMachines", "vm1")
    assert await way(denied.list()) == []
    assert await way(denied.list_for_resource_group("web")) == []
    assert await way(denied.list_for_resource(*vm)) == []
    assert await way(denied.list_for_scope(WEB.lstrip("/"))) == []
    await way.fails(lambda: denied.get(HERE, new_id()), "ResourceNotFoundError", "DenyAssignmentNotFound")
    assert "*" in {
        action for one in await way(client.permissions.list_for_resource_group("web")) for action in one.actions
    }
    assert await way(client.permissions.list_for_resource(*vm))

    known = await way(client.provider_operations_metadata.get("Microsoft.ManagedServices"))
    assert "registrationDefinitions" in {kind.name for kind in known.resource_types}
    assert await way.first_page(client.provider_operations_metadata.list())
    for kind in (
        "eligibility_schedules",
        "eligibility_schedule_instances",
        "assignment_schedules",
        "assignment_schedule_instances",
    ):
        assert isinstance(await way(getattr(client, f"role_{kind}").list_for_scope(WEB.lstrip("/"))), list)
