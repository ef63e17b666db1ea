"""The roles there are: the built-in ones of the package, and whatever a tenant may add later."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from lightkeeper.access.model import PermissionBlock, Role, RoleId
from lightkeeper.kernel import encoding


class Catalogue:
    """An unchanging set of roles, found by GUID or by name."""

    def __init__(self, roles: Iterable[Role]) -> None:
        self._by_id: Mapping[str, Role] = {role.id: role for role in roles}
        # Only built-in roles are known to everybody by name: tenants may give theirs any.
        self._by_name = {role.name.lower(): role for role in self._by_id.values() if role.built_in}

    def __iter__(self) -> Iterator[Role]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def role_of(self, role_id: str) -> Role | None:
        """Return the role of a GUID in any case, or of a whole role definition id; None when there is none."""
        return self._by_id.get(role_id) or self._by_id.get(guid_in(role_id))

    def role_named(self, name: str) -> Role | None:
        """Return the built-in role of this name in any case, or None."""
        return self._by_name.get(name.lower())

    def changed(self, roles: Mapping[str, Role | None]) -> "Catalogue":
        """Return a catalogue with these roles in place of those of the same ids; None takes one out."""
        merged: dict[str, Role | None] = {**self._by_id, **roles}
        return Catalogue(role for role in merged.values() if role is not None)


def guid_in(role_id: str) -> RoleId:
    """Return the GUID at the end of a role definition id, lower case: ids of one role differ only in front of it."""
    return RoleId(role_id.rstrip("/").rsplit("/", 1)[-1].lower())


@cache
def built_in() -> Catalogue:
    """Return the built-in roles, read once."""
    text = resources.files("lightkeeper.data").joinpath("builtin-roles.json").read_bytes()
    return Catalogue(_role(item) for item in encoding.decode(text))


def role_of(role_id: str) -> Role | None:
    """Return the built-in role of a GUID or role definition id, or None."""
    return built_in().role_of(role_id)


def role_named(name: str) -> Role | None:
    """Return the built-in role of this name in any case, or None."""
    return built_in().role_named(name)


def _role(item: Mapping[str, Any]) -> Role:
    blocks = item.get("permissions") or [item]
    return Role(
        id=RoleId(item["name"].lower()),
        name=item["roleName"],
        category=item["category"],
        permissions=tuple(_block(block) for block in blocks),
        deprecated=item.get("deprecated", False),
    )


def _block(item: Mapping[str, Any]) -> PermissionBlock:
    return PermissionBlock.under(
        item.get("condition") or "",
        actions=tuple(item["actions"]),
        not_actions=tuple(item["notActions"]),
        data_actions=tuple(item["dataActions"]),
        not_data_actions=tuple(item["notDataActions"]),
    )
