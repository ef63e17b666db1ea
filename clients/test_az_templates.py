"""Templates through az: what public onboarding templates do, each deployed twice, and every command about deployments.

The second deployment changes nothing: the log holds nothing but the deployment itself, and a what-if says so too.
"""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.server import REPOSITORY, Server, until
from tests.stories.cast import BASIC, Cast

from clients.conftest import CONTOSO, FABRIKAM, PRODUCTION, READER, TECHNICIANS, TEST, Az
from lightkeeper.access.roles import role_named
from lightkeeper.world import names

FOLDER = REPOSITORY / "examples" / "templates"
SAMPLES = Path(os.environ.get("LIGHTKEEPER_SHARED") or REPOSITORY.parent / "shared") / "specs" / "lighthouse-samples"
AUTOMATION = names.app_id("fabrikam", "automation"), "s3cret-of-automation"
AUTOMATION_PRINCIPAL = names.service_principal_id("fabrikam", "automation")
UAA, CONTRIBUTOR = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "b24988ac-6180-42a0-ab88-20f7382dd24c"
ROOT = "contoso-root"


@pytest.fixture(scope="module")
def az(steward: Az) -> Az:
    """`az` of the program that owns Contoso's whole tree; two groups more to delegate."""
    steward.line("group create -n rg1 -l westeurope")
    steward.line("group create -n rg2 -l northeurope")
    return steward


@dataclass
class Sample:
    """A template with its parameter file, placeholders filled in; `at` are the words that say where it is deployed."""

    name: str
    at: str
    template: Path
    parameters: Path

    @property
    def options(self) -> str:
        """The words behind `az deployment`, without the verb and the name."""
        return f"{self.at} -f {self.template} -p @{self.parameters}"


@pytest.fixture
def sample(tmp_path: Path) -> Any:
    """What makes a sample of a template's name, with other values for some parameters."""

    def fill(name: str, at: str = "sub -l westeurope", **given: Any) -> Sample:
        text = (FOLDER / f"{name}.parameters.json").read_text()
        for placeholder, value in {
            "<tenant id of the service provider>": FABRIKAM,
            "<object id of the provider's group>": TECHNICIANS,
            "<object id of the provider's approvers>": TECHNICIANS,
        }.items():
            text = text.replace(placeholder, value)
        document = json.loads(text)
        if "offerName" in document["parameters"]:
            given.setdefault("offerName", f"Offer of {name}")
        document["parameters"] |= {key: {"value": value} for key, value in given.items()}
        file = tmp_path / f"{name}.parameters.json"
        file.write_text(json.dumps(document))
        return Sample(name, at, FOLDER / f"{name}.json", file)

    return fill


def twice(az: Az, one: Sample) -> dict[str, Any]:
    """Deploy twice, see that the second time changed nothing, and return what the first deployment became."""
    scope, _, rest = one.options.partition(" ")
    first: dict[str, Any] = az.line(f"deployment {scope} create -n {one.name} {rest}")
    revision = az.server.operator("GET", "health").json()["revision"]
    again = az.line(f"deployment {scope} create -n {one.name} {rest}")
    written = [entry for entry in az.server.entries(revision) if "Deployment" not in entry["kind"]]
    forecast = az.line(f"deployment {scope} what-if -n {one.name} {rest} --no-pretty-print")
    assert written == []
    assert {change["changeType"] for change in forecast["changes"]} <= {"NoChange", "Ignore"}, forecast
    assert again["properties"]["outputs"] == first["properties"]["outputs"]
    assert again["properties"]["outputResources"] == first["properties"]["outputResources"]
    return first


def definition(az: Az, one: str) -> dict[str, Any]:
    """Return what a registration definition says."""
    found: dict[str, Any] = az.line(f"rest --url {one}?api-version=2022-10-01")
    return dict(found["properties"])


def test_a_subscription_with_roles_to_hand_on(az: Az, sample: Any) -> None:
    """delegatedRoleDefinitionIds, and the role to take the delegation back."""
    made = twice(az, sample("subscription"))

    rows = definition(az, made["properties"]["outputs"]["registrationDefinitionId"]["value"])["authorizations"]
    assert [one["delegatedRoleDefinitionIds"] for one in rows if one["roleDefinitionId"] == UAA] == [
        [CONTRIBUTOR, READER]
    ]


