"""The nouns of the hierarchy: management groups, subscriptions, resource groups, resources, registrations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar

from lightkeeper.kernel.call import TenantId

T = TypeVar("T")


class SubscriptionState(StrEnum):
    """Whether a subscription may be worked in."""

    ENABLED = "Enabled"  # anything may be done
    WARNED = "Warned"  # the bill is late for long: look, do not change
    PAST_DUE = "PastDue"  # the bill is late: still works
    DISABLED = "Disabled"  # look, do not change
    DELETED = "Deleted"  # on its way out

    @property
    def read_only(self) -> bool:
        """Return whether changes are refused."""
        return self in (SubscriptionState.WARNED, SubscriptionState.DISABLED, SubscriptionState.DELETED)


class Channel(StrEnum):
    """How the customer bought the subscription."""

    DIRECT = "direct"
    ENTERPRISE_AGREEMENT = "enterpriseAgreement"
    CSP_RESELLER = "cspReseller"


class RegistrationState(StrEnum):
    """How far a subscription is with a resource provider."""

    NOT_REGISTERED = "NotRegistered"
    REGISTERING = "Registering"
    REGISTERED = "Registered"
    UNREGISTERING = "Unregistering"
    UNREGISTERED = "Unregistered"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Who created and last changed something, and when."""

    created_at: datetime
    created_by: str
    created_by_type: str
    changed_at: datetime
    changed_by: str
    changed_by_type: str


@dataclass(frozen=True, slots=True)
class ManagementGroup:
    """A node of a tenant's tree. The root is named like the tenant and is the only one without a parent."""

    tenant_id: TenantId
    name: str
    display_name: str
    parent: str | None
    version: int
    changed_at: datetime
    changed_by: str

    @property
    def id(self) -> str:
        """Return the ARM id."""
        return management_group_id(self.name)


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a customer bought and works in; `tenant_id` is its home."""

    id: str
    tenant_id: TenantId
    display_name: str
    state: SubscriptionState = SubscriptionState.ENABLED
    channel: Channel = Channel.DIRECT
    management_group: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def scope(self) -> str:
        """Return the ARM id."""
        return subscription_scope(self.id)


@dataclass(frozen=True, slots=True)
class Alias:
    """The name under which a subscription was asked for; asking again under it gives the same one."""

    tenant_id: str
    name: str
    subscription_id: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HierarchySettings:
    """How a tenant wants its tree to behave; `default_group` is where new subscriptions hang, None for the root."""

    require_authorization: bool = False
    default_group: str | None = None


@dataclass(frozen=True, slots=True)
class ResourceGroup:
    """A container of resources with a home region."""

    subscription_id: str
    name: str
    location: str
    tags: Mapping[str, str]
    managed_by: str | None
    created_at: datetime
    changed_at: datetime

    @property
    def id(self) -> str:
        """Return the ARM id in the public spelling."""
        return group_scope(self.subscription_id, self.name)


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of any type.

    `more` keeps what a type has at the top level beside the common properties. `instance` is what runs, as opposed to
    what was asked for: the power state of a virtual machine.
    """

    id: str
    name: str
    type: str
    subscription_id: str
    resource_group: str | None
    location: str | None
    tags: Mapping[str, str]
    properties: Mapping[str, Any]
    api_version: str
    etag: str
    stamp: Stamp
    kind: Any = None
    sku: Any = None
    identity: Any = None
    plan: Any = None
    zones: Any = None
    managed_by: Any = None
    extended_location: Any = None
    more: Mapping[str, Any] = field(default_factory=dict)
    instance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the lower-case id."""
        return self.id.lower()


@dataclass(frozen=True, slots=True)
class ResourceBody:
    """What a caller says about a resource; None means: not said."""

    location: str | None = None
    tags: Mapping[str, str | None] | None = None
    properties: Mapping[str, Any] | None = None
    kind: Any = None
    sku: Any = None
    identity: Any = None
    plan: Any = None
    zones: Any = None
    managed_by: Any = None
    extended_location: Any = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provider:
    """A resource provider as one subscription sees it."""

    namespace: str
    types: Sequence[str]
    state: RegistrationState
    free: bool  # needs no registration


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """What a write left behind, and whether it was new."""

    value: T
    created: bool


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list; `next` is where to go on, None at the end."""

    items: Sequence[T]
    next: str | None = None


class Catalogue(Protocol):
    """What the public providers can do; fulfilled by access (bootstrap)."""

    def __hash__(self) -> int:
        """Return a hash: what is looked up in a catalogue is remembered with it."""
        ...

    def namespaces(self) -> Sequence[str]:
        """Return the namespaces in the public spelling."""
        ...

    def types_of(self, namespace: str) -> Sequence[str]:
        """Return the resource types of a namespace, without the namespace; empty when it is unknown."""
        ...

    def is_known(self, action: str) -> bool:
        """Return whether there is such an operation."""
        ...


def subscription_scope(subscription_id: str) -> str:
    """Return the ARM id of a subscription."""
    return f"/subscriptions/{subscription_id}"


def group_scope(subscription_id: str, name: str) -> str:
    """Return the ARM id of a resource group."""
    return f"/subscriptions/{subscription_id}/resourceGroups/{name}"


def management_group_id(name: str) -> str:
    """Return the ARM id of a management group."""
    return f"/providers/Microsoft.Management/managementGroups/{name}"
