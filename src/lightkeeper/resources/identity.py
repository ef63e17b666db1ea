"""What a resource says about its managed identities. Pure.

Source: the documentation "What are managed identities for Azure resources?". A system-assigned identity lives and dies
with its resource; a user-assigned one is a resource of its own that others may carry.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from lightkeeper.kernel.findings import Finding
from lightkeeper.resources.model import Resource

USER_ASSIGNED = "microsoft.managedidentity/userassignedidentities"
ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"


class IdentityType(StrEnum):
    """Which identities a resource carries, as `identity.type` spells it."""

    NONE = "None"
    SYSTEM = "SystemAssigned"
    USER = "UserAssigned"
    BOTH = "SystemAssigned, UserAssigned"

    @property
    def system(self) -> bool:
        """Return whether the resource has an identity of its own."""
        return self in (IdentityType.SYSTEM, IdentityType.BOTH)

    @property
    def user(self) -> bool:
        """Return whether it carries identities that are resources themselves."""
        return self in (IdentityType.USER, IdentityType.BOTH)


def type_of(identity: Any) -> IdentityType:
    """Return the type of a checked `identity`; `NONE` for an absent one."""
    return _type(identity.get("type")) or IdentityType.NONE if isinstance(identity, Mapping) else IdentityType.NONE


def check_identity(identity: Any) -> Iterator[Finding]:
    """Yield every fault of an `identity`: no object, an unknown type, user-assigned identities where none belong."""
    if identity is None:
        return
    if not isinstance(identity, Mapping):
        yield Finding("InvalidIdentityValues", "identity", "The identity is an object with a type.")
        return
    type_ = _type(identity.get("type"))
    if type_ is None:
        yield Finding(
            "InvalidIdentityValues",
            "identity.type",
            f"The identity type '{str(identity.get('type'))[:64]}' is not supported. Use 'None', 'SystemAssigned', "
            "'UserAssigned' or 'SystemAssigned, UserAssigned'.",
        )
        return
    assigned = identity.get("userAssignedIdentities")
    if type_.user and (not isinstance(assigned, Mapping) or not assigned):
        yield Finding(
            "InvalidIdentityValues",
            "identity.userAssignedIdentities",
            "Name at least one user-assigned identity as a key of userAssignedIdentities.",
        )
    if not type_.user and assigned:
        yield Finding(
            "InvalidIdentityValues",
            "identity.userAssignedIdentities",
            f"The identity type '{type_}' carries no user-assigned identities.",
        )


def own_identity_of(resource: Resource) -> str | None:
    """Return the object id of the identity that lives and dies with the resource, None when there is none."""
    if resource.type.lower() == USER_ASSIGNED:
        found = resource.properties.get("principalId")
    elif isinstance(resource.identity, Mapping):
        found = resource.identity.get("principalId")
    else:
        found = None
    return str(found) if found else None


def carried_by(resource: Resource) -> frozenset[str]:
    """Return the object ids of the identities that live and die with the resource."""
    own = own_identity_of(resource)
    return frozenset((own,)) if own else frozenset()


def usable_by(resource: Resource) -> frozenset[str]:
    """Return the object ids of every identity the resource carries, those assigned to it included."""
    identity = resource.identity if isinstance(resource.identity, Mapping) else {}
    assigned = identity.get("userAssignedIdentities") or {}
    return carried_by(resource) | {str(one["principalId"]) for one in assigned.values() if one.get("principalId")}


def _type(text: Any) -> IdentityType | None:
    words = {word.strip().lower() for word in text.split(",")} if isinstance(text, str) else set()
    return next((known for known in IdentityType if {w.strip().lower() for w in known.split(",")} == words), None)
