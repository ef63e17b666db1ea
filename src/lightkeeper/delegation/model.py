"""The nouns of delegation: what a provider asks for, what a customer granted and where, what a published plan offers.

Ids of tenants, principals, roles and subscriptions are lower case throughout; names keep their spelling.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

NAMESPACE = "Microsoft.ManagedServices"
DEFINITIONS = "registrationDefinitions"
ASSIGNMENTS = "registrationAssignments"

PREVIEW_SUFFIX = "-preview"
"""What a plan's product ends in when it names the copy of the offer that only the preview audience sees."""


class MfaProvider(StrEnum):
    """Whether an activation needs a session with multi-factor authentication."""

    AZURE = "Azure"
    NONE = "None"


class Visibility(StrEnum):
    """Who finds a plan."""

    PUBLIC = "public"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True)
class Authorization:
    """A role a provider's principal holds all the time; `delegated_role_ids` only for User Access Administrator."""

    principal_id: str
    role_id: str
    display_name: str = ""
    delegated_role_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Approver:
    """Somebody of the managing tenant who may approve an activation."""

    principal_id: str
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class JustInTimePolicy:
    """How an eligible role is activated. `maximum_for` is an ISO 8601 duration as it was written."""

    mfa_provider: str = MfaProvider.NONE
    maximum_for: str = "PT8H"
    approvers: tuple[Approver, ...] = ()


@dataclass(frozen=True, slots=True)
class EligibleAuthorization:
    """A role a provider's principal may activate for a while; holding the entry alone grants nothing.

    `delegated_role_ids` must be empty; it is kept so that a rule can say so instead of dropping what was asked.
    """

    principal_id: str
    role_id: str
    display_name: str = ""
    policy: JustInTimePolicy = JustInTimePolicy()
    delegated_role_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """A published plan version as a registration definition names it; `product` may end in `-preview`."""

    publisher: str
    product: str
    name: str
    version: str

    @property
    def preview(self) -> bool:
        """Return whether the preview copy of the offer is meant."""
        return self.product.lower().endswith(PREVIEW_SUFFIX)

    @property
    def offer_id(self) -> str:
        """Return the offer's id, without the mark of a preview."""
        return self.product[: -len(PREVIEW_SUFFIX)] if self.preview else self.product

    @property
    def identifier(self) -> str:
        """Return the dotted marketplace identifier."""
        return f"{self.publisher}.{self.product}.{self.name}.{self.version}"

    def same_offering(self, other: "Plan") -> bool:
        """Return whether both are versions of one plan."""
        return self.offering_key == other.offering_key

    @property
    def offering_key(self) -> str:
        """Return what every version of this plan has in common."""
        return f"{self.publisher}.{self.product}.{self.name}".lower()


