"""Delegations: where, by whom, to whom, what they grant, and how they end."""

import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from lightkeeper.delegation import service, store
from lightkeeper.delegation.model import EligibleAuthorization
from lightkeeper.directory import service as directory
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.log import head_of
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from lightkeeper.resources import service as resources
from tests.delegation.market import (
    CONTRIBUTOR,
    DELETE_ROLE,
    READ_VM,
    READER,
    RESTART,
    VM_CONTRIBUTOR,
    Market,
    asks_for,
    oid,
    scope_of,
    sub,
    tid,
    vm,
)


def test_l67_assignment_grants_at_its_scope_and_below(market: Market) -> None:
    """L67, L100: every active authorization holds at the scope, through groups too, and nowhere else."""
    definition = market.define(asks_for(("tier1", VM_CONTRIBUTOR)))
    assert not market.may("tech", RESTART, vm())

    market.assign(definition, "prod/web")

    assert market.may("tech", RESTART, vm())
    assert not market.may("tech", RESTART, vm("prod/data"))
    assert not market.may("boss", RESTART, vm())


def test_l102_access_is_one_way(market: Market) -> None:
    """L102: the customer's principals gain nothing, and keep what they have."""
    market.assign(market.define(asks_for(("tech", READER))), "prod")

    assert not market.may("spy", READ_VM, vm())
    assert market.may("owner", "Microsoft.Compute/virtualMachines/delete", vm())


def test_l50_eligible_entries_grant_nothing_by_themselves(market: Market) -> None:
    """L58: an eligible role is had only while it is activated."""
    entry = EligibleAuthorization(oid("tech"), CONTRIBUTOR)
    definition = market.define(asks_for(("tech", READER), eligible_authorizations=(entry,)))

    market.assign(definition, "prod")

    assert market.may("tech", READ_VM, vm())
    assert not market.may("tech", RESTART, vm())


@pytest.mark.parametrize(
    "scope",
    [
        "/providers/Microsoft.Management/managementGroups/top",
        "/",
        f"{scope_of('prod/web')}/providers/Microsoft.Compute/virtualMachines/vm1",
    ],
)
def test_l3_only_subscriptions_and_groups_can_be_delegated(market: Market, scope: str) -> None:
    """L3, L78: no management group, tenant or single resource."""
    definition = market.define(asks_for(("tech", READER)))

    with market.as_("operator") as call, pytest.raises(Invalid) as refused:
        service.put_assignment(call, scope, named("a", "1"), definition.resource_id)

    assert refused.value.code == "InvalidRegistrationAssignmentUri"


def test_l60_scenario_d_second_assignment_at_a_scope(market: Market) -> None:
    """L60, (d): another GUID for the same definition at the same scope is a conflict with the exact text."""
    definition = market.define(asks_for(("tech", READER)))
    market.assign(definition, "prod")

    with pytest.raises(Conflict) as refused:
        market.assign(definition, "prod", name=named("a", "other"))

    assert refused.value.code == "MultipleRegistrationAssignmentsNotAllowed"
    assert refused.value.message == (
        f"Another registration assignment present at this scope '{scope_of('prod')}' for registration definition "
        f"'{definition.resource_id}'. Multiple registration assignments are not allowed."
    )


def test_l60_same_guid_is_an_update(market: Market) -> None:
    """L60: the same GUID again is an update; one that changes nothing is written nowhere and told to nobody."""
    definition = market.define(asks_for(("tech", READER)))
    name = market.assign(definition, "prod")
    with market.office.database.read() as connection:
        before = head_of(connection)

    with market.as_("owner") as call:
        again = service.put_assignment(call, scope_of("prod"), name, definition.resource_id)

    with market.office.database.read() as connection:
        assert head_of(connection) == before
    assert again.created is False
    assert len(market.events("DelegationAdded")) == 1


def test_l60_database_is_the_backstop(market: Market) -> None:
    """Two writers who both looked first: the unique pair of scope and definition lets one through."""
    definition = market.define(asks_for(("tech", READER)))
    name = market.assign(definition, "prod")

    with market.office.database.write() as connection:
        first = store.assignment(
            connection, f"{scope_of('prod')}/providers/Microsoft.ManagedServices/registrationAssignments/{name}"
        )
        assert first is not None
        with pytest.raises(IntegrityError):
            store.save_assignment(connection, replace(first, id=named("a", "twin")), new=True)


