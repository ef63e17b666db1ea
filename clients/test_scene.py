"""A provider's `az` and a customer's `az` at once, each with a configuration of its own: grant, use, update, revoke.

Each sees with its next command what the other has done; nobody signs in again, and nothing is waited for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from clients.conftest import CONTOSO, FABRIKAM, PRODUCTION, READER, TECHNICIANS, Az

WHO = "technician@fabrikam.example"
PERSON = {"LK_USER": WHO, "LK_PASSWORD": "correct horse staple"}
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
DELETER = "91c1777a-f3dc-4fae-b103-61d183457e46"
DEFINITION, ASSIGNMENT = "6b1e5f2a-0000-4000-8000-000000000031", "6b1e5f2a-0000-4000-8000-000000000032"
ON = f"/subscriptions/{PRODUCTION}/providers/Microsoft.ManagedServices"
S = "/subscriptions/PROD"
OFFERS, GIVEN = (
    f"{S}/providers/Microsoft.ManagedServices/registration{kind}" for kind in ("Definitions", "Assignments")
)


@dataclass(frozen=True)
class Scene:
    """Both parties, signed in from the beginning to the end."""

    customer: Az
    provider: Az

    def offers(self, role: str) -> None:
        """Let the customer write the offer with this role."""
        parties = f"--tenant-id {FABRIKAM} --principal-id {TECHNICIANS} --role-definition-id {role}"
        self.customer.line(f"managedservices definition create --name Scene {parties} --definition-id {DEFINITION}")

    def provider_sees(self) -> list[dict[str, object]]:
        """Return the subscriptions the provider's program lists after asking."""
        found: list[dict[str, object]] = self.provider.line("account list --refresh")
        assert self.provider.asked == ["GET /tenants 200", "GET /subscriptions 200"]
        return [one for one in found if one["id"] == PRODUCTION]

    def is_refused(self, command: str, action: str) -> None:
        """Let the provider try, and read what is printed."""
        printed = self.provider.fails(command).stderr
        assert "ERROR: (AuthorizationFailed) The client '" + WHO in printed
        assert f"does not have authorization to perform action '{action}' over scope '/subscriptions/" in printed
        assert "If access was recently granted, please refresh your credentials." in printed
        assert self.provider.asked[-1].endswith(" 403")


@pytest.fixture(scope="module")
def scene(az: Az, new_az: Callable[[], Az]) -> Iterator[Scene]:
    """Return the two parties before anything is granted; take the offer back at the end."""
    provider = new_az()
    provider.line("login --allow-no-subscriptions", **PERSON)
    yield Scene(az, provider)
    az.try_("managedservices", "assignment", "delete", "--assignment", ASSIGNMENT, "--yes")
    az.try_("managedservices", "definition", "delete", "--definition", DEFINITION, "--yes")


def test_1_before_there_is_nothing_to_see(scene: Scene) -> None:
    """The provider's person is signed in, and the customer's subscription is not in the list."""
    assert scene.provider_sees() == []


def test_2_granted_and_seen(scene: Scene) -> None:
    """Two requests grant; both sides list the subscription as managed, each from its own tenant."""
    scene.offers(READER)
    assert scene.customer.asked == [f"PUT {OFFERS}/* 201"]
    offer = f"{ON}/registrationDefinitions/{DEFINITION}"
    scene.customer.line(f"managedservices assignment create --definition {offer} --assignment-id {ASSIGNMENT}")
    assert scene.customer.asked == [f"PUT {GIVEN}/* 201"]

    [seen] = scene.provider_sees()

    assert (seen["name"], seen["tenantId"], seen["homeTenantId"]) == ("contoso-prod", FABRIKAM, CONTOSO)
    assert seen["managedByTenants"] == [{"tenantId": FABRIKAM}]
    assert seen["user"] == {"name": WHO, "type": "user"}
    mine = {one["name"]: one for one in scene.customer.line("account list --refresh")}
    assert (mine["contoso-prod"]["tenantId"], mine["contoso-prod"]["homeTenantId"]) == (CONTOSO, CONTOSO)
    assert mine["contoso-prod"]["managedByTenants"] == [{"tenantId": FABRIKAM}]
    assert mine["contoso-test"]["managedByTenants"] == []
    scene.customer.line(f"account set --subscription {PRODUCTION}")
    scene.provider.line(f"account set --subscription {PRODUCTION}")


