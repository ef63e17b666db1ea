"""Who may do what in a directory, without a database."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightkeeper.directory import naming
from lightkeeper.directory.directory_roles import TEMPLATES, role_of_template
from lightkeeper.directory.entitlement_rules import (
    BY_MEMBERS,
    BY_OWNERS,
    BY_ROLE,
    Actor,
    Deed,
    Sight,
    is_administrator,
    may,
    sight_of,
)
from lightkeeper.directory.model import DirectoryRole, UserType

TENANT = naming.tenant("contoso", "contoso.example")
MEMBER = naming.member(TENANT, "member")
GUEST = replace(MEMBER, user_type=UserType.GUEST)
PROGRAM = naming.service_principal(TENANT, "program")
NOBODY = Actor(None)


def test_every_deed_is_decided() -> None:
    """A deed that no table knows would be nobody's."""
    assert BY_ROLE.keys() == set(Deed)
    assert all(DirectoryRole.GLOBAL_ADMINISTRATOR in BY_ROLE[deed] for deed in Deed)


def test_members_may_what_the_defaults_let_them() -> None:
    """Default permissions: register applications, create security groups, invite guests."""
    assert {deed for deed in Deed if may(Actor(MEMBER), deed)} == BY_MEMBERS
    assert {deed for deed in Deed if may(Actor(MEMBER), deed, owner=True)} == BY_MEMBERS | BY_OWNERS


@pytest.mark.parametrize("principal", [GUEST, PROGRAM])
def test_guests_and_programs_may_nothing_they_do_not_own(principal: object) -> None:
    """They have no default permissions to write."""
    actor = Actor(principal)  # type: ignore[arg-type]
    assert {deed for deed in Deed if may(actor, deed)} == set()
    assert {deed for deed in Deed if may(actor, deed, owner=True)} == BY_OWNERS


def test_who_sees_what() -> None:
    """Members all, guests little, programs and strangers nothing; a role shows everything."""
    assert [sight_of(Actor(each)) for each in (MEMBER, GUEST, PROGRAM, None)] == [
        Sight.ALL,
        Sight.LITTLE,
        Sight.NOTHING,
        Sight.NOTHING,
    ]
    readers = frozenset({DirectoryRole.DIRECTORY_READERS})
    assert sight_of(Actor(replace(GUEST, directory_roles=readers))) is Sight.ALL
    assert sight_of(Actor(replace(PROGRAM, directory_roles=readers))) is Sight.ALL
    assert not any(may(NOBODY, deed) for deed in Deed)


@given(st.sets(st.sampled_from(DirectoryRole)), st.sampled_from(DirectoryRole), st.booleans())
@settings(max_examples=100)
def test_another_role_never_takes_anything_away(held: set[DirectoryRole], more: DirectoryRole, owner: bool) -> None:
    """Roles only add; and only the highest one gives roles or touches those who hold one."""
    for one in (MEMBER, GUEST, PROGRAM):
        before = Actor(replace(one, directory_roles=frozenset(held)))
        after = Actor(replace(one, directory_roles=frozenset(held | {more})))
        for deed in Deed:
            assert may(after, deed, owner=owner) or not may(before, deed, owner=owner)
        gives = DirectoryRole.GLOBAL_ADMINISTRATOR in held
        assert may(before, Deed.GIVE_DIRECTORY_ROLE, owner=owner) is gives
        assert may(before, Deed.CHANGE_ADMINISTRATOR, owner=owner) is gives


def test_who_is_an_administrator() -> None:
    """Reading and inviting makes nobody one."""
    for role in DirectoryRole:
        holder = replace(MEMBER, directory_roles=frozenset({role}))
        harmless = role in (DirectoryRole.DIRECTORY_READERS, DirectoryRole.GUEST_INVITER)
        assert is_administrator(holder) is not harmless
        assert role_of_template(TEMPLATES[role].id.upper()) is role
