"""The nouns of identity: tenants and the principals in them.

Every id is a lower-case GUID. A guest is an object of its own in the tenant that invited it, and points to the account
it signs in with (`home_tenant_id`, `home_object_id`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from lightkeeper.directory.directory_roles import DirectoryRole
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import ObjectId, TenantId

__all__ = [
    "Application",
    "Audience",
    "Certificate",
    "Cloud",
    "DirectoryRole",
    "FederatedCredential",
    "Group",
    "License",
    "ObjectId",
    "Principal",
    "PrincipalType",
    "Secret",
    "ServicePrincipal",
    "ServicePrincipalKind",
    "Tenant",
    "TenantId",
    "User",
    "UserType",
]


_AT_HOME = TenantId("")
_ITSELF = ObjectId("")


class Cloud(StrEnum):
    """The separate clouds a tenant may be in; nothing is delegated from one to another."""

    PUBLIC = "AzureCloud"
    US_GOVERNMENT = "AzureUSGovernment"
    CHINA = "AzureChinaCloud"


class License(StrEnum):
    """The licences of a tenant that matter here: each of them includes activation of roles for a while."""

    ENTRA_ID_P2 = "entraIdP2"
    ENTRA_ID_GOVERNANCE = "entraIdGovernance"
    EMS_E5 = "emsE5"


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organization's directory; `name` is how a world file calls it, `domain` its one verified domain.

    A tenant of which nothing is said holds a licence for activating roles: nobody buys licences in a sandbox.
    """

    id: TenantId
    name: str
    domain: str
    display_name: str
    country_code: str = "US"
    cloud: Cloud = Cloud.PUBLIC
    licenses: tuple[License, ...] = (License.ENTRA_ID_P2,)


class PrincipalType(StrEnum):
    """The principal types role assignments know."""

    USER = "User"
    GROUP = "Group"
    SERVICE_PRINCIPAL = "ServicePrincipal"


class UserType(StrEnum):
    """Whether an account belongs to the tenant or was invited into it."""

    MEMBER = "Member"
    GUEST = "Guest"


class ServicePrincipalKind(StrEnum):
    """What a service principal stands for."""

    APPLICATION = "Application"
    MANAGED_IDENTITY = "ManagedIdentity"


@dataclass(frozen=True, slots=True)
class Principal:
    """Something a role can be given to; always a `User`, `Group` or `ServicePrincipal`.

    `profile` holds properties that are kept and shown, and mean nothing here; their names are Graph's. When it was made is
    noted by the store and no part of what makes two equal.
    """

    id: ObjectId
    tenant_id: TenantId
    type: PrincipalType
    display_name: str = ""
    profile: Mapping[str, Any] = field(default_factory=dict, kw_only=True, hash=False)
    created_at: datetime | None = field(default=None, kw_only=True, compare=False)


@dataclass(frozen=True, slots=True)
class User(Principal):
    """A member or guest; for a guest `upn` is the local `...#EXT#@domain` name and the home fields name the account.

    `directory_roles` hold in the tenant the object is in.
    """

    type: PrincipalType = PrincipalType.USER
    upn: str = ""
    user_type: UserType = UserType.MEMBER
    home_tenant_id: TenantId = _AT_HOME
    home_object_id: ObjectId = _ITSELF
    enabled: bool = True
    mail: str = ""
    mail_nickname: str = ""
    directory_roles: frozenset[DirectoryRole] = frozenset()

    def __post_init__(self) -> None:
        """Let a member be at home where it is."""
        object.__setattr__(self, "home_tenant_id", self.home_tenant_id or self.tenant_id)
        object.__setattr__(self, "home_object_id", self.home_object_id or self.id)

    @property
    def is_guest(self) -> bool:
        """Return whether the account lives in another tenant."""
        return self.home_tenant_id != self.tenant_id

    @property
    def global_administrator(self) -> bool:
        """Return whether the user holds the directory's highest role."""
        return DirectoryRole.GLOBAL_ADMINISTRATOR in self.directory_roles


@dataclass(frozen=True, slots=True)
class Group(Principal):
    """A group; only security groups can hold roles."""

    type: PrincipalType = PrincipalType.GROUP
    security_enabled: bool = True
    mail_enabled: bool = False
    mail_nickname: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class ServicePrincipal(Principal):
    """An application's (or managed identity's) presence in one tenant; `app_id` is the same in every tenant."""

    type: PrincipalType = PrincipalType.SERVICE_PRINCIPAL
    app_id: str = ""
    kind: ServicePrincipalKind = ServicePrincipalKind.APPLICATION
    enabled: bool = True
    directory_roles: frozenset[DirectoryRole] = frozenset()


class Audience(StrEnum):
    """Whose accounts an application is for, and so which tenants may admit it."""

    MY_TENANT = "AzureADMyOrg"
    ANY_TENANT = "AzureADMultipleOrgs"
    ANY_TENANT_AND_PERSONAL = "AzureADandPersonalMicrosoftAccount"
    PERSONAL = "PersonalMicrosoftAccount"


@dataclass(frozen=True, slots=True)
class Application:
    """What a service principal stands for: registered once, in the tenant of its owner.

    A public client (a program on a person's machine) keeps no secret. `redirect_uris` are compared exactly. The
    registration is an object of its own with `object_id`; `audience` says which tenants may admit it. `profile` is as in
    `Principal`.
    """

    app_id: str
    tenant_id: TenantId
    display_name: str
    public_client: bool = False
    redirect_uris: tuple[str, ...] = ()
    object_id: ObjectId = _ITSELF
    identifier_uris: tuple[str, ...] = ()
    audience: Audience = Audience.MY_TENANT
    profile: Mapping[str, Any] = field(default_factory=dict, kw_only=True, hash=False)
    created_at: datetime | None = field(default=None, kw_only=True, compare=False)

    def __post_init__(self) -> None:
        """Give a registration of which nothing is known but its application an object id that follows from that."""
        object.__setattr__(self, "object_id", self.object_id or ids.named("applicationObject", self.app_id))


@dataclass(frozen=True, slots=True)
class Secret:
    """One stored secret of an account or application. `hash` is argon2id's; the secret itself is kept nowhere.

    It may be used from `created_at` on, until `expires_at`.
    """

    id: str
    owner_id: str  # a user's object id, or an application's id
    name: str
    hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None = None
    hint: str = ""  # the first characters, kept only of secrets that we made ourselves

    def is_valid_at(self, now: datetime) -> bool:
        """Return whether the secret may be used at this moment."""
        return self.created_at <= now and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The public half of a key with which an application signs who it is; the private half never comes here.

    `x5t` and `x5t_s256` are the thumbprints in the form of a token's header (RFC 7515, 4.1.7): base64url, no padding.
    """

    key_id: str
    app_id: str
    display_name: str
    pem: str = field(repr=False)
    x5t: str
    x5t_s256: str
    not_before: datetime
    not_after: datetime
    created_at: datetime

    def is_valid_at(self, now: datetime) -> bool:
        """Return whether the certificate may be used at this moment."""
        return self.not_before <= now < self.not_after


@dataclass(frozen=True, slots=True)
class FederatedCredential:
    """A token of somebody else's that an application may show instead of a secret of its own.

    Whoever holds a token that `issuer` signed about `subject`, for one of `audiences`, is the application.
    """

    id: str
    app_id: str
    name: str
    issuer: str
    subject: str
    audiences: tuple[str, ...]
    description: str = ""
