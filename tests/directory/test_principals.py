"""Tenants, users, groups and service principals: what may be written, by whom, and what it leaves in the log."""

from dataclasses import replace

import pytest

from lightkeeper.directory import naming, reading, service
from lightkeeper.directory.model import Group, ServicePrincipalKind, UserType
from lightkeeper.kernel import log
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from tests.directory.people import People, as_caller, people_on


def test_every_database_keeps_a_directory_alike(database_url: str) -> None:
    """One set of tables serves SQLite and PostgreSQL."""
    people = people_on(database_url)
    with people.reading() as call:
        call.open_to_all("test")
        assert service.find_principal(call, people.technician.id) == people.technician
        assert service.find_principal(call, people.guest.id) == people.guest
        assert service.find_principal(call, people.automation.id) == people.automation
        assert service.find_principal(call, people.tier1.id) == people.tier1
        assert service.groups_of(call, people.technician.id) == [people.tier1.id]
        found = service.principals_by_ids(call, [people.owner.id, people.tier1.id.upper(), "unknown"])
        assert found == {people.owner.id: people.owner, people.tier1.id: people.tier1}
    people.office.database.close()


def test_ids_follow_from_names() -> None:
    """An id that is not given is derived from the name, so that it is the same in every run."""
    here, again = (naming.tenant("Fabrikam", "fabrikam.example") for _ in range(2))

    assert here.id == again.id
    assert naming.member(here, "technician").id == naming.member(again, "Technician").id
    assert naming.member(here, "technician").id != naming.group(here, "technician").id
    assert naming.member(here, "technician", id="ABCDEF00-0000-4000-8000-000000000001").id.startswith("abcdef00")


def test_writing_the_same_twice_changes_nothing(people: People) -> None:
    """Applying a world twice changes nothing, and so logs nothing."""
    with people.reading() as call:
        call.open_to_all("test")
        before, _ = log.head_of(call.connection)

    people.move_in()

    with people.reading() as call:
        call.open_to_all("test")
        assert log.head_of(call.connection)[0] == before


def test_a_guest_points_to_its_home_account(people: People) -> None:
    """A guest is an object of the inviting tenant that stands for an account of another one."""
    assert people.guest.user_type is UserType.GUEST
    assert people.guest.is_guest and not people.technician.is_guest
    assert (people.guest.home_tenant_id, people.guest.home_object_id) == (people.fabrikam.id, people.technician.id)
    assert people.guest.upn == "technician_fabrikam.example#EXT#@contoso.example"


def test_groups_nest(people: People) -> None:
    """Membership is transitive through nested groups."""
    outer, outermost = naming.group(people.fabrikam, "outer"), naming.group(people.fabrikam, "outermost")
    with people.writing() as call:
        for group in (outer, outermost):
            service.put_group(call, group)
        service.add_member(call, outer.id, people.tier1.id)
        service.add_member(call, outermost.id, outer.id)

        assert set(service.groups_of(call, people.technician.id)) == {people.tier1.id, outer.id, outermost.id}


def test_a_group_never_contains_itself(people: People) -> None:
    """Groups may be nested as deep as one likes, but never in a circle."""
    outer = naming.group(people.fabrikam, "outer")
    with people.writing() as call:
        service.put_group(call, outer)
        service.add_member(call, outer.id, people.tier1.id)

    for group, member in ((people.tier1, outer), (people.tier1, people.tier1)):
        with pytest.raises(Invalid, match="would contain itself"), people.writing() as call:
            service.add_member(call, group.id, member.id)


def test_only_objects_of_the_tenant_join_a_group(people: People) -> None:
    """An account of another tenant joins through its guest object."""
    with pytest.raises(Invalid, match="in another tenant"), people.writing() as call:
        service.add_member(call, people.tier1.id, people.owner.id)


def test_a_deleted_principal_leaves_its_groups_and_says_so(people: People) -> None:
    """Whoever indexes memberships hears of each one that ends."""
    with people.writing() as call:
        service.delete_principal(call, people.technician.id)
        service.delete_principal(call, people.technician.id)
        told = [(each.kind, each.body.get("member_id") or each.body["id"]) for each in call.changes]

    assert told == [("MemberRemoved", people.technician.id), ("PrincipalDeleted", people.technician.id)]
    with people.reading() as call:
        call.open_to_all("test")
        assert list(service.all_memberships(call.connection)) == []


def test_sign_in_names_are_unique_in_a_tenant(people: People) -> None:
    """A sign-in name leads to one account, whatever its case."""
    twin = naming.member(people.fabrikam, "twin", upn="TECHNICIAN@fabrikam.example")
    with pytest.raises(Conflict, match="userPrincipalName"), people.writing() as call:
        service.put_user(call, twin)