def test_l63_same_definition_at_subscription_and_group(market: Market) -> None:
    """L63: forbidden in either order; a different definition is allowed."""
    definition = market.define(asks_for(("tech", READER)))
    market.assign(definition, "prod/web")
    with pytest.raises(Conflict):
        market.assign(definition, "prod")

    market.assign(market.define(asks_for(("tech", READER), name="Other")), "prod")

    assert market.may("tech", READ_VM, vm("prod/data"))


def test_l64_definition_of_another_subscription(market: Market) -> None:
    """L64: definition and assignment are in one subscription."""
    market.register("test")
    definition = market.define(asks_for(("tech", READER)), place="test")

    with pytest.raises(Invalid) as refused:
        market.assign(definition, "prod")

    assert refused.value.code == "InvalidRegistrationAssignmentRequest"


def test_l64_definition_is_meant_in_every_spelling_of_its_id(market: Market) -> None:
    """L13, L64: a slash at the end and capitals name the same definition, and are not kept twice."""
    definition = market.define(asks_for(("tech", READER)))
    name = market.assign(definition, "prod/web")

    with market.as_("owner") as call:
        again = service.put_assignment(call, scope_of("prod/web"), name, definition.resource_id.upper() + "/")

    assert not again.created
    assert again.value.definition_key == definition.key


def test_l64_missing_definition(market: Market) -> None:
    definition = market.define(asks_for(("tech", READER)))

    with pytest.raises(Invalid) as refused:
        market.assign(replace(definition, id=named("definition", "none")), "prod")

    assert refused.value.code == "RegistrationDefinitionNotFound"


def test_l65_group_must_exist(market: Market) -> None:
    """L65: the standard ResourceGroupNotFound."""
    with pytest.raises(NotFound) as missing:
        market.assign(market.define(asks_for(("tech", READER))), "prod/none")

    assert missing.value.code == "ResourceGroupNotFound"


def test_l42_principal_must_be_in_the_managing_tenant(market: Market) -> None:
    """L42: asked when the assignment is made, not at the definition."""
    definition = market.define(asks_for(("spy", READER)))

    with pytest.raises(Invalid) as refused:
        market.assign(definition, "prod")

    assert refused.value.code == "PrincipalNotFound"
    assert refused.value.message.startswith(
        f"Principal {oid('spy').replace('-', '')} does not exist in the directory {tid('fabrikam')}."
    )


def test_l43_only_security_groups(market: Market) -> None:
    """L43: a Microsoft 365 group is refused."""
    with pytest.raises(Invalid) as refused:
        market.assign(market.define(asks_for(("office", READER))), "prod")

    assert "not a security group" in refused.value.message


def test_l50_service_principal_cannot_be_eligible(market: Market) -> None:
    """L50: users and groups only; as an active principal it is fine."""
    entry = EligibleAuthorization(oid("robot"), CONTRIBUTOR)
    good, bad = asks_for(("robot", READER)), asks_for(("robot", READER), name="Bad", eligible_authorizations=(entry,))
    market.assign(market.define(good), "prod/web")

    with pytest.raises(Invalid) as refused:
        market.assign(market.define(bad), "prod/data")

    assert refused.value.target == "eligibleAuthorizations[0].principalId"


def test_l94_update_changes_rights_at_every_scope(market: Market) -> None:
    """L90, L94: the new list replaces the old one wherever the definition is assigned; each scope is told (L111)."""
    definition = market.define(asks_for(("tech", VM_CONTRIBUTOR)))
    market.assign(definition, "prod/web")
    market.assign(definition, "prod/data")

    market.define(asks_for(("tech", READER)))

    for place in ("prod/web", "prod/data"):
        assert market.may("tech", READ_VM, vm(place))
        assert not market.may("tech", RESTART, vm(place))
    assert len(market.events("DelegationAdded")) == 4


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"grants": [("spy", READER)]}, "does not exist in the directory"),
        ({"grants": [("office", READER)]}, "not a security group"),
        ({"eligible_authorizations": (EligibleAuthorization(oid("robot"), CONTRIBUTOR),)}, "is a service principal"),
    ],
)
def test_l42_who_comes_to_a_definition_in_force_is_asked_about_at_once(
    market: Market, changed: dict[str, object], told: str
) -> None:
    """L42, L43, L50, L94: a change gives roles where the definition is assigned, so it asks what an assignment asks."""
    definition = market.define(asks_for(("tech", READER)))
    more = {**changed}
    asked = asks_for(*more.pop("grants", [("tech", READER)]), **more)  # type: ignore[misc, arg-type]
    market.define(asked)  # nothing is assigned yet
    market.define(asks_for(("tech", READER)))
    market.assign(definition, "prod/web")

    with pytest.raises(Invalid) as refused:
        market.define(asked)

    assert told in refused.value.message
    assert market.may("tech", READ_VM, vm())


