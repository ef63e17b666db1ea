"""A new version of the plan changes nothing until the customer has seen the difference and accepted it."""

from tests.stories.cast import ARM_MACHINES, BASIC, Cast, refusal

MORE = (*BASIC, "Virtual Machine Contributor")


def test_the_old_version_keeps_working_until_the_new_one_is_accepted(cast: Cast) -> None:
    """L85: an update is offered, shown as roles and operations, and applies to every delegated scope on acceptance."""
    cast.delegated()
    machine, build = cast.machine("prod", "web", "vm2"), cast.machine("test", "shared", "build1")

    cast.publish("2.0.0", MORE)

    refused = cast.technician.ask("DELETE", machine, version=ARM_MACHINES)
    assert refusal(refused) == (403, "AuthorizationFailed")
    offer = cast.owner.portal("GET", cast.held).json()
    assert (offer["version"], offer["update"]) == ("1.0.0", "2.0.0")
    difference = cast.owner.portal("GET", f"{cast.held}/update").json()
    [change] = difference["changes"]
    assert change["principalId"] == cast.group("outer")
    assert [role["roleName"] for role in change["rolesGained"]] == ["Virtual Machine Contributor"]
    assert "Microsoft.Compute/virtualMachines/delete" in change["operationsGained"]
    assert (change["rolesLost"], change["operationsLost"]) == ([], [])

    accepted = cast.owner.portal("POST", f"{cast.held}/accept-update", {})

    assert accepted.status_code == 200
    assert cast.technician.ask("DELETE", machine, version=ARM_MACHINES).status_code in (200, 202, 204)
    assert cast.technician.ask("DELETE", build, version=ARM_MACHINES).status_code in (200, 202, 204)
    offer = cast.owner.portal("GET", cast.held).json()
    assert (offer["version"], offer["update"]) == ("2.0.0", None)


def test_a_version_with_fewer_roles_says_what_is_lost(cast: Cast) -> None:
    """L90: the new list replaces the old one; who is left out loses access."""
    cast.delegated()
    cast.publish("2.0.0", ("Reader",))

    [change] = cast.owner.portal("GET", f"{cast.held}/update").json()["changes"]
    cast.owner.portal("POST", f"{cast.held}/accept-update", {})
    restart = cast.technician.ask("POST", f"{cast.machine('prod', 'web', 'vm1')}/restart", version=ARM_MACHINES)

    assert [role["roleName"] for role in change["rolesLost"]] == [BASIC[1]]
    assert "Microsoft.Compute/virtualMachines/restart/action" in change["operationsLost"]
    assert change["operationsGained"] == []
    assert refusal(restart) == (403, "AuthorizationFailed")


def test_an_update_is_accepted_once(cast: Cast) -> None:
    """Afterwards there is none."""
    cast.delegated()
    cast.publish("2.0.0", MORE)
    cast.owner.portal("POST", f"{cast.held}/accept-update", {})

    again = cast.owner.portal("POST", f"{cast.held}/accept-update", {})

    assert refusal(again) == (409, "NoUpdateAvailable")


def test_a_reader_sees_the_update_but_may_not_accept_it(cast: Cast) -> None:
    """L83: viewing needs Reader; deciding needs the rights to delegate."""
    cast.delegated()
    cast.publish("2.0.0", MORE)
    reader, held = cast.person("customer", "reader"), cast.held

    assert reader.portal("GET", held).json()["update"] == "2.0.0"
    assert refusal(reader.portal("POST", f"{held}/accept-update", {})) == (403, "AuthorizationFailed")
    refused = cast.guest.portal("POST", f"{held}/accept-update", {})
    assert refusal(refused) == (403, "AuthorizationFailed") or refusal(refused) == (
        403,
        "InsufficientPrivilegesForManagedServiceResource",
    )
