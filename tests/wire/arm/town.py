"""A town for the ARM surface: Contoso with two subscriptions, and Fabrikam, which manages for others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lightkeeper.kernel.ids import named
from tests.house import House, Reply

WORLD = """
tenants:
  contoso:
    domain: contoso.example
    users:
      owner: {}
      reader: {}
      contributor: {}
      admin: {globalAdministrator: true}
  fabrikam:
    domain: fabrikam.example
    users:
      technician: {}
      head: {}
subscriptions:
  prod:
    tenant: contoso
    registeredProviders: [Microsoft.Compute, Microsoft.Storage, Microsoft.Web, Microsoft.ManagedIdentity,
                          Microsoft.ManagedServices]
    resourceGroups:
      web:
        resources:
          - {type: Microsoft.Compute/virtualMachines, name: vm1, apiVersion: "2024-07-01", tags: {env: prod, Team: a}}
      data: {}
  own:
    tenant: fabrikam
    resourceGroups: {tools: {}}
  test:
    tenant: contoso
    registeredProviders: [Microsoft.Compute]
    resourceGroups: {spare: {}}
roleAssignments:
  - {principal: contoso/owner, role: Owner, scope: prod}
  - {principal: contoso/owner, role: Owner, scope: test}
  - {principal: fabrikam/head, role: Owner, scope: own}
  - {principal: contoso/reader, role: Reader, scope: prod}
  - {principal: contoso/contributor, role: Contributor, scope: prod}
"""

PROD = f"/subscriptions/{named('subscription', 'prod')}"
TEST = f"/subscriptions/{named('subscription', 'test')}"
OWN = f"/subscriptions/{named('subscription', 'own')}"
WEB = f"{PROD}/resourceGroups/web"
VM = f"{WEB}/providers/Microsoft.Compute/virtualMachines/vm1"
CONTOSO = named("tenant", "contoso")
FABRIKAM = named("tenant", "fabrikam")
OWNER, READER, CONTRIBUTOR, ADMIN = "contoso/owner", "contoso/reader", "contoso/contributor", "contoso/admin"
TECHNICIAN, HEAD = "fabrikam/technician", "fabrikam/head"
READER_ROLE = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR_ROLE = "b24988ac-6180-42a0-ab88-20f7382dd24c"
UAA_ROLE = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"


class Town:
    """The house with this world, asked briefly."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.folder = folder

    def ask(
        self, by: str, method: str, path: str, body: Any = None, version: str = "2022-04-01", **headers: str
    ) -> Reply:
        joint = "&" if "?" in path else "?"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.house.send(method, f"{path}{joint}api-version={version}", body, by=by, headers=sent)

    def object_id(self, name: str) -> str:
        return str(self.house.people[name].object_id)

    def rules_the_root(self, name: str) -> None:
        """Let a Global Administrator elevate and take Contributor at the root of the tenant."""
        self.ask(name, "POST", "/providers/Microsoft.Authorization/elevateAccess", version="2015-07-01")
        at = f"/providers/Microsoft.Authorization/roleAssignments/{named('assignment', 'root')}"
        role = {"properties": {"roleDefinitionId": CONTRIBUTOR_ROLE, "principalId": self.object_id(name)}}
        assert self.ask(name, "PUT", at, role).status == 201

    def delegate(self, scope: str, *authorizations: dict[str, Any], name: str = "one") -> str:
        """Contoso's owner delegates a scope to Fabrikam; return the definition's id."""
        definition = f"{PROD}/providers/Microsoft.ManagedServices/registrationDefinitions/{named('definition', name)}"
        body: dict[str, Any] = {
            "registrationDefinitionName": name,
            "managedByTenantId": FABRIKAM,
            "authorizations": list(authorizations),
        }
        put = self.ask(OWNER, "PUT", definition, {"properties": body}, "2022-10-01")
        assert put.status in (200, 201), put.raw
        where = f"{scope}/providers/Microsoft.ManagedServices/registrationAssignments/{named('assignment', name)}"
        put = self.ask(OWNER, "PUT", where, {"properties": {"registrationDefinitionId": definition}}, "2022-10-01")
        assert put.status in (200, 201), put.raw
        return definition

    def log(self, by: str, scope: str = PROD, only: str = "") -> list[dict[str, Any]]:
        """The activity log of a subscription (or, with an empty scope, of the tenant), newest first."""
        path = f"{scope}/providers/Microsoft.Insights/eventtypes/management/values"
        found = self.ask(by, "GET", path, version="2015-04-01")
        assert found.status == 200, found.raw
        return [event for event in found.json["value"] if not only or event["status"]["value"] == only]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    house = House.of(tmp_path, WORLD)
    yield Town(house, tmp_path)
    house.close()