def test_3_used_and_no_more_than_granted(scene: Scene) -> None:
    """A reader reads; what is refused says who, what and where. A delegation is no role assignment in any list."""
    assert scene.provider.line("group show -n web")["name"] == "web"
    assert scene.provider.asked == [f"GET {S}/resourcegroups/web 200"]
    assert "vm1" in scene.provider.line("resource list --query [].name")
    [shown] = scene.provider.line("managedservices assignment list --include-definition true")
    authorizations = shown["properties"]["registrationDefinition"]["properties"]["authorizations"]
    assert [(one["principalId"], one["roleDefinitionId"]) for one in authorizations] == [(TECHNICIANS, READER)]
    assert scene.provider.line("role assignment list --all") == []
    assert TECHNICIANS not in [one["principalId"] for one in scene.customer.line("role assignment list --all")]
    scene.is_refused("group create -n mine -l westeurope", "Microsoft.Resources/subscriptions/resourceGroups/write")


def test_4_updated_and_used_with_the_next_command(scene: Scene) -> None:
    """The same offer with another role: one request, and the assignment follows it both ways."""
    scene.offers(CONTRIBUTOR)
    assert scene.customer.asked == [f"PUT {OFFERS}/* 200"]
    assert scene.provider.line("group create -n mine -l westeurope")["name"] == "mine"
    assert scene.provider.asked == [f"PUT {S}/resourcegroups/mine 201"]
    assert "mine" in scene.customer.line("group list --query [].name")
    log = scene.customer.line("monitor activity-log list --offset 1h --resource-group mine")
    assert ("Succeeded", WHO) in {(one["status"]["value"], one["caller"]) for one in log}
    scene.provider.line("group delete -n mine --yes --no-wait")

    scene.offers(READER)
    scene.is_refused("group create -n mine -l westeurope", "Microsoft.Resources/subscriptions/resourceGroups/write")


def test_5_nobody_helps_himself(scene: Scene) -> None:
    """Giving roles on and taking the delegation back is not the provider's, unless the customer grants it."""
    web = f"/subscriptions/{PRODUCTION}/resourceGroups/web"
    give = f"role assignment create --assignee-object-id {TECHNICIANS} --assignee-principal-type Group --role {READER}"
    scene.is_refused(f"{give} --scope {web}", "Microsoft.Authorization/roleAssignments/write")
    leave = f"managedservices assignment delete --assignment {ASSIGNMENT} --yes"
    scene.is_refused(leave, "Microsoft.ManagedServices/registrationAssignments/delete")


def test_6_revoked_and_gone(scene: Scene) -> None:
    """From the next command on the provider's token is of a tenant the subscription knows nothing about."""
    scene.customer.line(f"managedservices assignment delete --assignment {ASSIGNMENT} --yes")
    assert scene.customer.asked == [f"DELETE {GIVEN}/* 200"]
    printed = scene.provider.fails("group show -n web").stderr
    assert "ERROR: (InvalidAuthenticationTokenTenant) The access token is from the wrong issuer" in printed
    assert scene.provider.asked == [f"GET {S}/resourcegroups/web 401"]
    assert scene.provider_sees() == []
    assert scene.customer.line("account list --refresh --query [].managedByTenants") == [[], []]
    scene.customer.line(f"account set --subscription {PRODUCTION}")


def test_7_the_provider_leaves(scene: Scene) -> None:
    """With the Managed Services Registration assignment Delete Role the provider takes the delegation back itself.

    The program forgets who has no subscription left, so the person signs in once more.
    """
    scene.offers(DELETER)
    offer = f"{ON}/registrationDefinitions/{DEFINITION}"
    scene.customer.line(f"managedservices assignment create --definition {offer} --assignment-id {ASSIGNMENT}")
    assert [one["id"] for one in scene.provider.line("login", **PERSON)] == [PRODUCTION]

    scene.provider.line(f"managedservices assignment delete --assignment {ASSIGNMENT} --yes")

    assert scene.provider.asked == [f"DELETE {GIVEN}/* 200"]
    assert scene.customer.line("managedservices assignment list") == []
    assert scene.provider_sees() == []
