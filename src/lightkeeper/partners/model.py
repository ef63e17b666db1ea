"""The nouns of partner admin links."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class LinkState(StrEnum):
    """Whether a link holds."""

    ACTIVE = "Active"
    DELETED = "Deleted"  # kept, because a new link of the same account goes on counting versions


@dataclass(frozen=True, slots=True)
class Partner:
    """An organisation of the partner program, by one of its ids."""

    id: str
    name: str
    tenant_id: str


@dataclass(frozen=True, slots=True)
class PartnerLink:
    """An account says which partner it works for: one link for each user or service principal of a tenant (L133).

    `version` grows by one with every change, also across deletion; `created_at` is that of the very first link.
    """

    tenant_id: str
    object_id: str
    partner_id: str
    version: int
    state: LinkState
    created_at: datetime
    updated_at: datetime

    @property
    def active(self) -> bool:
        """Return whether the link holds."""
        return self.state is LinkState.ACTIVE

    @property
    def resource_id(self) -> str:
        """Return the ARM id; the public service writes the provider in lower case here."""
        return f"/providers/microsoft.managementpartner/partners/{self.partner_id}"


class Way(StrEnum):
    """How a linked account came to a role at a customer."""

    DELEGATION = "Delegation"
    ROLE_ASSIGNMENT = "RoleAssignment"


@dataclass(frozen=True, slots=True)
class Influence:
    """A role that a linked account holds at a customer's scope, permanently, by itself or through a group.

    `earns_credit` says whether the role is one that counts for partner earned credit.
    """

    link: PartnerLink
    customer_tenant_id: str
    subscription_id: str
    scope: str
    role_id: str
    role_name: str
    way: Way
    earns_credit: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """A scope that a customer delegated to a tenant."""

    customer_tenant_id: str
    subscription_id: str
    scope: str
