"""Deployments above subscriptions, across scopes, and through the real contexts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lightkeeper import bootstrap
from lightkeeper.access import service as access
from lightkeeper.access.assignment_rules import Asked as RoleAsked
from lightkeeper.deployments import seams, service, store, workflow
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.model import Deployment, State
from lightkeeper.kernel.call import OPERATOR, TenantId
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Problem
from lightkeeper.resources import paging
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm.cloud import cloud_facts
from lightkeeper.wire.arm.loopback import Loopback
from lightkeeper.wire.arm.routing import Routes
from lightkeeper.wire.arm.table import operations
from tests.deployments.test_whole_house import CONTOSO, OWNER, PROD, READER, SUBSCRIPTION, WORLD, person
from tests.deployments.town import template
from tests.house import from_the_morning, move_in

HOST = "https://schema.management.azure.com/schemas"
TENANT_SCHEMA = f"{HOST}/2019-08-01/tenantDeploymentTemplate.json#"
GROUP_SCHEMA = f"{HOST}/2019-08-01/managementGroupDeploymentTemplate.json#"
SUBSCRIPTION_SCHEMA = f"{HOST}/2018-05-01/subscriptionDeploymentTemplate.json#"
FAMILY = "/providers/Microsoft.Management/managementGroups/family"
OWNER_ROLE = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
ME = person(OWNER, "owner")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    move_in(tmp_path, f"{WORLD}managementGroups:\n  family: {{tenant: contoso}}\n")
    database = Database(f"sqlite:///{tmp_path}/lightkeeper.db", durable=False)
    house = bootstrap.build(database, from_the_morning(), tmp_path / "sealing.key")
    cloud = cloud_facts(
        "Lightkeeper", arm="https://l:1", login="https://l:1", portal="https://l:1/portal", audiences=["https://l:1/"]
    )
    seams.install(Loopback(lambda: Routes(operations()), cloud).seams())
    yield house.office
    database.close()


def give(office: Office, scope: str) -> None:
    """Make the owner Owner there."""
    with office.writing(replace(OPERATOR, tenant_id=TenantId(CONTOSO))) as call:
        access.assign_role(call, scope, RoleAsked("90000000-0000-0000-0000-000000000009", OWNER, OWNER_ROLE))


def deploy(office: Office, scope: str, document: Any, **more: Any) -> Deployment:
    with office.writing(ME) as call:
        accepted, _ = service.create(call, scope, "d1", Asked(document, None, location="westeurope", **more))
    workflow.run_deployment(office, accepted.run_id)
    with office.reading(ME) as call:
        return service.get_deployment(call, scope, "d1")


def nested(name: str, schema: str, *inner: Any, **more: Any) -> dict[str, Any]:
    outputs = more.pop("outputs", {})
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": name,
        **more,
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "inner"},
            "template": template(*inner, schema=schema, outputs=outputs),
        },
    }


ASSIGNMENT = {
    "type": "Microsoft.Authorization/roleAssignments",
    "apiVersion": "2022-04-01",
    "name": "[guid(deployment().name, 'reader')]",
    "properties": {
        "roleDefinitionId": "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7",
        "principalId": READER,
    },
}


def test_a_management_group_and_from_it_a_subscription_and_a_group(office: Office) -> None:
    """C: one template at a management group assigns a role there, makes a group in a subscription, and fills it."""
    give(office, FAMILY)
    give_subscription = nested(
        "sub",
        SUBSCRIPTION_SCHEMA,
        {
            "type": "Microsoft.Resources/resourceGroups",
            "apiVersion": "2022-09-01",
            "name": "made",
            "location": "westeurope",
        },
        nested(
            "group",
            f"{HOST}/2019-04-01/deploymentTemplate.json#",
            {
                "type": "Microsoft.Network/virtualNetworks",
                "apiVersion": "2022-09-01",
                "name": "net",
                "location": "[resourceGroup().location]",
                "properties": {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}},
            },
            resourceGroup="made",
            dependsOn=["made"],
            outputs={"id": {"type": "string", "value": "[resourceId('Microsoft.Network/virtualNetworks', 'net')]"}},
        ),
        subscriptionId=PROD,
        location="westeurope",
        outputs={"id": {"type": "string", "value": "[reference('group').outputs.id.value]"}},
    )
    outputs = {
        "name": {"type": "string", "value": "[managementGroup().name]"},
        "above": {"type": "string", "value": "[managementGroup().properties.details.parent.name]"},
        "net": {"type": "string", "value": "[reference('sub').outputs.id.value]"},
    }

    done = deploy(office, FAMILY, template(ASSIGNMENT, give_subscription, schema=GROUP_SCHEMA, outputs=outputs))

    assert done.state is State.SUCCEEDED, done.error
    net = f"{SUBSCRIPTION}/resourceGroups/made/providers/Microsoft.Network/virtualNetworks/net"
    assert done.outputs == {
        "name": {"type": "String", "value": "family"},
        "above": {"type": "String", "value": CONTOSO},
        "net": {"type": "String", "value": net},
    }
    assert net in done.output_resources
    assert any(one.startswith(f"{FAMILY}/providers/Microsoft.Authorization/") for one in done.output_resources)


def test_the_tenant(office: Office) -> None:
    """C: a deployment at the tenant sees the tenant, may make a management group, and reports the whole cloud."""
    give(office, "/")
    group = {
        "type": "Microsoft.Management/managementGroups",
        "apiVersion": "2021-04-01",
        "name": "made",
        "scope": "/",
        "properties": {"displayName": "Made"},
    }
    outputs = {
        "tenant": {"type": "string", "value": "[tenant().tenantId]"},
        "cloud": {"type": "object", "value": "[environment()]"},
    }

    done = deploy(office, "/", template(group, schema=TENANT_SCHEMA, outputs=outputs))

    assert done.state is State.SUCCEEDED, done.error
    assert done.outputs is not None
    assert done.outputs["tenant"]["value"] == CONTOSO
    cloud = done.outputs["cloud"]["value"]
    assert cloud["resourceManager"] == "https://l:1/"
    assert cloud["suffixes"]["keyvaultDns"] == ".vault.azure.net"
    assert cloud["authentication"]["loginEndpoint"] == "https://l:1/"


def test_deployments_above_subscriptions_are_the_tenants_own(office: Office) -> None:
    """Another tenant's people find nothing under the same id."""
    give(office, "/")
    deploy(office, "/", template(schema=TENANT_SCHEMA))

    with office.reading(OPERATOR) as call, pytest.raises(Problem) as refused:
        service.get_deployment(call, "/", "d1")

    assert refused.value.code == "DeploymentNotFound"


