"""Partner links: what may be linked, whose access counts, and what the report says; on both databases."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightkeeper.access.model import PermissionBlock, Role, RoleId
from lightkeeper.access.roles import role_named
from lightkeeper.delegation import shelf
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from lightkeeper.partners import influence, known, service
from lightkeeper.partners.model import Influence, LinkState, Partner, PartnerLink, Way
from lightkeeper.partners.rules import earns_credit, is_partner_id, why_not_link
from tests.delegation.market import NOON, READER, VM_CONTRIBUTOR, Market, asks_for, oid, scope_of, sub, tid
from tests.house import House

FABRIKAM = Partner("4759000", "Fabrikam", "t")


class _Known:
    def partner_named(self, connection: object, partner_id: str) -> Partner | None:
        return Partner(partner_id, "Fabrikam", "t") if partner_id.startswith("4759") else None


@pytest.fixture
def market(database: Database) -> Iterator[Market]:
    before = known._Directories.current
    known.consult(_Known())
    yield Market(database)
    known.consult(before)
    shelf.stock(shelf.EmptyShelf())


def link(market: Market, by: str, partner_id: str = "4759000") -> PartnerLink:
    with market.as_(by) as call:
        return service.link(call, partner_id)[0]


def reached(market: Market) -> list[Influence]:
    with market.as_("tech") as call:
        call.open_to_all("a test looks")
        return influence.influence_of(call, ["4759000"], tid("fabrikam"))


# --- rules ----------------------------------------------------------------------------------------------------------


@given(st.text(max_size=12))
def test_a_partner_id_is_one_to_ten_digits(text: str) -> None:
    assert is_partner_id(text) == (0 < len(text) <= 10 and all(one in "0123456789" for one in text))


def test_a_partner_nobody_knows_is_a_bad_request_and_a_second_one_a_conflict() -> None:
    """Contract, ManagementPartner: 400 for an id that is not known, 409 while another partner id is active."""
    [unknown] = why_not_link("1", None, None)
    [other] = why_not_link("4759001", FABRIKAM, _held("4759000"))

    assert (unknown.code, other.code) == ("BadRequest", "Conflict")
    assert not list(why_not_link("4759000", FABRIKAM, _held("4759000")))


def _held(partner_id: str) -> PartnerLink:
    return PartnerLink("t", "o", partner_id, 1, LinkState.ACTIVE, NOON, NOON)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("Owner", True), ("Contributor", True), ("Reader", False), ("AcrPull", True), ("AcrDelete", True),
        ("API Management Service Reader Role", False), ("API Management Service Operator Role", True),
        ("Support Request Contributor", True), ("Automation Job Operator", True), ("Monitoring Reader", False),
    ],
)  # fmt: skip
def test_roles_that_only_read_earn_no_credit(name: str, counts: bool) -> None:
    """The documentation's list of roles that earn credit; a reader that may also ask for support stays one."""
    role = role_named(name)

    assert role is not None
    assert earns_credit(role) is counts


def test_a_role_of_a_tenants_own_earns_no_credit() -> None:
    role = Role(RoleId("x"), "Mine", permissions=(PermissionBlock(("*",)),), built_in=False)

    assert not earns_credit(role)


# --- links ----------------------------------------------------------------------------------------------------------


def test_a_version_counts_every_change_through_deletion(market: Market) -> None:
    """Contract: etag and version grow by one with every change, also across delete and re-create; createdTime survives."""
    first = link(market, "tech")
    assert link(market, "tech") == first, "the same again changes nothing"
    with market.as_("tech") as call:
        changed = service.change_link(call, "4759001")[0]
    with market.as_("tech") as call:
        gone = service.unlink(call, "4759001")
    again = link(market, "tech")

    assert [one.version for one in (first, changed, gone, again)] == [1, 2, 3, 4]
    assert (gone.state, again.state) == (LinkState.DELETED, LinkState.ACTIVE)
    assert again.created_at == first.created_at


def test_everybody_has_a_link_of_their_own(market: Market) -> None:
    link(market, "tech")

    for who in ("boss", "owner"):
        with pytest.raises(NotFound), market.as_(who) as call:
            service.find_link(call)


def test_refusals_change_nothing(market: Market) -> None:
    link(market, "tech")

    with pytest.raises(Conflict), market.as_("tech") as call:
        service.link(call, "4759001")
    with pytest.raises(Invalid), market.as_("tech") as call:
        service.change_link(call, "1")
    with pytest.raises(NotFound), market.as_("tech") as call:
        service.unlink(call, "4759001")
    with market.as_("tech") as call:
        assert service.find_link(call)[0].version == 1


