"""Directory objects in Graph's shape."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lightkeeper.directory.application_rules import names_redirects
from lightkeeper.directory.directory_roles import TEMPLATES, DirectoryRole, object_id_of
from lightkeeper.directory.model import (
    Application,
    Group,
    ObjectId,
    Principal,
    ServicePrincipal,
    Tenant,
    TenantId,
    User,
)
from lightkeeper.wire.entra.graph import properties

EVERYBODY_MAY_KNOW = frozenset({"@odata.type", "id", "displayName", "userPrincipalName", "mail", "userType"})
"""What a guest sees of another user."""


def user(one: User) -> dict[str, Any]:
    """Return a user."""
    return {
        "id": one.id,
        "displayName": one.display_name,
        "userPrincipalName": one.upn,
        "mail": one.mail or None,
        "mailNickname": one.mail_nickname or None,
        "userType": one.user_type.value,
        "accountEnabled": one.enabled,
        "createdDateTime": moment(one.created_at),
        "creationType": "Invitation" if one.is_guest else None,
        "externalUserState": "Accepted" if one.is_guest else None,
        "identities": [{"signInType": "userPrincipalName", "issuer": None, "issuerAssignedId": one.upn}],
        "proxyAddresses": [],
        "assignedLicenses": [],
        **properties.kept(properties.USER, one.profile),
    }


def little_of(shape: Mapping[str, Any]) -> dict[str, Any]:
    """Return a user as somebody sees it who may know only what everybody may."""
    return {name: value if name in EVERYBODY_MAY_KNOW else None for name, value in shape.items()}


def group(one: Group) -> dict[str, Any]:
    """Return a group."""
    return {
        "id": one.id,
        "displayName": one.display_name,
        "description": one.description or None,
        "groupTypes": ["Unified"] if one.mail_enabled else [],
        "mail": None,
        "mailEnabled": one.mail_enabled,
        "mailNickname": one.mail_nickname,
        "securityEnabled": one.security_enabled,
        "isAssignableToRole": None,
        "createdDateTime": moment(one.created_at),
        "renewedDateTime": moment(one.created_at),
        "proxyAddresses": [],
        "creationOptions": [],
        "resourceProvisioningOptions": [],
        **properties.kept(properties.GROUP, one.profile),
    }


def service_principal(one: ServicePrincipal, application: Application | None) -> dict[str, Any]:
    """Return a service principal; `application` is what it stands for, None for a managed identity."""
    known = application.profile if application else {}
    return {
        "id": one.id,
        "displayName": one.display_name,
        "appId": one.app_id,
        "appDisplayName": application.display_name if application else one.display_name,
        "appOwnerOrganizationId": application.tenant_id if application else None,
        "accountEnabled": one.enabled,
        "servicePrincipalType": one.kind.value,
        "servicePrincipalNames": [one.app_id, *(application.identifier_uris if application else ())],
        "signInAudience": application.audience.value if application else None,
        "appRoles": known.get("appRoles", []),
        "oauth2PermissionScopes": (known.get("api") or {}).get("oauth2PermissionScopes", []),
        "createdDateTime": moment(one.created_at),
        "passwordCredentials": [],
        "keyCredentials": [],
        **properties.kept(properties.SERVICE_PRINCIPAL, one.profile),
    }


def application(one: Application) -> dict[str, Any]:
    """Return a registration, without what it signs in with (`credentials.credentials_of`)."""
    shape = {
        "id": one.object_id,
        "appId": one.app_id,
        "displayName": one.display_name,
        "identifierUris": list(one.identifier_uris),
        "signInAudience": one.audience.value,
        "isFallbackPublicClient": one.public_client or None,
        "createdDateTime": moment(one.created_at),
        "publisherDomain": None,
        "passwordCredentials": [],
        "keyCredentials": [],
        **properties.kept(properties.APPLICATION, one.profile),
    }
    shape["web"] = _web(one)
    shape["publicClient"] = {"redirectUris": [], **(one.profile.get("publicClient") or {})}
    shape["spa"] = {"redirectUris": [], **(one.profile.get("spa") or {})}
    shape["api"] = {**_API, **(one.profile.get("api") or {})}
    if not names_redirects(one.profile) and one.redirect_uris:  # the operator does not say of which kind they are
        shape["publicClient" if one.public_client else "web"]["redirectUris"] = list(one.redirect_uris)
    return shape


def directory_role(role: DirectoryRole, tenant_id: str) -> dict[str, Any]:
    """Return a role as an object of a tenant."""
    template = TEMPLATES[role]
    return {
        "id": object_id_of(role, tenant_id),
        "displayName": role.value,
        "description": template.description,
        "roleTemplateId": template.id,
        "deletedDateTime": None,
    }


def organization(tenant: Tenant) -> dict[str, Any]:
    """Return a tenant."""
    domain = {"name": tenant.domain, "isDefault": True, "isInitial": True, "type": "Managed", "capabilities": ""}
    return {
        "id": tenant.id,
        "displayName": tenant.display_name,
        "countryLetterCode": tenant.country_code,
        "tenantType": "AAD",
        "verifiedDomains": [domain],
        "assignedPlans": [],
        "businessPhones": [],
        "technicalNotificationMails": [],
        "onPremisesSyncEnabled": None,
        "defaultUsageLocation": None,
    }


def domain(tenant: Tenant) -> dict[str, Any]:
    """Return the domain of a tenant."""
    return {
        "id": tenant.domain,
        "authenticationType": "Managed",
        "isAdminManaged": True,
        "isDefault": True,
        "isInitial": True,
        "isRoot": True,
        "isVerified": True,
        "supportedServices": [],
    }


def any_of(
    one: Principal | Application, applications: Mapping[str, Application] | None = None, *, typed: bool = False
) -> dict[str, Any]:
    """Return an object of whatever type; `typed` adds `@odata.type`, which mixed lists carry."""
    kind = kind_of(one)
    shape: dict[str, Any] = {"@odata.type": f"#microsoft.graph.{kind}"} if typed else {}
    if isinstance(one, Application):
        return shape | application(one)
    if isinstance(one, User):
        return shape | user(one)
    if isinstance(one, Group):
        return shape | group(one)
    assert isinstance(one, ServicePrincipal)
    return shape | service_principal(one, (applications or {}).get(one.app_id))


def kind_of(one: Principal | Application) -> str:
    """Return the name of an object's type."""
    if isinstance(one, Application):
        return "application"
    return {"User": "user", "Group": "group"}.get(one.type.value, "servicePrincipal")


