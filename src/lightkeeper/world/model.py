"""A world as declared: every name already turned into its id, every default filled in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lightkeeper.kernel.findings import Place


@dataclass(frozen=True, slots=True)
class DeclaredUser:
    """A user; `home_tenant_id` and `home_id` differ from the account's own for a guest."""

    name: str
    id: str
    upn: str
    display_name: str
    mail: str
    home_tenant_id: str
    home_id: str
    guest: bool = False
    disabled: bool = False
    directory_roles: tuple[str, ...] = ()
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class DeclaredFederatedCredential:
    """A token of another issuer that an application may sign in with."""

    name: str
    issuer: str
    subject: str
    audience: str
    description: str


@dataclass(frozen=True, slots=True)
class DeclaredServicePrincipal:
    """A service principal."""

    name: str
    id: str
    app_id: str
    display_name: str
    managed_identity: bool = False
    disabled: bool = False
    directory_roles: tuple[str, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    certificates: tuple[str, ...] = field(default=(), repr=False)
    federated_credentials: tuple[DeclaredFederatedCredential, ...] = ()
    redirect_uris: tuple[str, ...] = ()
    public_client: bool = False


@dataclass(frozen=True, slots=True)
class DeclaredGroup:
    """A group; `members` and `owners` are object ids."""

    name: str
    id: str
    display_name: str
    description: str
    security: bool
    members: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredTenant:
    """A tenant; users before the guests among them, groups in any order."""

    name: str
    id: str
    domain: str
    display_name: str
    country_code: str
    cloud: str
    licenses: tuple[str, ...]
    users: tuple[DeclaredUser, ...] = ()
    groups: tuple[DeclaredGroup, ...] = ()
    service_principals: tuple[DeclaredServicePrincipal, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredPublisher:
    """A publisher account; `members` are (object id, role)."""

    id: str
    tenant_id: str
    display_name: str
    programs: tuple[str, ...]
    designations: tuple[str, ...]
    members: tuple[tuple[str, str], ...]
    verification: str
    partner_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredManagementGroup:
    """A management group; `parent` is a name, None below the tenant's root."""

    name: str
    tenant_id: str
    parent: str | None
    display_name: str


@dataclass(frozen=True, slots=True)
class DeclaredResource:
    """A resource; `id` is its full ARM id."""

    id: str
    type: str
    name: str
    api_version: str
    location: str
    properties: Mapping[str, Any]
    tags: Mapping[str, str]
    kind: str | None = None
    sku: Mapping[str, Any] | None = None
    identity: Mapping[str, Any] | None = None
    plan: Mapping[str, Any] | None = None
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class DeclaredResourceGroup:
    """A resource group."""

    name: str
    location: str
    tags: Mapping[str, str]
    resources: tuple[DeclaredResource, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredSubscription:
    """A subscription; `management_group` is a name, None below the tenant's root."""

    name: str
    id: str
    tenant_id: str
    display_name: str
    state: str
    channel: str
    management_group: str | None
    registered_providers: tuple[str, ...]
    tags: Mapping[str, str]
    resource_groups: tuple[DeclaredResourceGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclaredRoleAssignment:
    """A role assignment; `role` is as written (a name or an id), `scope` an ARM id, `tenant_id` the principal's."""

    id: str
    principal_id: str
    tenant_id: str
    role: str
    scope: str
    description: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class DeclaredPartnerLink:
    """A partner admin link of an account."""

    tenant_id: str
    principal_id: str
    partner_id: str
    place: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class World:
    """Everything declared, in an order in which it can be created."""

    tenants: tuple[DeclaredTenant, ...] = ()
    publishers: tuple[DeclaredPublisher, ...] = ()
    management_groups: tuple[DeclaredManagementGroup, ...] = ()
    subscriptions: tuple[DeclaredSubscription, ...] = ()
    role_assignments: tuple[DeclaredRoleAssignment, ...] = ()
    partner_links: tuple[DeclaredPartnerLink, ...] = ()