def test_a_subscription_with_roles_to_activate(az: Az, sample: Any) -> None:
    """Eligible authorizations with approvers."""
    made = twice(az, sample("subscription-eligible"))

    [row] = definition(az, made["properties"]["outputs"]["registrationDefinitionId"]["value"])["eligibleAuthorizations"]
    approvers = row["justInTimeAccessPolicy"]["managedByTenantApprovers"]
    assert [one["principalId"] for one in approvers] == [TECHNICIANS]


def test_resource_groups_under_one_definition(az: Az, sample: Any) -> None:
    """A loop of nested deployments, evaluated outside, into several groups."""
    made = twice(az, sample("resource-groups"))

    assert len(made["properties"]["outputResources"]) == 3


def test_resource_groups_each_under_its_own_definition(az: Az, sample: Any) -> None:
    """Two loops of one name, a dependency from turn to turn, a type that ends in a slash, approvers."""
    made = twice(az, sample("resource-group-offers"))

    first, second = made["properties"]["outputs"]["registrationDefinitionIds"]["value"]
    assert definition(az, first)["registrationDefinitionName"].endswith(": rg1")
    assert definition(az, second)["registrationDefinitionName"].endswith(": rg2")
    assert len(made["properties"]["outputResources"]) == 4


def test_several_subscriptions_below_a_management_group(az: Az, sample: Any) -> None:
    """`az deployment mg create`: nested deployments with inner evaluation into other subscriptions."""
    made = twice(az, sample("subscriptions", f"mg -l westeurope -m {ROOT}", subscriptions=[PRODUCTION, TEST]))

    assert [one.split("/")[2] for one in made["properties"]["outputs"]["registrationDefinitionIds"]["value"]] == [
        PRODUCTION,
        TEST,
    ]


def test_no_plan_and_a_published_plan(az: Az, sample: Any, server: Server) -> None:
    """`plan` null is none; a plan that is not on sale is refused, one that is must be named with its own rows."""
    assert twice(az, sample("marketplace-plan"))
    cast = Cast(server, "market").publish()
    roles = [role_named(name) for name in BASIC]
    rows = [{"principalId": cast.group("outer"), "roleDefinitionId": role.id} for role in roles if role]
    rows += [{"principalId": cast.group("leads"), "roleDefinitionId": one} for one in (READER, DELETE)]
    given = {
        "offerName": "Market Care",
        "managedByTenantId": cast.tenant("msp"),
        "authorizations": rows,
        "plan": {"publisher": cast.publisher_id, "product": "care", "name": "operations", "version": "1.0.0"},
    }
    refused = sample("marketplace-plan", **given | {"plan": given["plan"] | {"name": "unheard-of"}})

    failed = az.fails(f"deployment sub create -n refused {refused.options.partition(' ')[2]}")
    made = twice(az, sample("marketplace-plan", **given))

    assert "Marketplace" in failed.stderr
    item = made["properties"]["outputs"]["registrationDefinitionId"]["value"]
    assert az.line(f"rest --url {item}?api-version=2022-10-01")["plan"] == given["plan"]


DELETE = "91c1777a-f3dc-4fae-b103-61d183457e46"


@pytest.mark.parametrize("folder", ["subscription", "rg", "eligible"])
def test_the_public_samples(az: Az, tmp_path: Path, folder: str) -> None:
    """As their authors published them, with the placeholders filled in."""
    place = {"eligible": "delegated-resource-management-eligible-authorizations/subscription"}.get(
        folder, f"delegated-resource-management/{folder}"
    )
    name = "rg" if folder == "rg" else "subscription"
    if not (SAMPLES / place).is_dir():
        pytest.skip(f"the public samples are not at {SAMPLES}; LIGHTKEEPER_SHARED names their folder")
    text = (SAMPLES / place / f"{name}.parameters.json").read_text()
    text = text.replace("00000000-0000-0000-0000-000000000000", TECHNICIANS)
    text = re.sub(r"<[^>]*tenant id>", FABRIKAM, text).replace('"test"', '"rg1"')
    document = json.loads(text)
    document["parameters"]["mspOfferName"]["value"] = f"Public {folder}"
    document["parameters"]["managedByTenantId"]["value"] = FABRIKAM
    parameters = tmp_path / "parameters.json"
    parameters.write_text(json.dumps(document))

    made = twice(az, Sample(f"public-{folder}", "sub -l westeurope", SAMPLES / place / f"{name}.json", parameters))

    assert made["properties"]["outputs"]["mspOfferName"]["value"] == f"Managed by Public {folder}"


