"""The public onboarding templates, as their authors wrote them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lightkeeper.deployments.model import State
from lightkeeper.kernel.ids import guid_of
from lightkeeper.kernel.office import Office
from tests.deployments.town import PROD, SUBSCRIPTION, Cloud, deploy, look

REPOSITORY = Path(__file__).parents[2]
SHARED = Path(os.environ.get("LIGHTKEEPER_SHARED", REPOSITORY.parent / "shared"))
SAMPLES = SHARED / "specs" / "lighthouse-samples"
OURS = REPOSITORY / "examples" / "templates"
FABRIKAM = "40000000-0000-0000-0000-000000000001"
DEFINITION = f"{SUBSCRIPTION}/providers/Microsoft.ManagedServices/registrationDefinitions/"


def sample(folder: str, name: str) -> tuple[Any, dict[str, Any]]:
    """A public template with its parameter file, the placeholder for the managing tenant filled in."""
    if not SAMPLES.is_dir():
        pytest.skip(f"the public samples are not at {SAMPLES}; set LIGHTKEEPER_SHARED")
    return pair(SAMPLES / folder, name)


def pair(folder: Path, name: str) -> tuple[Any, dict[str, Any]]:
    document = json.loads((folder / f"{name}.json").read_text())
    parameters = folder / f"{name}.parameters.json"
    given = json.loads(parameters.read_text())["parameters"] if parameters.exists() else {}
    values = {key: one["value"] for key, one in given.items()}
    return document, values | {"managedByTenantId": FABRIKAM}


@pytest.mark.parametrize(
    "folder", ["delegated-resource-management", "delegated-resource-management-eligible-authorizations"]
)
def test_a_subscription_is_onboarded(office: Office, cloud: Cloud, folder: str) -> None:
    """A definition named by the offer's name, then an assignment that refers to it (L1, L76)."""
    document, values = sample(f"{folder}/subscription", "subscription")
    name = guid_of("Relecloud Managed Services")

    done = deploy(office, document, values, scope=SUBSCRIPTION)

    assert done.state is State.SUCCEEDED, done.error
    [(definition, body), (assignment, refers)] = cloud.puts
    assert definition == f"{DEFINITION}{name}"
    assert body["properties"]["managedByTenantId"] == FABRIKAM
    assert body["properties"]["authorizations"] == values["authorizations"]
    assert body["properties"].get("eligibleAuthorizations") == values.get("eligibleAuthorizations")
    assert assignment == f"{SUBSCRIPTION}/providers/Microsoft.ManagedServices/registrationAssignments/{name}"
    assert refers == {"properties": {"registrationDefinitionId": definition}}
    assert done.outputs is not None
    assert done.outputs["mspOfferName"] == {"type": "String", "value": "Managed by Relecloud Managed Services"}


def test_a_resource_group_is_onboarded_by_a_nested_deployment(office: Office, cloud: Cloud) -> None:
    """The nested template's expressions are the outer one's, so the definition's id is the subscription's."""
    document, values = sample("delegated-resource-management/rg", "rg")
    name = guid_of("Relecloud Managed Services")

    done = deploy(office, document, values, scope=SUBSCRIPTION)

    assert done.state is State.SUCCEEDED, done.error
    [_, (assignment, refers)] = cloud.puts
    assert (
        assignment
        == f"{SUBSCRIPTION}/resourceGroups/test/providers/Microsoft.ManagedServices/registrationAssignments/{name}"
    )
    assert refers == {"properties": {"registrationDefinitionId": f"{DEFINITION}{name}"}}
    nested = look(office, f"{SUBSCRIPTION}/resourceGroups/test", "rgAssignment")
    assert nested.state is State.SUCCEEDED
    assert nested.correlation_id == done.correlation_id


def test_the_policy_sample_deploys(office: Office, cloud: Cloud) -> None:
    """A dependency may be named by the resource's name alone."""
    if not SAMPLES.is_dir():
        pytest.skip(f"the public samples are not at {SAMPLES}; set LIGHTKEEPER_SHARED")
    document = json.loads((SAMPLES / "policy-audit-delegation" / "policyAuditDelegation.json").read_text())

    done = deploy(office, document, scope=SUBSCRIPTION)

    assert done.state is State.SUCCEEDED, done.error
    [(definition, _), (_, assignment)] = cloud.puts
    assert assignment["properties"]["policyDefinitionId"] == definition
    assert assignment["properties"]["scope"] == SUBSCRIPTION


def test_the_second_run_asks_for_the_same(office: Office, cloud: Cloud) -> None:
    """`guid()` gives the same name each time, so that deploying twice changes nothing."""
    document, values = sample("delegated-resource-management/subscription", "subscription")
    deploy(office, document, values, scope=SUBSCRIPTION)
    first = list(cloud.puts)

    deploy(office, document, values, scope=SUBSCRIPTION)

    assert cloud.puts == first * 2


def test_a_deployment_registers_what_it_deploys(office: Office, cloud: Cloud) -> None:
    """L75: a template deployment registers Microsoft.ManagedServices by itself."""
    document, values = sample("delegated-resource-management/subscription", "subscription")

    deploy(office, document, values, scope=SUBSCRIPTION)

    assert cloud.registered == {(PROD, "Microsoft.ManagedServices")}


@pytest.mark.parametrize(
    ("name", "puts"),
    [
        ("subscription", 2),
        ("resource-groups", 3),
        ("resource-group-offers", 4),
        ("subscription-eligible", 2),
        ("marketplace-plan", 2),
    ],
)
def test_our_own_examples_deploy(office: Office, cloud: Cloud, name: str, puts: int) -> None:
    """What we hand to customers works as it stands, apart from the ids they fill in."""
    document, values = pair(OURS, name)

    done = deploy(office, document, values, scope=SUBSCRIPTION)

    assert done.state is State.SUCCEEDED, done.error
    assert len(cloud.puts) == puts
    assert all("plan" not in body or body["plan"] for _, body in cloud.puts)
