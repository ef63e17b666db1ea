"""The roles of a directory: they say who may look into it and who may write it, and nothing about resources of Azure.

The set is small on purpose: those of Entra's built-in roles that decide about people, groups, applications and guests.
Each has the template id by which it is known in every tenant.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from lightkeeper.kernel import ids


class DirectoryRole(StrEnum):
    """A directory role, by the name people see."""

    GLOBAL_ADMINISTRATOR = "Global Administrator"
    USER_ADMINISTRATOR = "User Administrator"
    GROUPS_ADMINISTRATOR = "Groups Administrator"
    APPLICATION_ADMINISTRATOR = "Application Administrator"
    DIRECTORY_WRITERS = "Directory Writers"
    DIRECTORY_READERS = "Directory Readers"
    GUEST_INVITER = "Guest Inviter"


@dataclass(frozen=True, slots=True)
class Template:
    """What a role is in every tenant."""

    id: str
    description: str


TEMPLATES: Mapping[DirectoryRole, Template] = {
    DirectoryRole.GLOBAL_ADMINISTRATOR: Template(
        "62e90394-69f5-4237-9190-012177145e10", "Everything in the directory, and elevation to Azure's resources."
    ),
    DirectoryRole.USER_ADMINISTRATOR: Template(
        "fe930be7-5e62-47db-91af-98c3a49a38b1", "All users and groups, but not those who hold a role themselves."
    ),
    DirectoryRole.GROUPS_ADMINISTRATOR: Template("fdd7a751-b60b-444a-984c-02652fe8fa1c", "All groups."),
    DirectoryRole.APPLICATION_ADMINISTRATOR: Template(
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3", "All applications and service principals."
    ),
    DirectoryRole.DIRECTORY_WRITERS: Template(
        "9360feb5-f418-4baa-8175-e2a00bac4301", "Reads the directory, makes and changes users and groups."
    ),
    DirectoryRole.DIRECTORY_READERS: Template(
        "88d8e3e3-8f55-4a1e-953a-9b9898b8876b", "Reads the directory: for applications and guests."
    ),
    DirectoryRole.GUEST_INVITER: Template("95e79109-95c0-4d8e-aee3-d01accf2d47b", "Invites guests."),
}

HARMLESS = frozenset({DirectoryRole.DIRECTORY_READERS, DirectoryRole.GUEST_INVITER})
"""Whoever holds no other role than these is nobody's administrator."""

_BY_TEMPLATE = {template.id: role for role, template in TEMPLATES.items()}


def role_of_template(template_id: str) -> DirectoryRole | None:
    """Return the role with this template id, in any case, or None."""
    return _BY_TEMPLATE.get(template_id.lower())


def object_id_of(role: DirectoryRole, tenant_id: str) -> str:
    """Return the id of the object that stands for a role in a tenant."""
    return ids.named("directoryRole", f"{tenant_id}/{TEMPLATES[role].id}")


def assignment_id_of(role: DirectoryRole, principal_id: str) -> str:
    """Return the id of the assignment of a role to a principal."""
    return ids.named("directoryRoleAssignment", f"{TEMPLATES[role].id}/{principal_id}")