def test_a_policy_is_refused_before_anything_is_written(az: Az, sample: Any) -> None:
    """A deployIfNotExists policy needs what is not served; validation says so, and which resource it is."""
    one = sample("management-group-policy", f"mg -l westeurope -m {ROOT}")
    revision = az.server.operator("GET", "health").json()["revision"]

    refused = az.fails(f"deployment {one.options.replace('mg ', 'mg create -n policy ', 1)}")

    assert "ResourceTypeNotSupported" in refused.stderr
    assert "policyDefinitions" in refused.stderr
    assert {entry["kind"] for entry in az.server.entries(revision)} == {"RequestFailed"}


def test_a_provider_gives_an_identity_of_its_customer_a_role(az: Az, sample: Any, new_az: Any) -> None:
    """L106: the provider's own az, in the delegated group, with a role the delegation lists and with one it does not."""
    rows = [
        {"principalId": AUTOMATION_PRINCIPAL, "roleDefinitionId": CONTRIBUTOR},
        {"principalId": AUTOMATION_PRINCIPAL, "roleDefinitionId": UAA, "delegatedRoleDefinitionIds": [READER]},
    ]
    onboarding = sample("resource-groups", offerName="Automation", authorizations=rows, resourceGroups=["rg1"])
    az.line(f"deployment sub create -n automation {onboarding.options.partition(' ')[2]}")
    provider = new_az().sign_in(*AUTOMATION, FABRIKAM, PRODUCTION)

    made = twice(provider, sample("identity-with-role", "group -g rg1"))
    unlisted = sample("identity-with-role", "group -g rg1", roleDefinitionId=CONTRIBUTOR)
    refused = provider.fails(f"deployment group create -n unlisted {unlisted.options.partition(' ')[2]}")

    principal = made["properties"]["outputs"]["principalId"]["value"]
    [given] = [one for one in az.line("role assignment list -g rg1") if one["principalId"] == principal]
    assert given["roleDefinitionName"] == "Reader"
    assert "Authorization failed for template resource" in refused.stderr


EMPTY = {
    "contentVersion": "1.0.0.0",
    "resources": [],
    "outputs": {"who": {"type": "string", "value": "[tenant().tenantId]"}},
}
SCHEMAS = "https://schema.management.azure.com/schemas"
SCOPES = {
    "group": ("-g rg2", f"{SCHEMAS}/2019-04-01/deploymentTemplate.json#"),
    "mg": (f"-m {ROOT}", f"{SCHEMAS}/2019-08-01/managementGroupDeploymentTemplate.json#"),
    "tenant": ("", f"{SCHEMAS}/2019-08-01/tenantDeploymentTemplate.json#"),
}


@pytest.fixture(params=SCOPES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str, str]]:
    """A scope's name, the words that name it, and the words that also name a template."""
    where, schema = SCOPES[request.param]
    file = tmp_path / "empty.json"
    file.write_text(json.dumps({"$schema": schema, **EMPTY}))
    location = "" if request.param == "group" else "-l westeurope"
    yield request.param, where, f"{where} {location} -f {file}"


def test_every_command_at_every_scope(az: Az, place: tuple[str, str, str]) -> None:
    """Validate, what-if, create, show, list, export, operations, cancel what has ended, delete."""
    scope, where, what = place

    assert az.line(f"deployment {scope} validate -n every {what}")["properties"]["provisioningState"] == "Succeeded"
    assert az.line(f"deployment {scope} what-if -n every {what} --no-pretty-print")["status"] == "Succeeded"
    made = az.line(f"deployment {scope} create -n every {what}")
    assert made["properties"]["outputs"] == {"who": {"type": "String", "value": CONTOSO}}
    assert az.line(f"deployment {scope} show -n every {where}")["id"] == made["id"]
    assert "every" in az.line(f"deployment {scope} list {where} --query [].name")
    assert az.line(f"deployment {scope} export -n every {where}")["outputs"] == EMPTY["outputs"]
    [operation] = az.line(f"deployment operation {scope} list -n every {where}")
    assert operation["properties"]["provisioningOperation"] == "EvaluateDeploymentOutput"
    assert "DeploymentCannotBeCanceled" in az.fails(f"deployment {scope} cancel -n every {where}").stderr
    az.line(f"deployment {scope} delete -n every {where}")
    assert "DeploymentNotFound" in az.fails(f"deployment {scope} show -n every {where}").stderr


