"""Applying a world: all of it or nothing, and only what is not so already."""

import json

import pytest

from lightkeeper.kernel import log
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.operator.desk import OperatorDesk
from lightkeeper.world import apply, lookup, show
from tests.world.conftest import CHEAP
from tests.world.test_document import EXAMPLES, SMALL

DEMO = (EXAMPLES / "demo.yaml").read_text(encoding="utf-8")


def applied(desk: OperatorDesk, text: str) -> int:
    with desk.office.writing(OPERATOR) as call:
        return apply.apply_text(call, text, "world.yaml", CHEAP).changed


def shown(desk: OperatorDesk) -> dict[str, dict[str, dict[str, object]]]:
    with desk.office.reading(OPERATOR) as call:
        return show.world_now(call)


def head(desk: OperatorDesk) -> int:
    with desk.office.reading(OPERATOR) as call:
        call.open_to_all("a test looks")
        return log.head_of(call.connection)[0]


def test_applying_twice_changes_and_logs_nothing(desk: OperatorDesk) -> None:
    """Applying twice changes nothing."""
    assert applied(desk, DEMO) > 50
    before = head(desk)

    changed = applied(desk, DEMO)

    assert (changed, head(desk)) == (0, before)


def test_a_changed_line_changes_that_thing_alone(desk: OperatorDesk) -> None:
    """A value that differs is updated; what is as declared is left alone."""
    applied(desk, DEMO)

    changed = applied(desk, DEMO.replace("Olga Owner", "Olga Oberowner"))

    assert changed == 1
    assert shown(desk)["tenants"]["contoso"]["users"]["owner"]["displayName"] == "Olga Oberowner"  # type: ignore[index]


def test_nothing_is_applied_while_there_is_a_fault(desk: OperatorDesk) -> None:
    """One transaction: all of it or nothing, with the line of every fault."""
    bad = SMALL + "roleAssignments:\n  - {principal: contoso/owner, role: Ownr, scope: prod}\n"

    with pytest.raises(Invalid) as refused:
        applied(desk, bad)

    assert [detail.place.line for detail in refused.value.details if detail.place] == [16]
    assert head(desk) == 0


def test_nothing_is_applied_when_a_service_refuses(desk: OperatorDesk) -> None:
    """What only a service can know, such as whether a type exists, is told with its line as well."""
    bad = SMALL.replace("web: {}", "web: {resources: [{type: Microsoft.Nothing/atAll, name: x}]}")

    with pytest.raises(Invalid) as refused:
        applied(desk, bad)

    assert [detail.place.line for detail in refused.value.details if detail.place] == [14]
    assert head(desk) == 0


def test_what_is_shown_can_be_applied_and_changes_nothing(desk: OperatorDesk) -> None:
    """`world show` prints the same shape."""
    applied(desk, DEMO)

    assert applied(desk, json.dumps(shown(desk))) == 0


def test_the_names_of_the_file_come_back_with_their_ids(desk: OperatorDesk) -> None:
    """An `id` beside every name, `appId`, `upn` and `domain` where there is one."""
    applied(desk, DEMO)

    world = shown(desk)

    assert list(world["subscriptions"]) == sorted(world["subscriptions"], key=list(world["subscriptions"]).index)
    assert world["tenants"]["fabrikam"]["domain"] == "fabrikam.example"
    assert world["tenants"]["fabrikam"]["users"]["technician"]["upn"] == "technician@fabrikam.example"  # type: ignore[index]
    assert world["tenants"]["fabrikam"]["servicePrincipals"]["automation"]["appId"]  # type: ignore[index]
    assert {"contoso-prod", "tailspin-shop"} <= set(world["subscriptions"])
    assert world["subscriptions"]["contoso-prod"]["managementGroup"] == "contoso-production"
    assert {"principal": "contoso/reader", "role": "Reader", "scope": "contoso-root"}.items() <= next(
        one
        for one in world["roleAssignments"]
        if one["principal"] == "contoso/reader"  # type: ignore[index]
    ).items()  # type: ignore[attr-defined]


def test_no_secret_is_shown(desk: OperatorDesk) -> None:
    """`world show` prints no secret, nor a hash of one."""
    applied(desk, DEMO)

    text = json.dumps(shown(desk))

    assert "battery" not in text
    assert "s3cret" not in text
    assert "argon2" not in text


def test_no_secret_is_logged(desk: OperatorDesk) -> None:
    """The log never holds a secret."""
    applied(desk, DEMO)

    with desk.office.reading(OPERATOR) as call:
        call.open_to_all("a test looks")
        text = "".join(str(entry.body) for entry in log.after(call.connection, 0))

    assert "battery" not in text
    assert "argon2" not in text


@pytest.mark.parametrize(
    "name",
    ["contoso/owner", "CONTOSO/Owner", "owner@contoso.example", "OWNER@contoso.example"],
)
def test_a_principal_answers_to_each_of_its_names(desk: OperatorDesk, name: str) -> None:
    """Names may be used wherever an id is asked."""
    applied(desk, DEMO)
    with desk.office.reading(OPERATOR) as call:
        found = lookup.principal_named(call, name)

        assert lookup.principal_named(call, found.id) == found


def test_a_guest_is_found_by_its_home_account(desk: OperatorDesk) -> None:
    """A guest's sign-in name is that of its home; the tenant says which object is meant."""
    applied(desk, DEMO)
    with desk.office.reading(OPERATOR) as call:
        guest = lookup.principal_named(call, "owner@northwind.example", "contoso")

        assert guest == lookup.principal_named(call, "contoso/guest")


@pytest.mark.parametrize("name", ["contoso-prod", "contoso-prod/web", "contoso-root", "/subscriptions/x"])
def test_a_scope_answers_to_each_of_its_names(desk: OperatorDesk, name: str) -> None:
    """A scope is a subscription, subscription/group, a management group or an ARM id."""
    applied(desk, DEMO)
    with desk.office.reading(OPERATOR) as call:
        assert lookup.scope_named(call, name).startswith("/")


def test_a_disabled_subscription_is_filled_when_it_is_made(desk: OperatorDesk) -> None:
    """Its state is declared like everything else, and a second time nothing changes."""
    text = SMALL.replace("    tenant: contoso\n", "    tenant: contoso\n    state: Disabled\n")

    applied(desk, text)

    assert shown(desk)["subscriptions"]["prod"]["state"] == "Disabled"
    assert list(shown(desk)["subscriptions"]["prod"]["resourceGroups"]) == ["web"]  # type: ignore[call-overload]
    assert applied(desk, text) == 0
