"""The programs that ask for tokens: registered applications, and the few public clients that exist in every tenant."""

from urllib.parse import urlsplit

from lightkeeper.directory import application_store, refusals, store
from lightkeeper.directory.model import Application, ServicePrincipal, Tenant, TenantId
from lightkeeper.kernel.call import NOBODY, Call

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
AZURE_POWERSHELL = "1950a258-227b-4e31-a9cf-717495945fc2"
PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
"""The portal's own pages; the id is that of the Azure portal. Its answers go to the portal's address and nowhere else."""

EVERYWHERE = {
    AZURE_CLI: Application(AZURE_CLI, TenantId(NOBODY), "Microsoft Azure CLI", public_client=True),
    AZURE_POWERSHELL: Application(AZURE_POWERSHELL, TenantId(NOBODY), "Microsoft Azure PowerShell", public_client=True),
    PORTAL: Application(PORTAL, TenantId(NOBODY), "Lightkeeper portal", public_client=True),
}


def get_client(call: Call, client_id: str, tenant: Tenant | None) -> Application:
    """Return the program; `tenant` is None when the request names none.

    Raises AADSTS700016 for a program that is not present there, AADSTS7000112 for one that is disabled there.
    """
    client_id = client_id.lower()
    if client_id in EVERYWHERE:
        return EVERYWHERE[client_id]
    application = application_store.application(call.connection, client_id)
    if tenant is None:
        if application is None:
            raise refusals.unknown_client(client_id, "organizations")
        return application
    get_service_principal(call, client_id, tenant)
    if application is None:
        raise refusals.unknown_client(client_id, tenant.display_name)
    return application


def get_service_principal(call: Call, client_id: str, tenant: Tenant) -> ServicePrincipal:
    """Return a program's service principal in a tenant; raises like `get_client`."""
    principal = store.service_principal_of(call.connection, tenant.id, client_id)
    if principal is None:
        raise refusals.unknown_client(client_id, tenant.display_name)
    if not principal.enabled:
        raise refusals.disabled_client(principal.app_id)
    return principal


def may_redirect(application: Application, uri: str, portal: str = "") -> bool:
    """Return whether a program's answer may be sent to `uri`; `portal` is the address of our own pages.

    A public client may name any port of this very machine (RFC 8252, section 7.3); everything else must be registered,
    letter for letter.
    """
    if application.app_id == PORTAL:
        return bool(portal) and uri == f"{portal}/signed-in"
    if uri in application.redirect_uris:
        return True
    if not application.public_client or any(c.isspace() or c == "\\" for c in uri):
        return False
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return False
    plain = parts.username is None and parts.password is None and not parts.fragment
    return plain and parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
