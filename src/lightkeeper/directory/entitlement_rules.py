"""Who may do what in a directory. Pure.

After Entra's default permissions: members read the directory, register applications, create security groups and invite
guests; owners change what they own; guests see little and applications nothing until they hold a role of the directory.
Roles on Azure's scopes count for nothing here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lightkeeper.directory.directory_roles import HARMLESS, DirectoryRole
from lightkeeper.directory.model import Principal, ServicePrincipal, User, UserType


class Sight(StrEnum):
    """How much of a directory somebody sees."""

    ALL = "all"  # every object, all of it, in lists too
    LITTLE = "little"  # objects one can name, the properties everybody may know, no lists
    NOTHING = "nothing"


class Deed(StrEnum):
    """What somebody wants to do to a directory."""

    CREATE_USER = "create a user"
    CHANGE_USER = "change a user"
    SET_PASSWORD = "set a password"  # noqa: S105 (a deed)
    DELETE_USER = "delete a user"
    INVITE = "invite a guest"
    CREATE_GROUP = "create a group"
    CHANGE_GROUP = "change a group"
    DELETE_GROUP = "delete a group"
    REGISTER_APPLICATION = "register an application"
    CHANGE_APPLICATION = "change an application"
    CREATE_SERVICE_PRINCIPAL = "create a service principal"
    ADMIT_FOREIGN_APPLICATION = "create a service principal of another tenant's application"
    CHANGE_SERVICE_PRINCIPAL = "change a service principal"
    GRANT_PERMISSIONS = "let a program act for people"
    GIVE_DIRECTORY_ROLE = "give a role of the directory"
    CHANGE_ADMINISTRATOR = "change somebody who holds a role of the directory"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants something: the principal behind the token, in the tenant it is about; None for the operator."""

    principal: Principal | None
    unrestricted: bool = False

    @property
    def roles(self) -> frozenset[DirectoryRole]:
        """Return the directory roles of the principal."""
        return self.principal.directory_roles if isinstance(self.principal, User | ServicePrincipal) else frozenset()

    @property
    def is_member(self) -> bool:
        """Return whether it is a person of the tenant's own."""
        return isinstance(self.principal, User) and self.principal.user_type is UserType.MEMBER


_GLOBAL = DirectoryRole.GLOBAL_ADMINISTRATOR
_USERS = frozenset({_GLOBAL, DirectoryRole.USER_ADMINISTRATOR})
_WRITERS = frozenset({DirectoryRole.DIRECTORY_WRITERS})
_GROUPS = _USERS | {DirectoryRole.GROUPS_ADMINISTRATOR}
_APPLICATIONS = frozenset({_GLOBAL, DirectoryRole.APPLICATION_ADMINISTRATOR})

BY_ROLE: Mapping[Deed, frozenset[DirectoryRole]] = {
    Deed.CREATE_USER: _USERS | _WRITERS,
    Deed.CHANGE_USER: _USERS | _WRITERS,
    Deed.SET_PASSWORD: _USERS,
    Deed.DELETE_USER: _USERS,
    Deed.INVITE: _USERS | _WRITERS | {DirectoryRole.GUEST_INVITER},
    Deed.CREATE_GROUP: _GROUPS | _WRITERS,
    Deed.CHANGE_GROUP: _GROUPS | _WRITERS,
    Deed.DELETE_GROUP: _GROUPS,
    Deed.REGISTER_APPLICATION: _APPLICATIONS,
    Deed.CHANGE_APPLICATION: _APPLICATIONS,
    Deed.CREATE_SERVICE_PRINCIPAL: _APPLICATIONS,
    Deed.ADMIT_FOREIGN_APPLICATION: _APPLICATIONS,
    Deed.CHANGE_SERVICE_PRINCIPAL: _APPLICATIONS,
    Deed.GRANT_PERMISSIONS: _APPLICATIONS,
    Deed.GIVE_DIRECTORY_ROLE: frozenset({_GLOBAL}),
    Deed.CHANGE_ADMINISTRATOR: frozenset({_GLOBAL}),
}
BY_MEMBERS = frozenset({Deed.INVITE, Deed.CREATE_GROUP, Deed.REGISTER_APPLICATION})
"""What every member may, as Entra's defaults have it."""

BY_OWNERS = frozenset(
    {
        Deed.CHANGE_GROUP,
        Deed.DELETE_GROUP,
        Deed.CHANGE_APPLICATION,
        Deed.CREATE_SERVICE_PRINCIPAL,
        Deed.CHANGE_SERVICE_PRINCIPAL,
    }
)
"""What the owner of a thing may do to it; for a service principal to be made, the owner of its application."""


def sight_of(actor: Actor) -> Sight:
    """Return how much of the tenant's directory the actor sees."""
    if actor.unrestricted or actor.is_member or actor.roles:
        return Sight.ALL
    return Sight.LITTLE if isinstance(actor.principal, User) else Sight.NOTHING


def may(actor: Actor, deed: Deed, *, owner: bool = False) -> bool:
    """Return whether the actor may do the deed; `owner` says whether it owns the thing concerned.

    A guest may own a thing and change it; owning never makes more of a guest than that.
    """
    return (
        actor.unrestricted
        or bool(actor.roles & BY_ROLE[deed])
        or (actor.is_member and deed in BY_MEMBERS)
        or (owner and deed in BY_OWNERS)
    )


def is_administrator(principal: Principal) -> bool:
    """Return whether only a Global Administrator may lock the principal out, rename it or set its password."""
    return isinstance(principal, User | ServicePrincipal) and bool(principal.directory_roles - HARMLESS)