def test_a_running_deployment_is_canceled(az: Az, tmp_path: Path) -> None:
    """What is deployed stays, the rest is never begun, in the deployments nested in it neither."""
    file = tmp_path / "many.json"
    head = {"$schema": SCOPES["group"][1], "contentVersion": "1.0.0.0"}
    account = {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-05-01",
        "name": "[format('many{0}x{1}', parameters('batch'), copyIndex())]",
        "location": "northeurope",
        "kind": "StorageV2",
        "sku": {"name": "Standard_LRS"},
        "copy": {"name": "many", "count": 800},
    }
    batch = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "[concat('batch', copyIndex())]",
        "copy": {"name": "batches", "count": BATCHES, "mode": "serial"},
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": {"scope": "Inner"},
            "parameters": {"batch": {"value": "[copyIndex()]"}},
            "template": {**head, "parameters": {"batch": {"type": "int"}}, "resources": [account]},
        },
    }
    file.write_text(json.dumps({**head, "resources": [batch]}))

    revision = az.server.operator("GET", "health").json()["revision"]
    az.line(f"deployment group create -n many -g rg2 -f {file} --no-wait")
    until(lambda: any(one["kind"] == "ResourceWritten" for one in az.server.entries(revision)))
    az.line("deployment group cancel -n many -g rg2")
    shown = az.line("deployment group show -n many -g rg2")
    every = dict(az.line("deployment group list -g rg2 --query [].[name,properties.provisioningState]"))
    begun = [state for name, state in every.items() if name.startswith("batch")]

    assert shown["properties"]["provisioningState"] == "Canceled"
    assert 0 < len(begun) < BATCHES
    assert set(begun) <= {"Succeeded", "Canceled"}


BATCHES = 12
"""Deployments of 800 resources each, one after the other: a minute of work and more on any machine, az is there in seconds."""


def test_a_template_is_kept_as_a_spec_and_deployed_by_its_id(az: Az, tmp_path: Path) -> None:
    """`az ts`: create, show, list, update, export, delete; `--template-spec` deploys a version, also one that links inside."""
    inner, outer = tmp_path / "inner.json", tmp_path / "outer.json"
    head = {"$schema": SCOPES["group"][1], "contentVersion": "1.0.0.0"}
    inner.write_text(json.dumps({**EMPTY, **head}))
    nested = {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {"mode": "Incremental", "templateLink": {"relativePath": "inner.json"}},
    }
    who = {"type": "string", "value": "[reference('inner').outputs.who.value]"}
    outer.write_text(json.dumps({**head, "resources": [nested], "outputs": {"who": who}}))

    made = az.line(f"ts create -n spec -g rg2 -v 1 -d Kept --version-description first -l westeurope -f {outer} --yes")
    assert az.line("ts show -n spec -g rg2")["versions"] == ["1"]
    assert az.line("ts show -n spec -g rg2 -v 1")["mainTemplate"]["outputs"] == {"who": who}
    assert az.line("ts list -g rg2 --query [].name") == ["spec"]
    assert az.line("ts list -g rg2 -n spec --query [].name") == ["1"]
    assert az.line("ts list --query [].name") == ["spec"]
    assert az.line("ts update -n spec -g rg2 --description changed --yes")["description"] == "changed"
    folder = tmp_path / "exported"
    folder.mkdir()
    az.line(f"ts export -n spec -g rg2 -v 1 --output-folder {folder}")
    assert json.loads((folder / "inner.json").read_text())["outputs"] == EMPTY["outputs"]

    done = az.line(f"deployment group create -n bySpec -g rg2 --template-spec {made['id']}")
    az.line("ts delete -n spec -g rg2 --yes")

    assert done["properties"]["outputs"]["who"]["value"] == CONTOSO
    assert done["properties"]["templateLink"]["id"] == made["id"]
    assert az.line("ts list -g rg2") == []
