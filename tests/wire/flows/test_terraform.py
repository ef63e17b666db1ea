"""What Terraform's azurerm sends for its two Lighthouse resources, scenario by scenario of its own acceptance tests.

Creating looks first and insists on 404, then puts and reads back; every attribute must come back as it was sent, or each
plan shows a change. Empty texts and lists are sent for what the configuration leaves out.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from lightkeeper.kernel.ids import new_guid
from tests.house import House
from tests.wire.flows.client import (
    CONTRIBUTOR,
    FABRIKAM,
    MANAGED,
    PROD,
    READER,
    TIER1,
    UAA,
    WEB,
    Client,
    published_plan,
)


class RequiresImport(Exception):
    """A resource of this id exists already: it must be imported."""


def authorization(role: str = CONTRIBUTOR, name: str = "", delegated: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "principalId": TIER1,
        "principalIdDisplayName": name,
        "roleDefinitionId": role,
        "delegatedRoleDefinitionIds": list(delegated),
    }


class Terraform(Client):
    """`terraform apply`, `plan` and `destroy` for one resource at a time."""

    def create(self, path: str, body: Any, look: str = "") -> Any:
        """Insist that nothing is there, put, poll, read back."""
        if not self.gone(f"{path}{look}"):
            raise RequiresImport
        self.settle(self.ask("PUT", path, body, 200, 201))
        return self.get(f"{path}{look}")

    def define(self, name: str, *authorizations: Any, create: bool = True, **more: Any) -> str:
        """Apply an `azurerm_lighthouse_definition`; return its id once a plan would show no change."""
        path = f"{PROD}/{MANAGED}/registrationDefinitions/{name}"
        properties = {
            "description": more.pop("description", ""),
            "registrationDefinitionName": f"acctest-{name}",
            "managedByTenantId": FABRIKAM,
            "authorizations": list(authorizations),
            **{key: value for key, value in more.items() if key != "plan"},
        }
        body = {"properties": properties} | ({"plan": more["plan"]} if "plan" in more else {})
        found = self.create(path, body) if create else self.put(path, body, 200)
        assert found["id"] == path and found["name"] == name
        assert found.get("plan") == more.get("plan")
        shown = found["properties"]
        for key in ("registrationDefinitionName", "managedByTenantId"):
            assert shown[key] == properties[key]
        assert shown.get("description", "") == properties["description"]
        assert [self.row(one) for one in shown["authorizations"]] == [self.row(one) for one in authorizations]
        eligible = shown.get("eligibleAuthorizations", [])
        assert eligible == properties.get("eligibleAuthorizations", [])
        return path

    @staticmethod
    def row(one: dict[str, Any]) -> tuple[Any, ...]:
        """An authorization as the state keeps it: what is absent is empty."""
        return (
            one["principalId"],
            one["roleDefinitionId"],
            one.get("principalIdDisplayName", ""),
            sorted(one.get("delegatedRoleDefinitionIds", [])),
        )

    def assign(self, definition: str, scope: str = PROD, name: str = "") -> str:
        """Apply an `azurerm_lighthouse_assignment`; without a name the provider makes one."""
        path = f"{scope}/{MANAGED}/registrationAssignments/{name or new_guid()}"
        body = {"properties": {"registrationDefinitionId": definition}}
        found = self.create(path, body, "?$expandRegistrationDefinition=false")
        assert found["properties"]["registrationDefinitionId"] == definition, "else each plan replaces it"
        assert "registrationDefinition" not in found["properties"]
        return path

    def destroy(self, *paths: str) -> None:
        """Delete, and wait until nobody finds it any more."""
        for path in paths:
            self.delete(path)
            assert self.gone(f"{path}?$expandRegistrationDefinition=true")


@pytest.fixture(scope="module")
def terraform(house: House) -> Terraform:
    return Terraform(house, "2022-10-01")


def test_data_sources(house: House) -> None:
    """`azurerm_subscription` and `azurerm_role_definition` by GUID: what every configuration asks for first."""
    subscription = Client(house, "2022-12-01").get(PROD)
    role = Client(house, "2022-05-01-preview").get(f"//providers/Microsoft.Authorization/roleDefinitions/{CONTRIBUTOR}")

    assert (subscription["id"], subscription["displayName"]) == (PROD, "Production")
    assert (role["name"], role["properties"]["roleName"]) == (CONTRIBUTOR, "Contributor")


def test_definition_basic(terraform: Terraform) -> None:
    """One authorization with a name for its principal."""
    terraform.destroy(terraform.define(new_guid(), authorization(name="Tier 1 Support")))


def test_definition_requires_import(terraform: Terraform) -> None:
    """What is there already is not taken over."""
    name = new_guid()
    made = terraform.define(name, authorization())

    with pytest.raises(RequiresImport):
        terraform.define(name, authorization())

    terraform.destroy(made)


def test_definition_complete_and_update(terraform: Terraform) -> None:
    """basic, complete, more roles to hand on, complete, basic: in place, each without a remainder of the one before."""
    name = new_guid()
    basic: Any = ([authorization(name="Tier 1 Support")], {})
    complete: Any = ([authorization(UAA, "Tier 2 Support", (CONTRIBUTOR,))], {"description": "Acceptance test"})
    more: Any = ([authorization(UAA, "Tier 2 Support", (CONTRIBUTOR, READER))], {"description": "Acceptance test"})

    for n, (rows, options) in enumerate((basic, complete, more, complete, basic)):
        made = terraform.define(name, *rows, create=n == 0, **options)

    terraform.destroy(made)


def test_definition_with_an_id_of_the_providers_making(terraform: Terraform) -> None:
    """`lighthouse_definition_id` left out: a new GUID each time, and no name for the principal."""
    terraform.destroy(
        terraform.define(new_guid(), authorization(), description="a"),
        terraform.define(new_guid(), authorization(), description="b"),
    )


def test_definition_with_a_plan(terraform: Terraform, house: House) -> None:
    """`plan` comes back whole; without one it is absent, not empty."""
    plan = published_plan(house)

    made = terraform.define(new_guid(), authorization(READER, "Reader"), plan=plan)

    terraform.destroy(made)


def test_definition_with_eligible_authorizations(terraform: Terraform) -> None:
    """Seven hours, multi-factor authentication and an approver, as they were sent."""
    policy = {
        "multiFactorAuthProvider": "Azure",
        "maximumActivationDuration": "PT7H",
        "managedByTenantApprovers": [{"principalId": TIER1, "principalIdDisplayName": "Tier 2 Support"}],
    }
    row = {
        "principalId": TIER1,
        "principalIdDisplayName": "Tier 1 Support",
        "roleDefinitionId": CONTRIBUTOR,
        "justInTimeAccessPolicy": policy,
    }

    made = terraform.define(new_guid(), authorization(READER, "Reader"), eligibleAuthorizations=[row])

    terraform.destroy(made)


@pytest.mark.parametrize("scope", [PROD, WEB])
def test_assignment_basic_and_requires_import(terraform: Terraform, scope: str) -> None:
    """A subscription or a resource group; the second time it must be imported, and destroying waits for 404."""
    name = new_guid()
    definition = terraform.define(new_guid(), authorization())
    made = terraform.assign(definition, scope, name)

    with pytest.raises(RequiresImport):
        terraform.assign(definition, scope, name)

    terraform.destroy(made, definition)


def test_assignment_with_an_id_of_the_providers_making(terraform: Terraform) -> None:
    """`name` left out, and the definition's id spelled as the configuration spells it."""
    definition = terraform.define(new_guid(), authorization())

    made = terraform.assign(definition.replace(PROD, PROD.upper().replace("SUBSCRIPTIONS", "subscriptions")))

    terraform.destroy(made, definition)