@dataclass(frozen=True, slots=True)
class DefinitionAsked:
    """What somebody asks to be written into a registration definition, before any rule has looked at it."""

    managed_by_tenant_id: str
    authorizations: tuple[Authorization, ...]
    eligible_authorizations: tuple[EligibleAuthorization, ...] = ()
    name: str = ""
    description: str = ""
    plan: Plan | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who wrote something first and last, and when."""

    created_by: str
    created_by_type: str
    created_at: datetime
    changed_by: str
    changed_by_type: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class RegistrationDefinition:
    """What a customer lets a provider do: principals and roles, not yet anywhere (an assignment says where).

    With a `plan` it is an accepted marketplace offer. `id` is a GUID, unique within its subscription.
    """

    id: str
    subscription_id: str
    name: str
    description: str
    managed_by_tenant_id: str
    authorizations: tuple[Authorization, ...]
    eligible_authorizations: tuple[EligibleAuthorization, ...]
    plan: Plan | None
    stamp: Stamp

    @property
    def scope(self) -> str:
        """Return the id of the subscription it lives in."""
        return f"/subscriptions/{self.subscription_id}"

    @property
    def resource_id(self) -> str:
        """Return the full ARM id."""
        return definition_id(self.subscription_id, self.id)

    @property
    def key(self) -> str:
        """Return the full ARM id in lower case: equal keys mean the same definition."""
        return self.resource_id.lower()

    @property
    def asked(self) -> DefinitionAsked:
        """Return what one would ask for to get the same definition elsewhere."""
        return DefinitionAsked(
            managed_by_tenant_id=self.managed_by_tenant_id,
            authorizations=self.authorizations,
            eligible_authorizations=self.eligible_authorizations,
            name=self.name,
            description=self.description,
            plan=self.plan,
        )


@dataclass(frozen=True, slots=True)
class RegistrationAssignment:
    """A delegation: the definition's roles hold at `scope` (a subscription or a resource group) and below.

    `definition_id` is the full ARM id in the caller's spelling; `definition_key` the same in lower case.
    """

    id: str
    scope: str
    subscription_id: str
    resource_group: str | None
    definition_id: str
    managed_by_tenant_id: str
    stamp: Stamp

    @property
    def resource_id(self) -> str:
        """Return the full ARM id."""
        return f"{self.scope}/providers/{NAMESPACE}/{ASSIGNMENTS}/{self.id}"

    @property
    def key(self) -> str:
        """Return the full ARM id in lower case."""
        return self.resource_id.lower()

    @property
    def scope_key(self) -> str:
        """Return the delegated scope in lower case."""
        return self.scope.lower()

    @property
    def definition_key(self) -> str:
        """Return the key of the definition it gives."""
        return self.definition_id.lower()


@dataclass(frozen=True, slots=True)
class Delegation:
    """An assignment with the definition it gives: everything a page about a delegation needs."""

    assignment: RegistrationAssignment
    definition: RegistrationDefinition


@dataclass(frozen=True, slots=True)
class PublishedPlan:
    """One version of a plan on the shelf: what the storefront shows and what a definition with a `plan` must equal.

    `preview` marks the copy that only `preview_audience` sees. Audiences hold subscription ids. `on_sale` turns false
    when the publisher stops selling; existing delegations are not touched by that.
    """

    publisher_id: str
    publisher_display_name: str
    offer_id: str
    offer_display_name: str
    plan_id: str
    plan_display_name: str
    version: str
    visibility: Visibility
    managed_by_tenant_id: str
    authorizations: tuple[Authorization, ...]
    eligible_authorizations: tuple[EligibleAuthorization, ...] = ()
    audience: frozenset[str] = frozenset()
    preview: bool = False
    preview_audience: frozenset[str] = frozenset()
    on_sale: bool = True
    offer_summary: str = ""
    offer_description: str = ""
    plan_summary: str = ""
    plan_description: str = ""
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    privacy_policy_url: str = ""
    terms_of_use: str = ""
    support_url: str = ""
    logo_url: str = ""
    published_at: datetime | None = None
    sold_until: datetime | None = None  # announced end of sale

    @property
    def plan(self) -> Plan:
        """Return how a registration definition names this version."""
        product = f"{self.offer_id}{PREVIEW_SUFFIX}" if self.preview else self.offer_id
        return Plan(self.publisher_id, product, self.plan_id, self.version)

    @property
    def identifier(self) -> str:
        """Return the dotted marketplace identifier."""
        return self.plan.identifier

    @property
    def asked(self) -> DefinitionAsked:
        """Return what a definition that accepts this version holds."""
        return DefinitionAsked(
            managed_by_tenant_id=self.managed_by_tenant_id,
            authorizations=self.authorizations,
            eligible_authorizations=self.eligible_authorizations,
            name=self.offer_display_name,
            description=self.offer_summary,
            plan=self.plan,
        )


def definition_id(subscription_id: str, name: str) -> str:
    """Return the full ARM id of a registration definition."""
    return f"/subscriptions/{subscription_id}/providers/{NAMESPACE}/{DEFINITIONS}/{name}"


def version_of(text: str) -> tuple[int, ...]:
    """Return a version as numbers to compare; `1.10.0` is newer than `1.9.0`. What is no number counts as zero."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.split("."))


def newest(plans: Sequence[PublishedPlan]) -> PublishedPlan | None:
    """Return the plan with the highest version; None of none."""
    return max(plans, key=lambda plan: version_of(plan.version), default=None)
