"""Deployments tied to the real contexts: onboarding through a template is onboarding."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lightkeeper import bootstrap
from lightkeeper.delegation import service as delegation
from lightkeeper.deployments import seams, service, workflow
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.model import State
from lightkeeper.kernel.call import OPERATOR, Caller, CallerKind, ObjectId, TenantId
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid, Problem
from lightkeeper.wire.arm.loopback import Loopback
from lightkeeper.wire.arm.routing import Routes
from lightkeeper.wire.arm.table import operations
from tests.deployments.test_onboarding_samples import sample
from tests.house import from_the_morning, move_in

FABRIKAM = "40000000-0000-0000-0000-000000000001"
CONTOSO = "50000000-0000-0000-0000-000000000001"
PROD = "60000000-0000-0000-0000-000000000001"
TIER1 = "70000000-0000-0000-0000-000000000001"
OWNER, READER = "80000000-0000-0000-0000-000000000001", "80000000-0000-0000-0000-000000000002"
SUBSCRIPTION = f"/subscriptions/{PROD}"

WORLD = f"""
tenants:
  fabrikam:
    id: {FABRIKAM}
    domain: fabrikam.example
    groups:
      tier1: {{id: {TIER1}}}
  contoso:
    id: {CONTOSO}
    domain: contoso.example
    users:
      owner: {{id: {OWNER}, password: "battery staple"}}
      reader: {{id: {READER}, password: "correct horse"}}
subscriptions:
  contoso-prod:
    id: {PROD}
    tenant: contoso
    resourceGroups:
      test: {{location: westeurope}}
roleAssignments:
  - {{principal: contoso/owner, role: Owner, scope: contoso-prod}}
  - {{principal: contoso/reader, role: Reader, scope: contoso-prod}}
"""


def person(object_id: str, name: str) -> Caller:
    return Caller(
        ObjectId(object_id),
        TenantId(CONTOSO),
        f"{name}@contoso.example",
        CallerKind.USER,
        TenantId(CONTOSO),
        ObjectId(object_id),
    )


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    move_in(tmp_path, WORLD)
    database = Database(f"sqlite:///{tmp_path}/lightkeeper.db", durable=False)
    house = bootstrap.build(database, from_the_morning(), tmp_path / "sealing.key")
    seams.install(Loopback(lambda: Routes(operations()), {"name": "Lightkeeper"}).seams())
    yield house.office
    database.close()


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("delegated-resource-management/subscription", "subscription"),
        ("delegated-resource-management/rg", "rg"),
        ("delegated-resource-management-eligible-authorizations/subscription", "subscription"),
    ],
)
def test_a_customer_onboards_a_provider_with_a_public_template(office: Office, folder: str, name: str) -> None:
    """L76: a subscription-scope deployment with a location and a name delegates; running it again changes nothing."""
    document, values = sample(folder, name)
    for one in [*values["authorizations"], *values.get("eligibleAuthorizations", [])]:
        one["principalId"] = TIER1
    given = {key: {"value": value} for key, value in values.items()}
    for _ in range(2):
        with office.writing(person(OWNER, "owner")) as call:
            accepted, _ = service.create(call, SUBSCRIPTION, "onboard", Asked(document, given, location="westeurope"))

        workflow.run_deployment(office, accepted.run_id)

        with office.reading(person(OWNER, "owner")) as call:
            done = service.get_deployment(call, SUBSCRIPTION, "onboard")
        assert done.state is State.SUCCEEDED, done.error
        assert len(done.output_resources) == 2


def test_a_deleted_deployment_leaves_its_delegation(office: Office) -> None:
    """L68: the record of a deployment is only a record; what it delegated stays delegated."""
    document, values = sample("delegated-resource-management/subscription", "subscription")
    values["authorizations"][0]["principalId"] = TIER1
    values["authorizations"] = values["authorizations"][:1]
    given = {key: {"value": value} for key, value in values.items()}
    with office.writing(person(OWNER, "owner")) as call:
        accepted, _ = service.create(call, SUBSCRIPTION, "onboard", Asked(document, given, location="westeurope"))
    workflow.run_deployment(office, accepted.run_id)

    with office.writing(person(OWNER, "owner")) as call:
        assert service.delete_deployment(call, SUBSCRIPTION, "onboard")

    with office.reading(person(OWNER, "owner")) as call:
        assert len(delegation.list_assignments(call, SUBSCRIPTION)) == 1


def test_a_reader_may_not_even_begin(office: Office) -> None:
    """Deploying needs the right to deploy."""
    document, values = sample("delegated-resource-management/subscription", "subscription")
    given = {key: {"value": value} for key, value in values.items()}

    with pytest.raises(Problem) as refused, office.writing(person(READER, "reader")) as call:
        service.create(call, SUBSCRIPTION, "onboard", Asked(document, given, location="westeurope"))

    assert refused.value.code == "AuthorizationFailed"


def test_a_provider_that_does_not_exist_is_told_by_the_deployment(office: Office) -> None:
    """What a provider refuses appears in the deployment's error, and nothing of it is kept."""
    document, values = sample("delegated-resource-management/subscription", "subscription")
    values["managedByTenantId"] = CONTOSO
    given = {key: {"value": value} for key, value in values.items()}
    with office.writing(person(OWNER, "owner")) as call:
        accepted, _ = service.create(call, SUBSCRIPTION, "onboard", Asked(document, given, location="westeurope"))

    workflow.run_deployment(office, accepted.run_id)

    with office.reading(person(OWNER, "owner")) as call:
        done = service.get_deployment(call, SUBSCRIPTION, "onboard")
    assert done.state is State.FAILED
    assert done.error is not None
    assert done.error["code"] == "DeploymentFailed"
    assert [one["code"] for one in done.error["details"]] == ["ResourceDeploymentFailure"]