PAGE = (Path(__file__).parents[3] / "docs" / "clients.md").read_text()
BLOCK = re.compile(r'(resource|data|provider) "(\w+)"(?: "(\w+)")? \{\n(.*?)^\}', re.DOTALL | re.MULTILINE)
VALUE = re.compile(r"^ +(\w+) += (.+)$", re.MULTILINE)


def test_the_page_for_users(terraform: Terraform, house: House) -> None:
    """The metadata that the provider insists on, and the configuration shown in docs/clients.md, applied and destroyed."""
    metadata = house.send("GET", "/metadata/endpoints?api-version=2022-09-01").json
    assert metadata["name"] and metadata["resourceManager"] and metadata["microsoftGraphResourceId"]
    [configuration] = re.findall(r"```hcl\n(.*?)```", PAGE, re.DOTALL)
    known = {"data.azurerm_subscription.customer.id": PROD}
    made: list[str] = []
    for kind, type_, name, text in BLOCK.findall(configuration):
        values = {key: known.get(value, value.strip('"')) for key, value in VALUE.findall(text)}
        if kind == "provider":
            assert (type_, values) == ("azurerm", {"resource_provider_registrations": "none"})
        if type_ == "azurerm_lighthouse_definition":
            row = authorization(values["role_definition_id"], values["principal_display_name"])
            assert (values["scope"], values["principal_id"], values["managing_tenant_id"]) == (PROD, TIER1, FABRIKAM)
            made.append(terraform.define(new_guid(), row, description=values["description"]))
            known[f"{type_}.{name}.id"] = made[-1]
        if type_ == "azurerm_lighthouse_assignment":
            made.append(terraform.assign(values["lighthouse_definition_id"], values["scope"]))

    assert len(made) == 2
    terraform.destroy(*reversed(made))