def test_the_operator_has_no_account_and_nobody_links_others(market: Market) -> None:
    with pytest.raises(Forbidden), market.office.writing(OPERATOR) as call:
        service.link(call, "4759000")
    with pytest.raises(Forbidden), market.as_("tech") as call:
        service.put_link(call, tid("fabrikam"), oid("boss"), "4759000")


# --- influence ------------------------------------------------------------------------------------------------------


def delegate(market: Market, place: str, *grants: tuple[str, str]) -> None:
    market.assign(market.define(asks_for(*grants), place=place), place)


def test_what_a_linked_account_holds_counts_and_nothing_else(market: Market) -> None:
    """L133: an eligible role as a permanent authorization on the customer; the link is one of the managing tenant."""
    delegate(market, "prod", ("tech", VM_CONTRIBUTOR), ("tech", READER), ("boss", VM_CONTRIBUTOR))
    assert reached(market) == []

    link(market, "tech")

    assert {(one.scope, one.role_name, one.way, one.earns_credit) for one in reached(market)} == {
        (scope_of("prod").lower(), "Virtual Machine Contributor", Way.DELEGATION, True),
        (scope_of("prod").lower(), "Reader", Way.DELEGATION, False),
    }
    assert {one.subscription_id for one in reached(market)} == {sub("prod")}


def test_an_ended_link_counts_no_more(market: Market) -> None:
    delegate(market, "prod", ("tech", READER))
    link(market, "tech")
    with market.as_("tech") as call:
        service.unlink(call, "4759000")

    assert reached(market) == []


def test_an_account_of_the_customers_tenant_counts_by_its_role_assignments(market: Market) -> None:
    """The other way to work for a customer: an account in the customer's tenant, linked there."""
    link(market, "contributor")

    found = reached(market)

    assert {one.way for one in found} == {Way.ROLE_ASSIGNMENT}
    assert {one.customer_tenant_id for one in found} == {tid("contoso")}


def test_what_is_held_at_home_is_no_customers(market: Market) -> None:
    link(market, "contributor")

    with market.as_("tech") as call:
        call.open_to_all("a test looks")
        assert influence.influence_of(call, ["4759000"], tid("contoso")) == []


# --- the house ------------------------------------------------------------------------------------------------------

PROD = "/subscriptions/c0c0c0c0-1111-4000-8000-000000000001"
TIER1, VM = "fabfabfa-0000-4000-8000-000000000021", "9980e02c-c2be-4d73-94e8-173b1dc7cf3c"
THING = "99999999-0000-4000-8000-000000000077"


def test_the_report_shows_what_links_reach_and_what_they_miss(tmp_path: Path) -> None:
    """A publisher sees which customers' resources count for it, and at which customer nobody is linked."""
    world = (Path(__file__).parents[1] / "house.yaml").read_text()
    world += 'partnerLinks:\n  - {principal: fabrikam/technician, partnerId: "4759000"}\n'
    house = House.of(tmp_path, world)
    try:
        managed = f"{PROD}/providers/Microsoft.ManagedServices"
        house.send("POST", f"{managed}/register?api-version=2021-04-01", by="contoso/owner")
        for who, name, at in (
            (TIER1, THING, "web"),
            ("fabfabfa-0000-4000-8000-000000000031", THING[:-1] + "8", "database"),
        ):
            definition = {
                "registrationDefinitionName": name,
                "managedByTenantId": "fabfabfa-0000-4000-8000-000000000001",
                "authorizations": [{"principalId": who, "roleDefinitionId": VM}],
            }
            path = f"{managed}/registrationDefinitions/{name}"
            reply = house.send("PUT", f"{path}?api-version=2022-10-01", {"properties": definition}, by="contoso/owner")
            assert reply.status == 201, reply.json
            path = f"{PROD}/resourceGroups/{at}/providers/Microsoft.ManagedServices/registrationAssignments/{name}"
            link = {"properties": {"registrationDefinitionId": f"{managed}/registrationDefinitions/{name}"}}
            reply = house.send("PUT", f"{path}?api-version=2022-10-01", link, by="contoso/owner")
            assert reply.status == 201, reply.json

        report = house.send(
            "GET", "/api/publishers/fabrikam/reports/influence?api-version=2017-10-31", by="fabrikam/publisher"
        ).json

        assert [(one["Scope"].rsplit("/", 1)[-1], one["Account"], one["EarnsCredit"]) for one in report["value"]] == [
            ("web", "technician", True),
            ("database", "", False),
        ]
        assert {one["Customer"] for one in report["value"]} == {"Contoso"}
        account = house.send("GET", "/api/publishers/fabrikam?api-version=2017-10-31", by="fabrikam/publisher").json
        assert account["partnerIds"] == ["4759000", "4759001"]
    finally:
        house.close()