def test_whatever_can_be_put_can_be_deployed(office: Office) -> None:
    """Groups, resources of any type and role assignments come from one template, with their ids from functions."""
    document = {
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Resources/resourceGroups",
                "apiVersion": "2022-09-01",
                "name": "made",
                "location": "[deployment().location]",
            },
            {
                "type": "Microsoft.Resources/deployments",
                "apiVersion": "2022-09-01",
                "name": "inside",
                "resourceGroup": "made",
                "dependsOn": ["made"],
                "properties": {
                    "mode": "Incremental",
                    "expressionEvaluationOptions": {"scope": "inner"},
                    "template": {
                        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                        "contentVersion": "1.0.0.0",
                        "resources": [
                            {
                                "type": "Microsoft.Compute/virtualMachines",
                                "apiVersion": "2024-07-01",
                                "name": "vm1",
                                "location": "[resourceGroup().location]",
                                "properties": {"hardwareProfile": {"vmSize": "Standard_B1s"}},
                            }
                        ],
                        "outputs": {
                            "size": {
                                "type": "string",
                                "value": "[reference('vm1').hardwareProfile.vmSize]",
                            }
                        },
                    },
                },
            },
            {
                "type": "Microsoft.Authorization/roleAssignments",
                "apiVersion": "2022-04-01",
                "name": "[guid(subscription().id, 'reader')]",
                "properties": {
                    "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roleDefinitions('Contributor').roleDefinitionId)]",
                    "principalId": READER,
                },
            },
        ],
        "outputs": {"size": {"type": "string", "value": "[reference('inside').outputs.size.value]"}},
    }
    with office.writing(person(OWNER, "owner")) as call:
        accepted, _ = service.create(call, SUBSCRIPTION, "all", Asked(document, {}, location="westeurope"))

    workflow.run_deployment(office, accepted.run_id)

    with office.reading(person(OWNER, "owner")) as call:
        done = service.get_deployment(call, SUBSCRIPTION, "all")
    assert done.state is State.SUCCEEDED, done.error
    assert done.outputs == {"size": {"type": "String", "value": "Standard_B1s"}}


def test_what_nobody_could_put_is_refused_before_anything_is_written(office: Office) -> None:
    """Policies are not served; a deployment that needs them, beside what could be deployed, does not even begin."""
    document, _ = sample("policy-audit-delegation", "policyAuditDelegation")
    group = {
        "type": "Microsoft.Resources/resourceGroups",
        "apiVersion": "2022-09-01",
        "name": "g",
        "location": "westus",
    }
    wrong = [
        {"type": "Microsoft.Compute/castles", "apiVersion": "2024-07-01", "name": "c", "location": "westus"},
        {"type": "Microsoft.ManagedServices/registrationDefinitions", "apiVersion": "2015-01-01", "name": TIER1},
    ]
    document["resources"] += [group, *wrong]

    with pytest.raises(Invalid) as refused, office.writing(person(OWNER, "owner")) as call:
        service.create(call, SUBSCRIPTION, "audit", Asked(document, {}, location="westeurope"))

    assert refused.value.code == "InvalidTemplateDeployment"
    assert "is not valid according to the validation procedure" in refused.value.message
    assert [one.code for one in refused.value.details] == [
        "ResourceTypeNotSupported",
        "InvalidResourceType",
        "NoRegisteredProviderFound",
        "ResourceTypeNotSupported",
    ]


def test_a_contributor_is_told_before_anything_is_written(office: Office) -> None:
    """Preflight names every write the caller may not do."""
    document = {
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Authorization/roleAssignments",
                "apiVersion": "2022-04-01",
                "name": TIER1,
                "properties": {"roleDefinitionId": "x", "principalId": READER},
            }
        ],
    }
    from lightkeeper.access import service as access
    from lightkeeper.access.assignment_rules import Asked as RoleAsked

    with office.writing(OPERATOR) as call:
        access.assign_role(call, SUBSCRIPTION, RoleAsked(TIER1, READER, "b24988ac-6180-42a0-ab88-20f7382dd24c"))

    with pytest.raises(Invalid) as refused, office.writing(person(READER, "reader")) as call:
        service.create(call, SUBSCRIPTION, "roles", Asked(document, {}, location="westeurope"))

    assert refused.value.code == "InvalidTemplateDeployment"
    assert "Authorization failed for template resource" in refused.value.message