def test_l42_who_has_left_since_is_no_reason_to_refuse_a_change(market: Market) -> None:
    """L42, L90: who stands in the definition already is not asked about again."""
    market.assign(market.define(asks_for(("tech", READER), ("robot", READER))), "prod/web")
    with market.as_("operator") as call:
        directory.delete_principal(call, oid("robot"))

    market.define(asks_for(("tech", VM_CONTRIBUTOR), ("robot", READER)))

    assert market.may("tech", RESTART, vm())


def test_l95_customer_removes_and_access_ends_at_once(market: Market) -> None:
    """L95, L97: after removal nobody of the managing tenant has access."""
    definition = market.define(asks_for(("tech", READER)))
    name = market.assign(definition, "prod")

    with market.as_("owner") as call:
        assert service.delete_assignment(call, scope_of("prod"), name) is True

    assert not market.may("tech", READ_VM, vm())
    with market.as_("owner") as call:
        assert service.delete_assignment(call, scope_of("prod"), name) is False


@pytest.mark.parametrize("role", [READER, CONTRIBUTOR])
def test_l95_scenario_l_provider_without_delete_role(market: Market, role: str) -> None:
    """L95, (l): only principals with the delete role; a role that happens to contain the operation is not enough."""
    name = market.assign(market.define(asks_for(("tech", role))), "prod")

    with market.as_("tech") as call, pytest.raises(Forbidden) as refused:
        service.delete_assignment(call, scope_of("prod"), name)

    assert refused.value.code == "AuthorizationFailed"


def test_l95_provider_with_delete_role_leaves(market: Market) -> None:
    """L95: with the delete role the provider ends its own delegation; it may not delete the definition."""
    definition = market.define(asks_for(("tier1", DELETE_ROLE)))
    name = market.assign(definition, "prod")

    with market.as_("tech") as call, pytest.raises(Forbidden):
        service.delete_definition(call, scope_of("prod"), definition.id)
    with market.as_("tech") as call:
        assert service.delete_assignment(call, scope_of("prod"), name) is True


def test_l95_one_provider_cannot_end_anothers_delegation(market: Market) -> None:
    """The delete role is for the provider's own delegation, not for whatever else is delegated there."""
    market.assign(market.define(asks_for(("tech", DELETE_ROLE))), "prod")
    rivals = market.assign(market.define(asks_for(("spy", READER), name="Rival", tenant="rival")), "prod")

    with market.as_("tech") as call, pytest.raises(Forbidden):
        service.delete_assignment(call, scope_of("prod"), rivals)


def test_provider_cannot_write_delegations(market: Market) -> None:
    """Section 3.7 of the wire contract: a provider writes neither definitions nor assignments."""
    market.assign(market.define(asks_for(("tech", CONTRIBUTOR))), "prod")

    with pytest.raises(Forbidden) as refused:
        market.define(asks_for(("tech", CONTRIBUTOR), ("boss", CONTRIBUTOR)), by="tech")

    assert refused.value.code == "InsufficientPrivilegesForManagedServiceResource"


def test_l68_deleted_group_takes_its_delegations_along(market: Market) -> None:
    """L68: deleting a delegated resource group removes its assignment, and both sides' logs say so."""
    market.assign(market.define(asks_for(("tech", READER))), "prod/web")

    with market.as_("owner") as call:
        resources.delete_resource_group(call, sub("prod"), "web")

    with market.as_("owner") as call:
        assert service.list_assignments(call, scope_of("prod")) == []
    assert len(market.events("RegistrationAssignmentDeleted")) == 1
    assert len(market.events("DelegationRemoved")) == 1


