"""A provider's template that makes a managed identity at its customer and gives it a role (L106): the public way to remediate."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.house import House
from tests.wire.arm.town import (
    CONTOSO,
    CONTRIBUTOR_ROLE,
    OWNER,
    PROD,
    READER_ROLE,
    TECHNICIAN,
    UAA_ROLE,
    WEB,
    WORLD,
    Town,
)

SITE = f"{WEB}/providers/Microsoft.Web/sites/shop"
GIVEN = f"{WEB}/providers/Microsoft.Authorization/roleAssignments"
DEPLOYMENTS = "2022-09-01"
GROUP = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
PRINCIPAL = "[reference(resourceId('Microsoft.Web/sites', 'shop'), '2023-12-01', 'Full').identity.principalId]"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("handing-on")
    house = House.of(folder, WORLD)
    made = Town(house, folder)
    technician = made.object_id(TECHNICIAN)
    made.delegate(
        WEB,
        {"principalId": technician, "roleDefinitionId": CONTRIBUTOR_ROLE},
        {"principalId": technician, "roleDefinitionId": UAA_ROLE, "delegatedRoleDefinitionIds": [READER_ROLE]},
    )
    yield made
    house.close()


def gives(role: str = READER_ROLE, **changed: Any) -> dict[str, Any]:
    """A template: a site with an identity, and a role for that identity at its resource group."""
    properties = {
        "roleDefinitionId": f"[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '{role}')]",
        "principalId": PRINCIPAL,
        "principalType": "ServicePrincipal",
        "delegatedManagedIdentityResourceId": "[resourceId('Microsoft.Web/sites', 'shop')]",
    } | changed
    return {
        "$schema": GROUP,
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Web/sites",
                "apiVersion": "2023-12-01",
                "name": "shop",
                "location": "[resourceGroup().location]",
                "identity": {"type": "SystemAssigned"},
                "properties": {},
            },
            {
                "type": "Microsoft.Authorization/roleAssignments",
                "apiVersion": "2022-04-01",
                "name": f"[guid(resourceGroup().id, '{role}')]",
                "dependsOn": ["[resourceId('Microsoft.Web/sites', 'shop')]"],
                "properties": {name: value for name, value in properties.items() if value is not None},
            },
        ],
    }


def deployed(town: Town, document: Any, by: str = TECHNICIAN, name: str = "d") -> dict[str, Any]:
    """Deploy at the group; return the refusal, or the deployment when it has ended."""
    path = f"{WEB}/providers/Microsoft.Resources/deployments/{name}"
    body = {"properties": {"mode": "Incremental", "template": document}}
    answer = town.ask(by, "PUT", path, body, DEPLOYMENTS)
    if answer.status >= 400:
        return dict(answer.json)
    return dict(town.ask(by, "GET", path, version=DEPLOYMENTS).json["properties"])


def test_a_listed_role_is_given_to_an_identity_the_same_template_makes(town: Town) -> None:
    """L106, L107: through the API, of which a template is a part; deploying again changes nothing."""
    first = deployed(town, gives())
    again = deployed(town, gives())

    [made] = [one for one in town.ask(OWNER, "GET", GIVEN).json["value"] if one["properties"]["scope"] == WEB]
    identity = town.ask(OWNER, "GET", SITE, version="2023-12-01").json["identity"]
    assert (first["provisioningState"], again["provisioningState"]) == ("Succeeded", "Succeeded"), first
    assert made["properties"]["principalId"] == identity["principalId"]
    assert identity["tenantId"] == CONTOSO
    assert made["properties"]["delegatedManagedIdentityResourceId"] == SITE
    assert made["properties"]["roleDefinitionId"].endswith(READER_ROLE)


def test_what_is_forecast_is_what_happens(town: Town) -> None:
    """A what-if by the provider needs no more than the deployment."""
    path = f"{WEB}/providers/Microsoft.Resources/deployments/w/whatIf"
    body = {"properties": {"mode": "Incremental", "template": gives()}}

    answer = town.ask(TECHNICIAN, "POST", path, body, DEPLOYMENTS)

    assert answer.status == 200, answer.raw
    assert "Unsupported" not in {one["changeType"] for one in answer.json["properties"]["changes"]}


def test_a_role_that_is_not_listed_is_refused_before_anything_is_written(town: Town) -> None:
    """The role is known from the template alone, so preflight says no."""
    refused = deployed(town, gives(CONTRIBUTOR_ROLE), name="unlisted")

    assert refused["error"]["code"] == "InvalidTemplateDeployment"
    assert "does not have permission to perform action 'Microsoft.Authorization/roleAssignments/write'" in str(refused)


def test_a_role_elsewhere_is_refused(town: Town) -> None:
    """Beside the delegated group nothing may be handed on: neither at another group nor at the subscription."""
    document = gives()
    document["resources"][1]["scope"] = PROD

    refused = deployed(town, document, name="above")

    assert refused["error"]["code"] == "InvalidTemplateDeployment"


@pytest.mark.parametrize(
    "changed",
    [
        {"delegatedManagedIdentityResourceId": None},
        {"delegatedManagedIdentityResourceId": "[resourceId('data', 'Microsoft.Web/sites', 'shop')]"},
        {"principalType": None},
        {"principalId": "[deployer().objectId]"},
    ],
    ids=lambda one: "-".join(f"{name}={value}" for name, value in one.items())[:60],
)
def test_what_only_the_write_can_see_fails_the_deployment(town: Town, changed: dict[str, Any]) -> None:
    """Only a managed identity, named as one, carried by a resource in the delegation: else AuthorizationFailed."""
    done = deployed(town, gives(**changed), name="wrong")

    assert done["provisioningState"] == "Failed"
    [failure] = done["error"]["details"]
    assert failure["details"][0]["code"] == "AuthorizationFailed"


def test_the_older_form_of_an_extension_is_the_same(town: Town) -> None:
    """A public sample gives a site's identity a role on a storage account so: type and name hold both resources."""
    store = f"{WEB}/providers/Microsoft.Storage/storageAccounts/files"
    account = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
    assert town.ask(OWNER, "PUT", store, account, "2023-05-01").status in (200, 201)
    document = gives()
    document["resources"][1] |= {
        "type": "Microsoft.Storage/storageAccounts/providers/roleAssignments",
        "apiVersion": "2019-04-01-preview",
        "name": "[concat('files', '/Microsoft.Authorization/', guid(concat(deployment().name, 'reader')))]",
    }
    unlisted = gives(CONTRIBUTOR_ROLE)
    unlisted["resources"][1] |= {name: document["resources"][1][name] for name in ("type", "apiVersion", "name")}

    done, refused = deployed(town, document, name="older"), deployed(town, unlisted, name="older-unlisted")

    assert done["provisioningState"] == "Succeeded", done
    assert store in {
        one["properties"]["scope"]
        for one in town.ask(OWNER, "GET", f"{store}/providers/Microsoft.Authorization/roleAssignments").json["value"]
    }
    assert refused["error"]["code"] == "InvalidTemplateDeployment"