def test_an_application_is_in_a_tenant_once(people: People) -> None:
    """Two service principals of one application would leave open which of them signs in."""
    twin = naming.service_principal(people.fabrikam, "twin", app_id=people.automation.app_id)
    with pytest.raises(Conflict), people.writing() as call:
        service.put_service_principal(call, twin)


def test_an_application_may_be_in_several_tenants(people: People) -> None:
    """A multi-tenant application has a service principal in every tenant that uses it."""
    abroad = naming.service_principal(people.contoso, "automation", app_id=people.automation.app_id)
    with people.writing() as call:
        assert service.put_service_principal(call, abroad).id != people.automation.id


def test_an_object_never_changes_tenant_or_type(people: People) -> None:
    """An object id means one object for ever."""
    moved = replace(people.owner, tenant_id=people.fabrikam.id, upn="owner@fabrikam.example")
    turned = Group(id=people.owner.id, tenant_id=people.contoso.id, display_name="owner")
    with pytest.raises(Conflict), people.writing() as call:
        service.put_user(call, moved)
    with pytest.raises(Conflict), people.writing() as call:
        service.put_group(call, turned)


def test_every_fault_of_a_principal_is_reported(people: People) -> None:
    """Several faults are reported together."""
    broken = replace(people.owner, id="x", display_name=" ", upn="nobody")
    with pytest.raises(Invalid) as refused, people.writing() as call:
        service.put_user(call, broken)

    assert {each.target for each in refused.value.details} == {"id", "displayName", "userPrincipalName"}


@pytest.mark.parametrize("domain", ["", "contoso", "-a.example", "a..example", "con toso.example"])
def test_a_tenant_needs_a_domain(people: People, domain: str) -> None:
    """The domain of a sign-in name leads to the tenant, so it must be one."""
    with pytest.raises(Invalid), people.writing() as call:
        service.put_tenant(call, naming.tenant("odd", domain))


def test_a_domain_belongs_to_one_tenant(people: People) -> None:
    """A domain is verified in one tenant."""
    with pytest.raises(Conflict), people.writing() as call:
        service.put_tenant(call, naming.tenant("other", "CONTOSO.example"))


def test_only_the_operator_writes_directories(people: People) -> None:
    """A person of the tenant is refused in Graph's words, and so is one who signed in elsewhere."""
    for caller in (as_caller(people.owner), as_caller(people.technician)):
        with pytest.raises(Forbidden) as refused, people.writing(caller) as call:
            service.put_group(call, naming.group(people.contoso, "admins"))
        assert refused.value.code == "Authorization_RequestDenied"


def test_a_directory_is_read_by_those_in_it(people: People) -> None:
    """Whoever signed in to a tenant reads its objects; nobody else does."""
    with people.reading(as_caller(people.guest)) as call:
        assert reading.read_user(call, people.contoso.id, "OWNER@contoso.example") == people.owner
    with pytest.raises(Forbidden), people.reading(as_caller(people.technician)) as call:
        reading.read_user(call, people.contoso.id, people.owner.id)
    with pytest.raises(NotFound), people.reading(as_caller(people.technician)) as call:
        reading.read_user(call, people.fabrikam.id, people.owner.id)


def test_the_home_tenant_is_listed_first(people: People) -> None:
    """Az keeps a subscription for the first tenant it sees it through, so the home tenant comes first."""
    with people.reading(as_caller(people.technician)) as call:
        assert service.list_tenants_of(call) == [people.fabrikam, people.contoso]
    with people.reading(as_caller(people.guest)) as call:
        assert service.list_tenants_of(call) == [people.fabrikam, people.contoso]
    with people.reading(as_caller(people.owner)) as call:
        assert service.list_tenants_of(call) == [people.contoso]


def test_a_managed_identity_registers_no_application(people: People) -> None:
    """Nobody signs in as a managed identity with a secret."""
    identity = naming.service_principal(people.contoso, "vm1", kind=ServicePrincipalKind.MANAGED_IDENTITY)
    with people.writing() as call:
        service.put_service_principal(call, identity)
        assert [each.kind for each in call.changes] == ["ServicePrincipalWritten"]


def test_a_tenant_is_found_by_id_or_domain_but_not_by_name(people: People) -> None:
    """Endpoints are addressed by id or verified domain."""
    with people.reading() as call:
        call.open_to_all("test")
        assert service.find_tenant(call, people.contoso.id.upper()) == people.contoso
        assert service.find_tenant(call, "Contoso.Example") == people.contoso
        assert service.find_tenant(call, "contoso") is None
