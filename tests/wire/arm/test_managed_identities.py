"""Managed identities: they come and go with their resources, and a provider may give roles to those it is let (L106)."""

from typing import Any

import pytest

from lightkeeper.kernel.ids import new_guid
from tests.wire.arm.town import (
    CONTOSO,
    CONTRIBUTOR,
    CONTRIBUTOR_ROLE,
    OWNER,
    PROD,
    READER_ROLE,
    TECHNICIAN,
    UAA_ROLE,
    WEB,
    Town,
    town,
)

__all__ = ["town"]
SITE = f"{WEB}/providers/Microsoft.Web/sites/shop"
IDENTITY = f"{WEB}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/robot"
ELSEWHERE = f"{PROD}/resourceGroups/data/providers/Microsoft.Web/sites/far"
WEB_VERSION, IDENTITY_VERSION = "2023-12-01", "2023-01-31"


def site(identity: Any, **more: Any) -> dict[str, Any]:
    return {"location": "westeurope", "properties": {}, "identity": identity, **more}


def put(town: Town, by: str, path: str, body: Any, version: str = WEB_VERSION) -> Any:
    answer = town.ask(by, "PUT", path, body, version)
    assert answer.status in (200, 201), answer.raw
    return answer.json


def exists(town: Town, object_id: str) -> bool:
    from lightkeeper.directory import service as directory
    from lightkeeper.kernel.call import OPERATOR

    with town.house.office.reading(OPERATOR) as call:
        call.open_to_all("a test")
        return directory.find_principal(call, object_id) is not None


def test_a_system_assigned_identity_lives_and_dies_with_its_resource(town: Town) -> None:
    """Managed identities: Azure makes a service principal in the subscription's tenant and deletes it with the resource."""
    shop = put(town, OWNER, SITE, site({"type": "SystemAssigned"}))

    identity = shop["identity"]
    assert (identity["type"], identity["tenantId"]) == ("SystemAssigned", CONTOSO)
    assert exists(town, identity["principalId"])
    assert put(town, OWNER, SITE, site({"type": "systemassigned"}))["identity"] == identity
    assert town.ask(OWNER, "DELETE", SITE, version=WEB_VERSION).status == 200
    assert not exists(town, identity["principalId"])
    again = put(town, OWNER, SITE, site({"type": "SystemAssigned"}))["identity"]
    assert again["principalId"] != identity["principalId"], "roles of the old one must not pass on"


def test_taking_the_identity_away_or_deleting_the_group_deletes_it(town: Town) -> None:
    """The identity is deleted when it is disabled, and when its resource goes with the group."""
    first = put(town, OWNER, SITE, site({"type": "SystemAssigned"}))["identity"]["principalId"]
    patched = town.ask(OWNER, "PATCH", SITE, {"identity": {"type": "None"}}, WEB_VERSION).json
    second = put(town, OWNER, SITE, site({"type": "SystemAssigned"}))["identity"]["principalId"]

    assert patched["identity"] == {"type": "None"} and not exists(town, first) and exists(town, second)
    assert town.ask(OWNER, "DELETE", WEB, version="2021-04-01").status == 202
    assert not exists(town, second)


def test_a_user_assigned_identity_is_a_resource_that_others_carry(town: Town) -> None:
    """Its document names principal and client; a resource shows both for every identity assigned to it."""
    robot = put(town, OWNER, IDENTITY, {"location": "westeurope"}, IDENTITY_VERSION)["properties"]

    shop = put(town, OWNER, SITE, site({"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}))

    assert set(robot) >= {"principalId", "clientId", "tenantId"} and exists(town, robot["principalId"])
    assert shop["identity"]["userAssignedIdentities"] == {
        IDENTITY: {"principalId": robot["principalId"], "clientId": robot["clientId"]}
    }


def test_assigning_an_identity_needs_the_right_to_assign_it(town: Town) -> None:
    """`userAssignedIdentities/*/assign/action`: who cannot use an identity may not borrow it through a resource."""
    put(town, OWNER, IDENTITY, {"location": "westeurope"}, IDENTITY_VERSION)
    website_contributor = "de139f84-1756-47ae-9be6-808fbbe84772"
    town.delegate(WEB, {"principalId": town.object_id(TECHNICIAN), "roleDefinitionId": website_contributor})

    refused = town.ask(
        TECHNICIAN, "PUT", SITE, site({"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}), WEB_VERSION
    )

    assert (refused.status, refused.code) == (403, "LinkedAuthorizationFailed")
    put(town, CONTRIBUTOR, SITE, site({"type": "UserAssigned", "userAssignedIdentities": {IDENTITY: {}}}))


@pytest.mark.parametrize(
    "identity",
    [
        {"type": "Sometimes"},
        {},
        [],
        {"type": "UserAssigned"},
        {"type": "SystemAssigned", "userAssignedIdentities": {IDENTITY: {}}},
        {"type": "UserAssigned", "userAssignedIdentities": {SITE: {}}},
        {"type": "UserAssigned", "userAssignedIdentities": {"nonsense": {}}},
    ],
)
def test_a_malformed_identity_is_refused(town: Town, identity: Any) -> None:
    """Nothing is half written: neither resource nor identity."""
    answer = town.ask(OWNER, "PUT", SITE, site(identity), WEB_VERSION)

    assert answer.status == 400
    assert town.ask(OWNER, "GET", SITE, version=WEB_VERSION).status == 404


def test_a_provider_gives_listed_roles_to_an_identity_in_the_delegated_scope_and_nothing_else(town: Town) -> None:
    """L106, whole: managed identity of the customer, listed role, and the resource that carries it, inside the delegation."""
    town.delegate(
        WEB,
        {"principalId": town.object_id(TECHNICIAN), "roleDefinitionId": CONTRIBUTOR_ROLE},
        {
            "principalId": town.object_id(TECHNICIAN),
            "roleDefinitionId": UAA_ROLE,
            "delegatedRoleDefinitionIds": [READER_ROLE],
        },
    )
    near = put(town, TECHNICIAN, SITE, site({"type": "SystemAssigned"}))["identity"]["principalId"]
    far = put(town, OWNER, ELSEWHERE, site({"type": "SystemAssigned"}))["identity"]["principalId"]

    def give(principal: str, role: str = READER_ROLE, carrier: str | None = SITE, version: str = "2022-04-01") -> int:
        properties = {
            "roleDefinitionId": f"{PROD}/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "principalId": principal,
            "principalType": "ServicePrincipal",
        }
        if carrier:
            properties["delegatedManagedIdentityResourceId"] = carrier
        path = f"{WEB}/providers/Microsoft.Authorization/roleAssignments/{new_guid()}"
        return town.ask(TECHNICIAN, "PUT", path, {"properties": properties}, version).status

    assert give(far) == 403, "another resource carries that identity"
    assert give(far, carrier=ELSEWHERE) == 403, "that resource is not in a delegated scope"
    assert give(near, role=CONTRIBUTOR_ROLE) == 403, "not in the list"
    assert give(near, carrier=None) == 403
    assert give(near, carrier=f"{SITE}-gone") == 403
    assert give(near, version="2018-09-01-preview") == 403, "that version does not know the property"
    assert give(town.object_id(CONTRIBUTOR)) == 403, "a person is no managed identity"
    assert give(near) == 201
