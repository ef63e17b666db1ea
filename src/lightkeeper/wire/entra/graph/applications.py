"""Applications and service principals on the wire: `az ad app`, `az ad sp`."""

from lightkeeper.directory import registrations, service_principals
from lightkeeper.directory.model import PrincipalType
from lightkeeper.kernel.call import Call
from lightkeeper.wire.entra.graph import properties, seeing
from lightkeeper.wire.entra.graph.asked import (
    NOTHING,
    Answer,
    Asked,
    Route,
    delete,
    get,
    one,
    patch,
    post,
    tenant_of,
    text,
)
from lightkeeper.wire.entra.graph.credentials import replace_certificates
from lightkeeper.wire.entra.graph.pages import page


def list_applications(call: Call, asked: Asked) -> Answer:
    """Answer a page of registrations."""
    return page(asked, seeing.applications(call))


def get_application(call: Call, asked: Asked) -> Answer:
    """Answer a registration, by object id or by `appId='...'`."""
    found = registrations.read_application(call, tenant_of(call), asked.named["id"])
    return one(asked, "applications", seeing.shape_of(call, found))


def create_application(call: Call, asked: Asked) -> Answer:
    """Register an application, perhaps with certificates."""
    wanted = properties.changes_in(asked.document, properties.APPLICATION, "Application")
    made = registrations.register_application(call, tenant_of(call), wanted)
    if asked.document.get("keyCredentials"):
        replace_certificates(call, made.app_id, asked.document)
    return one(asked, "applications", seeing.shape_of(call, made), made=True)


def change_application(call: Call, asked: Asked) -> Answer:
    """Change a registration, or which certificates it has."""
    wanted = properties.changes_in(asked.document, properties.APPLICATION, "Application")
    changed = registrations.change_application(call, tenant_of(call), asked.named["id"], wanted)
    replace_certificates(call, changed.app_id, asked.document)
    return NOTHING


def delete_application(call: Call, asked: Asked) -> Answer:
    """Delete a registration with its service principal; both can be brought back for a while."""
    registrations.delete_application(call, tenant_of(call), asked.named["id"])
    return NOTHING


def list_principals(call: Call, asked: Asked) -> Answer:
    """Answer a page of service principals."""
    return page(asked, seeing.principals(call, PrincipalType.SERVICE_PRINCIPAL))


def get_principal(call: Call, asked: Asked) -> Answer:
    """Answer a service principal, by object id or by `appId='...'`."""
    found = service_principals.read_service_principal(call, tenant_of(call), asked.named["id"])
    return one(asked, "servicePrincipals", seeing.shape_of(call, found))


def create_principal(call: Call, asked: Asked) -> Answer:
    """Let an application be present in the tenant."""
    wanted = properties.changes_in(asked.document, properties.SERVICE_PRINCIPAL, "ServicePrincipal")
    made = service_principals.create_service_principal(call, tenant_of(call), text(asked.document, "appId"), wanted)
    return one(asked, "servicePrincipals", seeing.shape_of(call, made), made=True)


def change_principal(call: Call, asked: Asked) -> Answer:
    """Change a service principal, or which certificates it has."""
    wanted = properties.changes_in(asked.document, properties.SERVICE_PRINCIPAL, "ServicePrincipal")
    changed = service_principals.change_service_principal(call, tenant_of(call), asked.named["id"], wanted)
    replace_certificates(call, changed.id, asked.document)
    return NOTHING


def delete_principal(call: Call, asked: Asked) -> Answer:
    """Delete a service principal, which can be brought back for a while."""
    service_principals.delete_service_principal(call, tenant_of(call), asked.named["id"])
    return NOTHING


ROUTES: tuple[Route, ...] = (
    get("/applications", list_applications),
    post("/applications", create_application),
    get("/applications/{id}", get_application),
    patch("/applications/{id}", change_application),
    delete("/applications/{id}", delete_application),
    get("/servicePrincipals", list_principals),
    post("/servicePrincipals", create_principal),
    get("/servicePrincipals/{id}", get_principal),
    patch("/servicePrincipals/{id}", change_principal),
    delete("/servicePrincipals/{id}", delete_principal),
)
