"""A customer who never uses the marketplace onboards a provider with a template."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lightkeeper.kernel import ids
from tests.server import REPOSITORY
from tests.stories.cast import ARM_MACHINES, ARM_MANAGED, MANAGED, PASSWORD, Cast, refusal
from tests.stories.conftest import on_sqlite

SHARED = Path(os.environ.get("LIGHTKEEPER_SHARED") or REPOSITORY.parent / "shared")
SAMPLES = SHARED / "specs" / "lighthouse-samples"
PUBLIC = {
    "subscription": "delegated-resource-management/subscription/subscription",
    "rg": "delegated-resource-management/rg/rg",
    "eligible": "delegated-resource-management-eligible-authorizations/subscription/subscription",
}
PLACEHOLDER = "00000000-0000-0000-0000-000000000000"


def public(cast: Cast, sample: str) -> tuple[Any, dict[str, Any]]:
    """A public sample and its parameter file with the placeholders filled in."""
    if not SAMPLES.is_dir():
        pytest.skip(f"the public samples are not at {SAMPLES}; LIGHTKEEPER_SHARED names their folder")
    template = json.loads((SAMPLES / f"{PUBLIC[sample]}.json").read_text())
    text = (SAMPLES / f"{PUBLIC[sample]}.parameters.json").read_text().replace(PLACEHOLDER, cast.group("outer"))
    given = json.loads(text)["parameters"]
    given["managedByTenantId"]["value"] = cast.tenant("msp")
    if "rgName" in given:
        given["rgName"]["value"] = "web"
    return template, given


@pytest.mark.parametrize("sample", PUBLIC)
def test_the_public_samples_onboard_as_they_are(cast: Cast, sample: str) -> None:
    """L76: a subscription-scope deployment; the second one, and the third, change nothing."""
    template, given = public(cast, sample)
    machine, other = cast.machine("prod", "web", "vm1"), cast.machine("prod", "data", "db1")

    first = cast.deploy("onboard", template, given)
    made = delegations(cast)
    again = cast.deploy("onboard", template, given)
    elsewhere = cast.deploy("onboard-again", template, given)

    assert [one["properties"]["provisioningState"] for one in (first, again, elsewhere)] == ["Succeeded"] * 3, first
    assert first["properties"]["outputs"]["mspOfferName"]["value"] == "Managed by Relecloud Managed Services"
    assert again["properties"]["outputs"] == first["properties"]["outputs"]
    [delegation] = made
    assert delegations(cast) == made
    definition = f"{cast.subscription('prod')}/providers/{MANAGED}/registrationDefinitions"
    assert delegation["properties"]["registrationDefinitionId"] == (
        f"{definition}/{ids.guid_of('Relecloud Managed Services')}"
    )
    assert cast.technician.ask("GET", machine, version=ARM_MACHINES).status_code == 200
    beside = cast.technician.ask("GET", other, version=ARM_MACHINES)
    if sample == "rg":
        assert refusal(beside) == (403, "AuthorizationFailed")
    else:
        assert beside.status_code == 200


@on_sqlite
def test_the_command_line_deploys_a_template(cast: Cast, tmp_path: Path) -> None:
    """`lightkeeper deployment` takes the template and its parameter file as az does."""
    folder = REPOSITORY / "examples" / "templates"
    text = (folder / "subscription.parameters.json").read_text()
    text = text.replace("<tenant id of the service provider>", cast.tenant("msp"))
    file = tmp_path / "parameters.json"
    file.write_text(text.replace("<object id of the provider's group>", cast.group("outer")))
    account = f"owner@{cast.name}-customer.example"
    assert cast.server.cli("login", account, "--password-stdin", stdin=f"{PASSWORD}\n").returncode == 0

    template = str(folder / "subscription.json")
    options = ["--subscription", cast.id("prod"), "--parameters", str(file), "--as", account, "--output", "json"]
    done = cast.server.cli("deployment", "create", "--template-file", template, *options)

    assert done.returncode == 0, done.stdout + done.stderr
    assert cast.technician.ask("GET", cast.machine("prod", "web", "vm1"), version=ARM_MACHINES).status_code == 200


def test_three_groups_in_one_template_are_three_delegations(cast: Cast) -> None:
    """L66, L111: one deployment of several groups; each tells the provider's tenant once."""
    folder = REPOSITORY / "examples" / "templates"
    template = json.loads((folder / "resource-groups.json").read_text())
    given = json.loads((folder / "resource-groups.parameters.json").read_text())["parameters"]
    given["managedByTenantId"]["value"] = cast.tenant("msp")
    given["resourceGroups"]["value"] = ["web", "data"]
    for one in given["authorizations"]["value"]:
        one["principalId"] = cast.group("outer")
    before = cast.server.operator("GET", "health").json()["revision"]

    done = cast.deploy("onboard", template, given)

    assert done["properties"]["provisioningState"] == "Succeeded", done
    assert len(delegations(cast)) == 2
    told = [one for one in cast.server.entries(before) if one["kind"] == "DelegationAdded"]
    assert sorted(one["body"]["delegation_resource_id"].rpartition("/")[2] for one in told) == ["data", "web"]


def test_a_template_that_may_not_be_says_why(cast: Cast) -> None:
    """L24, L37, L39: the deployment fails and carries the provider's own code and text."""
    folder = REPOSITORY / "examples" / "templates"
    template = json.loads((folder / "subscription.json").read_text())

    def tried(tenant: str, role: str) -> dict[str, Any]:
        given = {
            "offerName": {"value": "Tried"},
            "managedByTenantId": {"value": tenant},
            "authorizations": {"value": [{"principalId": cast.group("outer"), "roleDefinitionId": role}]},
        }
        done = cast.deploy("tried", template, given)
        assert done["properties"]["provisioningState"] == "Failed"
        return dict(done["properties"]["error"])

    own_tenant = tried(cast.tenant("customer"), "acdd72a7-3385-48ef-bd42-f606fba81ae7")
    owner_role = tried(cast.tenant("msp"), "8e3af657-a8ff-443c-a75c-2fe8c4bcb635")

    assert own_tenant["code"] == owner_role["code"] == "DeploymentFailed"
    for error in (own_tenant, owner_role):
        assert "InvalidRegistrationDefinitionCreateRequest" in json.dumps(error)
    assert "ManagedByTenantId" in json.dumps(own_tenant)
    assert delegations(cast) == []


def delegations(cast: Cast) -> list[dict[str, Any]]:
    """The delegations at `prod` and in its groups, as the customer's owner reads them."""
    path = f"{cast.subscription('prod')}/providers/{MANAGED}/registrationAssignments"
    found: list[dict[str, Any]] = cast.owner.ask("GET", path, version=ARM_MANAGED).json()["value"]
    for one in found:
        one.pop("systemData", None)
    return found
