"""azure-mgmt-managementgroups."""

from typing import Any

ON = "/providers/Microsoft.Management"
GROUPS = f"{ON}/managementGroups"
ASKED = {
    "python": [
        f"POST {ON}/checkNameAvailability 200",
        f"PUT {GROUPS}/swept 200",
        f"PUT {GROUPS}/swept-below 200",
        f"GET {GROUPS}/swept 200",
        f"PATCH {GROUPS}/swept 200",
        f"GET {GROUPS} 200",
        f"PUT {GROUPS}/swept/subscriptions/TEST 200",
        f"GET {GROUPS}/swept/subscriptions/TEST 200",
        f"GET {GROUPS}/swept/subscriptions 200",
        f"GET {GROUPS}/swept/descendants 200",
        f"POST {ON}/getEntities 200",
        f"DELETE {GROUPS}/swept 409",
        f"DELETE {GROUPS}/swept/subscriptions/TEST 200",
        f"DELETE {GROUPS}/swept-below 204",
        f"DELETE {GROUPS}/swept 204",
        f"GET {GROUPS}/swept 404",
        f"PUT {GROUPS}/CONTOSO/settings/default 200",
        f"GET {GROUPS}/CONTOSO/settings/default 200",
        f"GET {GROUPS}/CONTOSO/settings 200",
        f"PATCH {GROUPS}/CONTOSO/settings/default 200",
        f"DELETE {GROUPS}/CONTOSO/settings/default 200",
        f"POST {ON}/startTenantBackfill 200",
        f"POST {ON}/tenantBackfillStatus 200",
        f"GET {ON}/operations 200",
    ]
}
VERSIONS = {"python": {"2023-04-01"}}


async def sweep(way: Any) -> None:
    """Call every operation there is."""
    from way import TENANT, UNREGISTERED

    client = way.client("managementgroups", "ManagementGroupsMgmtClient")
    groups, members, settings = (
        client.management_groups,
        client.management_group_subscriptions,
        client.hierarchy_settings,
    )
    wanted = {"name": "swept", "type": "Microsoft.Management/managementGroups"}
    assert (await way(client.check_name_availability(wanted))).name_available
    made = await way(groups.begin_create_or_update("swept", {"properties": {"displayName": "Swept"}}))
    assert (made.id, made.tenant_id, made.display_name) == (f"{GROUPS}/swept", TENANT, "Swept")
    below = {"properties": {"details": {"parent": {"id": f"{GROUPS}/swept"}}}}
    assert (await way(groups.begin_create_or_update("swept-below", below))).details.parent.name == "swept"
    shown = await way(groups.get("swept", expand="children", recurse=True))
    assert [one.name for one in shown.children] == ["swept-below"]
    assert (await way(groups.update("swept", {"displayName": "Clean"}))).display_name == "Clean"
    assert {"swept", "swept-below"} <= {one.name for one in await way(groups.list())}

    assert (await way(members.create("swept", UNREGISTERED))).display_name == "contoso-test"
    assert (await way(members.get_subscription("swept", UNREGISTERED))).parent.id == f"{GROUPS}/swept"
    listed = await way(members.get_subscriptions_under_management_group("swept"))
    assert [one.name for one in listed] == [UNREGISTERED]
    assert {one.name for one in await way(groups.get_descendants("swept"))} == {"swept-below", UNREGISTERED}
    entities = {one.name: one for one in await way(client.entities.list())}
    assert entities[UNREGISTERED].parent_name_chain == [TENANT, "swept"]
    await way.fails(lambda: groups.begin_delete("swept"), "ResourceExistsError", "GroupHasChildren")
    await way(members.delete("swept", UNREGISTERED))
    for name in ("swept-below", "swept"):
        await way(groups.begin_delete(name))
    await way.fails(lambda: groups.get("swept"), "ResourceNotFoundError", "NotFound")

    said = {"properties": {"requireAuthorizationForGroupCreation": True}}
    assert (await way(settings.create_or_update(TENANT, said))).require_authorization_for_group_creation is True
    assert (await way(settings.get(TENANT))).default_management_group == f"{GROUPS}/{TENANT}"
    assert len((await way(settings.list(TENANT))).value) == 1
    said["properties"]["requireAuthorizationForGroupCreation"] = False
    assert (await way(settings.update(TENANT, said))).require_authorization_for_group_creation is False
    await way(settings.delete(TENANT))
    assert (await way(client.start_tenant_backfill())).status == "Completed"
    assert (await way(client.tenant_backfill_status())).status == "Completed"
    assert "Microsoft.Management/managementGroups/write" in {one.name for one in await way(client.operations.list())}
