"""The provider's people work in the customer's subscription, from their own tenant, with exactly the delegated roles."""

import pytest

from tests.stories.cast import ARM_GROUPS, ARM_MACHINES, MANAGED, Cast, refusal


def test_the_subscription_is_listed_in_the_providers_tenant(cast: Cast) -> None:
    """L14: the customer is the home tenant, the provider stands in `managedByTenants`."""
    cast.delegated()

    found = cast.technician.ask("GET", "/subscriptions").json()["value"]

    assert {one["subscriptionId"] for one in found} == {cast.id("prod"), cast.id("test")}
    for one in found:
        assert one["tenantId"] == cast.tenant("customer")
        assert one["managedByTenants"] == [{"tenantId": cast.tenant("msp")}]
    [own] = [one for one in cast.owner.ask("GET", "/subscriptions").json()["value"] if cast.id("prod") in one["id"]]
    assert own["managedByTenants"] == [{"tenantId": cast.tenant("msp")}]


def test_exactly_the_roles_of_the_plan_hold(cast: Cast) -> None:
    """L100: a delegated role allows its operations, through nested groups, and nothing else."""
    cast.delegated()
    machine = cast.machine("prod", "web", "vm1")

    read = cast.technician.ask("GET", machine, version=ARM_MACHINES)
    restarted = cast.technician.ask("POST", f"{machine}/restart", version=ARM_MACHINES)
    deleted = cast.technician.ask("DELETE", machine, version=ARM_MACHINES)

    assert read.status_code == 200
    assert read.json()["properties"]["hardwareProfile"] == {"vmSize": "Standard_B1s"}
    assert restarted.status_code in (200, 202)
    assert refusal(deleted) == (403, "AuthorizationFailed")
    assert cast.owner.ask("GET", machine, version=ARM_MACHINES).status_code == 200


def test_a_delegated_group_is_all_that_is_seen_of_its_subscription(cast: Cast) -> None:
    """L108: for a resource-group delegation the user sees only that group."""
    cast.delegated()
    test = cast.subscription("test")

    groups = cast.technician.ask("GET", f"{test}/resourceGroups", version=ARM_GROUPS).json()["value"]
    resources = cast.technician.ask("GET", f"{test}/resources", version=ARM_GROUPS).json()["value"]
    private = cast.technician.ask("GET", cast.subscription("test", "private"), version=ARM_GROUPS)
    secret = cast.technician.ask("GET", cast.machine("test", "private", "secret1"), version=ARM_MACHINES)

    assert [one["name"] for one in groups] == ["shared"]
    assert [one["name"] for one in resources] == ["build1"]
    assert refusal(private) == refusal(secret) == (403, "AuthorizationFailed")


def test_outside_the_delegation_the_token_is_of_the_wrong_tenant(cast: Cast) -> None:
    """A subscription that is not delegated does not accept a token of the provider's tenant."""
    cast.delegated()

    answer = cast.technician.ask("GET", f"{cast.subscription('lab')}/resourceGroups", version=ARM_GROUPS)

    assert refusal(answer) == (401, "InvalidAuthenticationTokenTenant")


def test_somebody_of_the_provider_without_a_role_sees_nothing(cast: Cast) -> None:
    """The grant is the group's, not the tenant's."""
    cast.delegated()
    watcher = cast.person("msp", "watcher")

    seen = watcher.ask("GET", "/subscriptions").json()["value"]
    answer = watcher.ask("GET", cast.machine("prod", "web", "vm1"), version=ARM_MACHINES)

    assert {one["tenantId"] for one in seen} == {cast.tenant("msp")}
    assert refusal(answer) == (401, "InvalidAuthenticationTokenTenant")


def test_access_is_one_way(cast: Cast) -> None:
    """L102: the customer gains nothing in the provider's tenant."""
    cast.delegated()

    answer = cast.owner.ask("GET", f"{cast.subscription('preview')}/resourceGroups", version=ARM_GROUPS)

    assert refusal(answer) == (401, "InvalidAuthenticationTokenTenant")


def test_delegated_grants_do_not_show_among_role_assignments(cast: Cast) -> None:
    """L105: grants are visible under delegations only, not in the customer's role assignments."""
    cast.delegated()
    path = f"{cast.subscription('prod')}/providers/Microsoft.Authorization/roleAssignments"

    shown = cast.owner.ask("GET", path, version="2022-04-01").json()["value"]

    assert {one["properties"]["principalId"] for one in shown} & {cast.group("outer"), cast.group("leads")} == set()


@pytest.mark.parametrize("who", ["technician", "lead"])
def test_only_the_delete_role_lets_the_provider_leave(cast: Cast, who: str) -> None:
    """L95: a principal with the delete role removes the delegation; without it the answer is 403."""
    cast.delegated()
    scope = cast.subscription("prod")
    person = cast.person("msp", who)
    [found] = [
        one
        for one in person.ask(
            "GET", f"{scope}/providers/{MANAGED}/registrationAssignments", version="2022-10-01"
        ).json()["value"]
        if "resourceGroups" not in one["id"]
    ]

    answer = person.ask("DELETE", found["id"], version="2022-10-01")

    if who == "technician":
        assert refusal(answer) == (403, "AuthorizationFailed")
        assert person.ask("GET", cast.machine("prod", "web", "vm1"), version=ARM_MACHINES).status_code == 200
    else:
        assert answer.status_code in (200, 202)
        refused = person.ask("GET", cast.machine("prod", "web", "vm1"), version=ARM_MACHINES)
        assert refusal(refused) == (401, "InvalidAuthenticationTokenTenant")
        kept = person.ask("GET", cast.machine("test", "shared", "build1"), version=ARM_MACHINES)
        assert kept.status_code == 200


def test_the_operator_hears_why(cast: Cast) -> None:
    """Every decision can be explained: by which delegation and groups, or what came nearest."""
    cast.delegated()
    machine = cast.machine("prod", "web", "vm1")
    who = f"technician@{cast.name}-msp.example"

    def explained(action: str) -> dict[str, object]:
        question = {"principal": who, "action": f"Microsoft.Compute/virtualMachines/{action}", "scope": machine}
        return dict(cast.server.operator("POST", "access/explain", question).json())

    yes, no = explained("restart/action"), explained("delete")

    assert yes["allowed"] is True
    [reason] = yes["because"]  # type: ignore[misc]
    assert reason["role"] == "Desktop Virtualization Power On Off Contributor"
    assert reason["grant"]["managingTenantId"] == cast.tenant("msp")
    assert reason["grant"]["throughGroups"][-1:] == [cast.group("outer")] or len(reason["grant"]["throughGroups"]) == 3
    assert no["allowed"] is False
    assert no["nearest"]