def test_the_history_goes_with_its_group(office: Office) -> None:
    """Deleting a resource group deletes what is kept of its deployments; those of the subscription stay."""
    group = f"{SUBSCRIPTION}/resourceGroups/test"
    empty = template()
    with office.writing(ME) as call:
        service.create(call, group, "inside", Asked(empty, None))
        service.create(
            call, SUBSCRIPTION, "outside", Asked(template(schema=SUBSCRIPTION_SCHEMA), None, location="westeurope")
        )

    with office.writing(ME) as call:
        resources.delete_resource_group(call, PROD, "test")

    with office.reading(OPERATOR) as call:
        call.open_to_all("a test looks")
        assert store.count(call, group.lower()) == 0
        assert store.count(call, SUBSCRIPTION.lower()) == 1


def test_every_page_of_a_group_is_seen(office: Office) -> None:
    """Complete mode deletes what it does not name, however many there are."""
    group = f"{SUBSCRIPTION}/resourceGroups/test"
    loop = {
        "type": "Microsoft.Network/virtualNetworks",
        "apiVersion": "2022-09-01",
        "name": "[format('net{0}', copyIndex())]",
        "location": "westeurope",
        "copy": {"name": "nets", "count": 3},
        "properties": {},
    }
    with office.writing(ME) as call:
        accepted, _ = service.create(call, group, "many", Asked(template(loop), None))
    workflow.run_deployment(office, accepted.run_id)

    with pytest.MonkeyPatch.context() as patched, office.reading(ME) as call:
        patched.setattr(paging, "MOST", 1)
        seen = seams.installed().listed(call, group)

    assert sorted(one.rpartition("/")[2] for one in seen) == ["net0", "net1", "net2"]
