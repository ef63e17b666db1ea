"""azure-mgmt-managedservices, of both generations: 6.0.1 (2020-02-01-preview) and 7.0.0b2 (2022-10-01)."""

from importlib.metadata import version
from typing import Any

ON = "/subscriptions/PROD/providers/Microsoft.ManagedServices"
OFFERS, ASSIGNMENTS = f"{ON}/registrationDefinitions", f"{ON}/registrationAssignments"
MARKET = "marketplaceRegistrationDefinitions"
COMMON = [
    f"PUT {OFFERS}/* 201",
    f"PUT {OFFERS}/* 200",
    f"GET {OFFERS}/* 200",
    f"GET {OFFERS} 200",
    f"PUT {ASSIGNMENTS}/* 201",
    f"GET {ASSIGNMENTS}/* 200",
    f"GET {ASSIGNMENTS}/* 200",
    f"GET {ASSIGNMENTS} 200",
    f"GET {ASSIGNMENTS} 200",
    f"DELETE {OFFERS}/* 409",
    f"DELETE {ASSIGNMENTS}/* 200",
    f"DELETE {ASSIGNMENTS}/* 204",
    f"GET {ASSIGNMENTS}/* 404",
    f"DELETE {OFFERS}/* 200",
    f"DELETE {OFFERS}/* 204",
    f"GET {OFFERS}/* 404",
    f"GET /providers/Microsoft.ManagedServices/{MARKET} 200",
    f"GET /providers/Microsoft.ManagedServices/{MARKET}/nobody.nothing.none 404",
    f"GET {ON}/{MARKET} 200",
    f"GET {ON}/{MARKET}/nobody.nothing.none 404",
    "GET /providers/Microsoft.ManagedServices/operations 200",
    "PUT /subscriptions/TEST/providers/Microsoft.ManagedServices/registrationDefinitions/* 409",
]
NEW = [
    f"GET {OFFERS} 200",
    f"GET {OFFERS} 200",
    f"GET {OFFERS} 200",
    f"GET {ASSIGNMENTS} 200",
    f"GET {ON}/operations 200",
]
ASKED = {"python-stable": COMMON, "python": [*COMMON[:10], *NEW[:4], *COMMON[10:], *NEW[4:]]}
VERSIONS = {"python-stable": {"2020-02-01-preview"}, "python": {"2022-10-01"}}


async def sweep(way: Any) -> None:
    """Call every operation there is."""
    from way import CONTRIBUTOR, PROVIDER, READER, SUBSCRIPTION, TECHNICIANS, UNREGISTERED, new_id

    stable = version("azure-mgmt-managedservices").startswith("6.")
    client = way.client("managedservices", "ManagedServicesClient")
    offers, given, at = (
        client.registration_definitions,
        client.registration_assignments,
        f"subscriptions/{SUBSCRIPTION}",
    )

    def body(kind: str, properties: dict[str, Any]) -> Any:
        if not stable:
            return {"properties": properties}
        from azure.mgmt.managedservices import models

        return getattr(models, kind).from_dict({"properties": properties})

    name, other = new_id(), new_id()
    first = {"principalId": TECHNICIANS, "principalIdDisplayName": "Technicians", "roleDefinitionId": READER}
    offer = {
        "registrationDefinitionName": "Care",
        "description": "One",
        "managedByTenantId": PROVIDER,
        "authorizations": [first],
    }
    justified = {"multiFactorAuthProvider": "Azure", "maximumActivationDuration": "PT8H"}
    eligible = {"principalId": TECHNICIANS, "roleDefinitionId": CONTRIBUTOR, "justInTimeAccessPolicy": justified}

    made = await way(offers.begin_create_or_update(name, at, body("RegistrationDefinition", offer)))
    assert (made.name, made.properties.description, made.properties.provisioning_state) == (name, "One", "Succeeded")
    offer |= {"description": "Two", "eligibleAuthorizations": [eligible]}
    made = await way(offers.begin_create_or_update(name, at, body("RegistrationDefinition", offer)))
    assert made.properties.description == "Two"
    shown = await way(offers.get(at, name))
    [authorization] = shown.properties.authorizations
    assert (authorization.principal_id, authorization.role_definition_id) == (TECHNICIANS, READER)
    assert authorization.principal_id_display_name == "Technicians"
    [entry] = shown.properties.eligible_authorizations
    assert entry.role_definition_id == CONTRIBUTOR
    assert (shown.properties.managed_by_tenant_id, shown.properties.registration_definition_name) == (PROVIDER, "Care")
    assert name in [one.name for one in await way(offers.list(at))]

    link = body("RegistrationAssignment", {"registrationDefinitionId": made.id})
    linked = await way(given.begin_create_or_update(at, other, link))
    assert (linked.name, linked.properties.registration_definition_id) == (other, made.id)
    assert (await way(given.get(at, other))).properties.registration_definition is None
    expanded = (await way(given.get(at, other, expand_registration_definition=True))).properties.registration_definition
    assert (expanded.name, expanded.properties.managed_by_tenant_id) == (name, PROVIDER)
    assert other in [one.name for one in await way(given.list(at))]
    [full] = [one for one in await way(given.list(at, expand_registration_definition=True)) if one.name == other]
    assert full.properties.registration_definition.properties.registration_definition_name == "Care"
    await way.fails(lambda: offers.delete(name, at), "ResourceExistsError", "RegistrationDefinitionInUse")
    if not stable:
        assert [one.name for one in await way(offers.list(at, filter=f"managedByTenantId eq '{PROVIDER}'"))] == [name]
        assert [one.name for one in await way(offers.list(at, filter=f"managedByTenantId in ('{PROVIDER}')"))] == [name]
        assert await way(offers.list(at, filter=f"managedByTenantId eq '{new_id()}'")) == []
        found = await way(given.list(at, filter=f"managedByTenantId eq '{PROVIDER}'"))
        assert [one.name for one in found] == [other]

    for _ in range(2):
        await way(given.begin_delete(at, other))
    await way.fails(lambda: given.get(at, other), "ResourceNotFoundError", "ResourceNotFound")
    for _ in range(2):
        await way(offers.delete(name, at))
    await way.fails(lambda: offers.get(at, name), "ResourceNotFoundError", "ResourceNotFound")

    public, seen = (
        client.marketplace_registration_definitions_without_scope,
        client.marketplace_registration_definitions,
    )
    assert await way(public.list()) == []
    await way.fails(lambda: public.get("nobody.nothing.none"), "ResourceNotFoundError", "ResourceNotFound")
    assert await way(seen.list(at)) == []
    await way.fails(lambda: seen.get(at, "nobody.nothing.none"), "ResourceNotFoundError", "ResourceNotFound")
    operations = {one.name for one in (await way(client.operations.list())).value}
    assert "Microsoft.ManagedServices/registrationDefinitions/write" in operations
    refused = offers.begin_create_or_update  # this client registers no provider by itself
    there = f"subscriptions/{UNREGISTERED}"
    await way.fails(
        lambda: refused(name, there, body("RegistrationDefinition", offer)),
        "ResourceExistsError", "MissingSubscriptionRegistration",
    )  # fmt: skip
    if not stable:
        assert {one.name for one in (await way(client.operations_with_scope.list(at))).value} == operations
