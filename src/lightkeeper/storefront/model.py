"""What the storefront shows: offers on the shelf, offers a customer holds, what an update would change."""

from collections.abc import Sequence
from dataclasses import dataclass

from lightkeeper.delegation.model import Delegation, Plan, PublishedPlan, RegistrationDefinition, version_of


@dataclass(frozen=True, slots=True)
class Listing:
    """An offer on the shelf with those of its plans that the viewer may see."""

    publisher_id: str
    publisher_display_name: str
    offer_id: str
    display_name: str
    summary: str
    description: str
    categories: tuple[str, ...]
    preview: bool
    plans: tuple[PublishedPlan, ...]

    @property
    def id(self) -> str:
        """Return the offer's public id, `publisher.offer`."""
        return f"{self.publisher_id}.{self.plans[0].plan.product if self.plans else self.offer_id}"


@dataclass(frozen=True, slots=True)
class HeldOffer:
    """An offer a customer accepted in the storefront, or onboarded by template (then `plan` is None).

    `update` is a newer published version that nobody has accepted yet in at least one subscription.
    """

    key: str
    provider_tenant_id: str
    provider_name: str
    offer_name: str
    plan: Plan | None
    definitions: tuple[RegistrationDefinition, ...]
    delegations: tuple[Delegation, ...]
    update: PublishedPlan | None = None

    @property
    def subscriptions_delegated(self) -> int:
        """Return how many whole subscriptions are delegated."""
        return sum(1 for one in self.delegations if one.assignment.resource_group is None)

    @property
    def groups_delegated(self) -> int:
        """Return how many resource groups are delegated."""
        return sum(1 for one in self.delegations if one.assignment.resource_group is not None)

    @property
    def lacks_delegation(self) -> bool:
        """Return whether the provider of an accepted offer can do nothing yet (L81)."""
        return self.plan is not None and not self.delegations

    @property
    def held(self) -> RegistrationDefinition:
        """Return the definition of the oldest version held: the one an update is compared with."""
        return min(self.definitions, key=lambda one: (version_of(one.plan.version) if one.plan else (), one.key))


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role of a principal; `eligible` when it must be activated; `assignable` are the roles it may hand on."""

    role_id: str
    role_name: str
    eligible: bool = False
    assignable: tuple[str, ...] = ()
    terms: str = ""


@dataclass(frozen=True, slots=True)
class PrincipalChange:
    """What one principal gains and loses, as roles and as control-plane operations.

    Operations count what active roles give all the time; those of eligible roles stand beside them, because they are
    had only while activated.
    """

    principal_id: str
    display_name: str
    roles_gained: tuple[RoleHeld, ...]
    roles_lost: tuple[RoleHeld, ...]
    operations_gained: tuple[str, ...]
    operations_lost: tuple[str, ...]
    eligible_operations_gained: tuple[str, ...] = ()
    eligible_operations_lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What accepting a version would change; empty `changes` means nobody's rights change."""

    held_version: str
    offered_version: str
    changes: Sequence[PrincipalChange]


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who could delegate in a subscription."""

    principal_id: str
    display_name: str
    kind: str
    sign_in_name: str


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer on the provider's page: one row per customer and offer."""

    tenant_id: str
    tenant_name: str
    offer_name: str
    offer_id: str
    offer_version: str
    subscriptions_delegated: int
    groups_delegated: int


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A delegation on the provider's page; `removable` when the viewer holds the delete role."""

    delegation: Delegation
    tenant_id: str
    tenant_name: str
    subscription_name: str
    removable: bool