def test_l130_scenario_n_subscription_moved_into_a_managing_tenant(market: Market) -> None:
    """L130, (n): what was delegated to the new home goes, other providers keep access."""
    market.assign(market.define(asks_for(("tech", READER))), "prod")
    market.assign(market.define(asks_for(("spy", READER), name="Rival", tenant="rival")), "prod")

    with market.as_("operator") as call:
        call.open_to_all("moving is tested where it is done")
        service.on_subscription_moved(call, sub("prod"), tid("fabrikam"))

    with market.as_("owner") as call:
        kept = service.list_assignments(call, scope_of("prod"))
    assert [one.definition.managed_by_tenant_id for one in kept] == [tid("rival")]
    assert market.may("spy", READ_VM, vm())


def test_l110_scenario_o_one_event_for_each_group(market: Market) -> None:
    """L110, L111, (o): the managing tenant's log has one event per delegation, its description parsable by position."""
    definition = market.define(asks_for(("tech", READER)))
    market.assign(definition, "prod/web")
    market.assign(definition, "prod/data")

    entries = market.events("DelegationAdded")

    assert [entry.tenant_id for entry in entries] == [tid("fabrikam")] * 2
    assert {entry.operation for entry in entries} == {"Microsoft.Resources/tenants/register/action"}
    described = entries[0].body["description"]
    assert json.loads(described) == {
        "subscriptionId": sub("prod"),
        "subscriptionTenantId": tid("contoso"),
        "delegationResourceId": scope_of("prod/web"),
    }
    assert list(json.loads(described)) == ["subscriptionId", "subscriptionTenantId", "delegationResourceId"]


def test_lists_show_what_may_be_read(market: Market) -> None:
    """L108: a provider with one group sees that delegation in the subscription's list; a stranger is refused."""
    definition = market.define(asks_for(("tech", READER)))
    market.assign(definition, "prod/web")
    market.assign(market.define(asks_for(("spy", READER), name="Rival", tenant="rival")), "prod/data")

    with market.as_("tech") as call:
        seen = service.list_assignments(call, scope_of("prod"))
        mine = service.list_managed(call, tid("fabrikam"))
    with market.as_("boss") as call, pytest.raises(Forbidden):
        service.list_assignments(call, scope_of("prod"))

    assert [one.assignment.scope for one in seen] == [scope_of("prod/web")]
    assert [one.definition.key for one in mine] == [definition.key]


def test_index_rebuilt_from_tables_equals_the_one_that_followed(market: Market) -> None:
    """The projection says the same from state and from the log."""
    market.assign(market.define(asks_for(("tier1", VM_CONTRIBUTOR))), "prod/web")
    followed = market.may("tech", RESTART, vm()), market.may("tech", RESTART, vm("prod/data"))

    with market.office.database.read() as connection:
        market.index.rebuild(connection)

    assert (market.may("tech", RESTART, vm()), market.may("tech", RESTART, vm("prod/data"))) == followed


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["prod", "prod/web"]), st.booleans()), max_size=8)
)
def test_l96_grants_are_counted(market: Market, steps: list[tuple[str, str, bool]]) -> None:
    """L96 (default): removing one delegation never takes away what another one still gives."""
    given_now: dict[tuple[str, str], str] = {}
    definitions = {name: market.define(asks_for(("tech", READER), name=f"Offer {name}")) for name in "abc"}
    for name, place, adds in steps:
        other = (name, "prod/web" if place == "prod" else "prod")
        if adds and other not in given_now:
            given_now[name, place] = market.assign(definitions[name], place)
        elif not adds and (name, place) in given_now:
            with market.as_("owner") as call:
                service.delete_assignment(call, scope_of(place), given_now.pop((name, place)))

        places = {place for _, place in given_now}
        assert market.may("tech", READ_VM, vm("prod/web")) == bool(places)
        assert market.may("tech", READ_VM, vm("prod/data")) == ("prod" in places)
    for (_, place), name in given_now.items():
        with market.as_("owner") as call:
            service.delete_assignment(call, scope_of(place), name)
