"""The two applications of every tenant that tokens are addressed to: Azure Resource Manager and Microsoft Graph.

They are no rows: each tenant has their service principals from the start, with ids that follow from the tenant's. Ids of
applications and permissions are those by which the public cloud knows them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from lightkeeper.directory.model import Application, Audience, ObjectId, ServicePrincipal, TenantId
from lightkeeper.kernel import ids

RESOURCE_MANAGER = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
GRAPH = "00000003-0000-0000-c000-000000000000"
_OWNER = TenantId("f8cdef31-a31e-4b4a-93e4-5f571e91255a")  # the tenant that first-party applications belong to
_PERMISSIONS: Mapping[str, Mapping[str, str]] = {
    RESOURCE_MANAGER: {"user_impersonation": "41094075-9dad-400e-a0bd-54e686782033"},
    GRAPH: {
        "openid": "37f7f235-527c-4136-accd-4a02d197296e",
        "profile": "14dad69e-099b-42c9-810b-d002981feec1",
        "email": "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
        "offline_access": "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
        "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    },
}


def _application(app_id: str, name: str, *uris: str) -> Application:
    scopes = [{"id": id, "value": value, "type": "User"} for value, id in _PERMISSIONS[app_id].items()]
    profile: dict[str, Any] = {"api": {"oauth2PermissionScopes": [{**each, "isEnabled": True} for each in scopes]}}
    return Application(app_id, _OWNER, name, identifier_uris=uris, audience=Audience.ANY_TENANT, profile=profile)


APPLICATIONS: Mapping[str, Application] = {
    RESOURCE_MANAGER: _application(
        RESOURCE_MANAGER,
        "Azure Resource Manager",
        "https://management.core.windows.net",
        "https://management.azure.com",
    ),
    GRAPH: _application(GRAPH, "Microsoft Graph", "https://graph.microsoft.com"),
}


def among(app_ids: Iterable[str]) -> dict[str, Application]:
    """Return those of the applications that are such, by application id."""
    return {each: APPLICATIONS[each] for each in app_ids if each in APPLICATIONS}


def service_principal_of(tenant_id: str, app_id: str) -> ServicePrincipal | None:
    """Return the service principal of such an application in a tenant; None for every other application."""
    application = APPLICATIONS.get(app_id.lower())
    if application is None:
        return None
    return ServicePrincipal(
        ObjectId(ids.named("resourceServicePrincipal", f"{tenant_id}/{application.app_id}")),
        TenantId(tenant_id),
        display_name=application.display_name,
        app_id=application.app_id,
    )


def service_principals_of(tenant_id: str) -> list[ServicePrincipal]:
    """Return both service principals of a tenant, by id."""
    found = [one for app_id in APPLICATIONS if (one := service_principal_of(tenant_id, app_id)) is not None]
    return sorted(found, key=lambda one: one.id)


def service_principal_by_id(tenant_id: str, object_id: str) -> ServicePrincipal | None:
    """Return the service principal of such an application by its object id in a tenant, or None."""
    return next((one for one in service_principals_of(tenant_id) if one.id == object_id.lower()), None)
