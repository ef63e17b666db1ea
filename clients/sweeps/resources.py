"""azure-mgmt-resource: groups, resources of any type, tags, providers."""

from typing import Any

S = "/subscriptions/PROD"
GROUP, OTHER = f"{S}/resourcegroups/swept", f"{S}/resourcegroups/target"
ACCOUNT = f"{S}/resourceGroups/swept/providers/Microsoft.Storage/storageAccounts/swept1"
MOVED = f"{S}/resourcegroups/target/providers/Microsoft.Storage//storageAccounts/swept1"
TAGS = f"{S}/resourceGroups/target/providers/Microsoft.Resources/tags/default"
NETWORK = f"{S}/providers/Microsoft.Network"
ASKED = {
    "python": [
        f"PUT {GROUP} 201",
        f"PUT {OTHER} 201",
        f"HEAD {GROUP} 204",
        f"GET {GROUP} 200",
        f"PATCH {GROUP} 200",
        f"GET {S}/resourcegroups 200",
        f"GET {S}/resourcegroups 200",
        f"PUT {ACCOUNT} 201",
        f"HEAD {ACCOUNT} 204",
        f"GET {ACCOUNT} 200",
        f"PATCH {ACCOUNT} 200",
        f"GET {GROUP}/resources 200",
        f"GET {S}/resources 200",
        f"POST {GROUP}/exportTemplate 200",
        f"POST {GROUP}/validateMoveResources 204",
        f"POST {GROUP}/moveResources 204",
        f"GET {MOVED} 200",
        f"HEAD {MOVED} 204",
        f"PUT {MOVED} 200",
        f"PATCH {MOVED} 200",
        f"PUT {TAGS} 200",
        f"PATCH {TAGS} 200",
        f"GET {TAGS} 200",
        f"DELETE {TAGS} 200",
        f"DELETE {MOVED} 200",
        f"PUT {ACCOUNT} 201",
        f"DELETE {ACCOUNT} 200",
        f"GET {ACCOUNT} 404",
        f"PUT {S}/tagNames/swept 201",
        f"PUT {S}/tagNames/swept/tagValues/one 201",
        f"GET {S}/tagNames 200",
        f"DELETE {S}/tagNames/swept/tagValues/one 200",
        f"DELETE {S}/tagNames/swept 200",
        f"GET {NETWORK} 200",
        f"POST {NETWORK}/register 200",
        f"POST {NETWORK}/unregister 200",
        f"GET {NETWORK}/resourceTypes 200",
        f"GET {NETWORK}/providerPermissions 200",
        "GET /providers/Microsoft.Network 200",
        f"GET {S}/providers 200",
        "GET /providers 200",
        "GET /providers/Microsoft.Resources/operations 200",
        f"DELETE {GROUP} 202",
        f"GET {S}/operationresults/* 200",
        f"HEAD {GROUP} 404",
        f"DELETE {OTHER} 202",
        f"GET {S}/operationresults/* 200",
    ]
}
VERSIONS = {"python": {"2025-04-01", "2023-05-01"}}