def app_ids_in(found: Sequence[Principal | Application]) -> list[str]:
    """Return the applications that the service principals among some objects stand for."""
    return [each.app_id for each in found if isinstance(each, ServicePrincipal)]


def moment(at: datetime | None) -> str | None:
    """Return a time as Graph writes it, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at is not None else None


_API: Mapping[str, Any] = {
    "acceptMappedClaims": None,
    "knownClientApplications": [],
    "requestedAccessTokenVersion": None,
    "oauth2PermissionScopes": [],
    "preAuthorizedApplications": [],
}


def _web(one: Application) -> dict[str, Any]:
    said = one.profile.get("web") or {}
    implicit = {"enableAccessTokenIssuance": False, "enableIdTokenIssuance": False}
    return {
        "homePageUrl": None,
        "logoutUrl": None,
        "redirectUris": [],
        **said,
        "implicitGrantSettings": implicit | (said.get("implicitGrantSettings") or {}),
    }


_TENANT, _ID = TenantId(""), ObjectId("")
SAMPLES: Mapping[str, Mapping[str, Any]] = {
    "user": user(User(_ID, _TENANT)),
    "group": group(Group(_ID, _TENANT)),
    "servicePrincipal": service_principal(ServicePrincipal(_ID, _TENANT), None),
    "application": application(Application("", _TENANT, "")),
}
"""One object of each type, for the names of its properties."""

ANY_SAMPLE: Mapping[str, Any] = {name: None for sample in SAMPLES.values() for name in sample}