async def sweep(way: Any) -> None:
    """Call every operation there is."""
    from way import SUBSCRIPTION

    client = way.client("resource.resources", "ResourceManagementClient", SUBSCRIPTION)
    groups, things = client.resource_groups, client.resources
    here = {"location": "westeurope", "tags": {"by": way.name}}
    made = await way(groups.create_or_update("swept", here))
    assert (made.id, made.properties.provisioning_state) == (
        f"/subscriptions/{SUBSCRIPTION}/resourceGroups/swept",
        "Succeeded",
    )
    target = await way(groups.create_or_update("target", {"location": "northeurope"}))
    assert await way(groups.check_existence("swept")) is True
    assert (await way(groups.get("swept"))).tags == {"by": way.name}
    assert (await way(groups.update("swept", {"tags": {"c": "d"}}))).tags == {"c": "d"}
    assert {"swept", "target", "web"} <= {one.name for one in await way(groups.list())}
    assert [one.name for one in await way(groups.list(filter="tagName eq 'c' and tagValue eq 'd'"))] == ["swept"]

    account, version = f"{made.id}/providers/Microsoft.Storage/storageAccounts/swept1", "2023-05-01"
    body = {
        "location": "westeurope",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "properties": {"accessTier": "Hot"},
    }
    one = await way(things.begin_create_or_update_by_id(account, body, api_version=version))
    assert (one.id, one.sku.name, one.properties["accessTier"]) == (account, "Standard_LRS", "Hot")
    assert await way(things.check_existence_by_id(account, api_version=version)) is True
    assert (await way(things.get_by_id(account, api_version=version))).kind == "StorageV2"
    patched = await way(things.begin_update_by_id(account, {"tags": {"a": "b"}}, api_version=version))
    assert patched.tags == {"a": "b"}
    assert [found.name for found in await way(things.list_by_resource_group("swept"))] == ["swept1"]
    assert [found.id for found in await way(things.list(filter="resourceGroup eq 'swept'"))] == [account]
    exported = await way(groups.begin_export_template("swept", {"resources": ["*"]}))
    assert [found["type"] for found in exported.template["resources"]] == ["Microsoft.Storage/storageAccounts"]

    move = {"resources": [account], "targetResourceGroup": target.id}
    await way(things.begin_validate_move_resources("swept", move))
    await way(things.begin_move_resources("swept", move))
    named = ("target", "Microsoft.Storage", "", "storageAccounts", "swept1")
    moved = await way(things.get(*named, api_version=version))
    assert moved.id == account.replace("/swept/", "/target/")
    assert await way(things.check_existence(*named, api_version=version)) is True
    assert (await way(things.begin_create_or_update(*named, body, api_version=version))).sku.name == "Standard_LRS"
    cool = {"properties": {"accessTier": "Cool"}}
    assert (await way(things.begin_update(*named, cool, api_version=version))).properties["accessTier"] == "Cool"
    tags, at = client.tags, target.id.lstrip("/")
    assert (
        await way(tags.begin_create_or_update_at_scope(at, {"properties": {"tags": {"a": "b"}}}))
    ).properties.tags == {"a": "b"}
    merge = {"operation": "Merge", "properties": {"tags": {"c": "d"}}}
    assert (await way(tags.begin_update_at_scope(at, merge))).properties.tags == {"a": "b", "c": "d"}
    assert (await way(tags.get_at_scope(at))).properties.tags == {"a": "b", "c": "d"}
    await way(tags.begin_delete_at_scope(at))
    await way(things.begin_delete(*named, api_version=version))
    await way(things.begin_create_or_update_by_id(account, body, api_version=version))
    await way(things.begin_delete_by_id(account, api_version=version))
    await way.fails(lambda: things.get_by_id(account, api_version=version), "ResourceNotFoundError", "ResourceNotFound")

    assert (await way(tags.create_or_update("swept"))).tag_name == "swept"
    assert (await way(tags.create_or_update_value("swept", "one"))).tag_value == "one"
    [name] = [found for found in await way(tags.list()) if found.tag_name == "swept"]
    assert [value.tag_value for value in name.values_property] == ["one"]
    await way(tags.delete_value("swept", "one"))
    await way(tags.delete("swept"))

    providers = client.providers
    assert (await way(providers.get("Microsoft.Network"))).namespace == "Microsoft.Network"
    assert (await way(providers.register("Microsoft.Network"))).registration_state == "Registered"
    assert (await way(providers.unregister("Microsoft.Network"))).registration_state == "Unregistered"
    types = (await way(client.provider_resource_types.list("Microsoft.Network"))).value
    assert "virtualNetworks" in {found.resource_type for found in types}
    assert (await way(providers.provider_permissions("Microsoft.Network"))).value == []
    assert (await way(providers.get_at_tenant_scope("Microsoft.Network"))).resource_types
    assert len(await way.first_page(providers.list())) == 60
    assert len(await way.first_page(providers.list_at_tenant_scope())) == 60
    assert await way(client.operations.list())

    await way(groups.begin_delete("swept"))
    assert await way(groups.check_existence("swept")) is False
    await way(groups.begin_delete("target"))
