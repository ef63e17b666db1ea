"""What clients read before they sign in: OpenID configuration, keys, and the cloud's endpoints. No token is asked for."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lightkeeper.directory.sign_in import WHY, tenant_named
from lightkeeper.directory.signing_keys import as_jwk
from lightkeeper.directory.tokens import issuer_of
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.entra.authorize import RESPONSE_MODES
from lightkeeper.wire.entra.desk import Desk, correlation_id_of
from lightkeeper.wire.entra.errors import entra_error

ARRAY_VERSION = "2019-05-01"  # az's ARM_CLOUD_METADATA_URL mode wants a list of clouds


async def openid_configuration(desk: Desk, request: Request) -> Response:
    """Answer `GET /{tenant}/v2.0/.well-known/openid-configuration`."""
    return await _configuration(desk, request, v2=True)


async def openid_configuration_v1(desk: Desk, request: Request) -> Response:
    """Answer `GET /{tenant}/.well-known/openid-configuration`, whose endpoints are the older ones."""
    return await _configuration(desk, request, v2=False)


async def _configuration(desk: Desk, request: Request, *, v2: bool) -> Response:
    segment = request.path_params["tenant"]
    try:
        tenant_id = await desk.in_thread(_tenant_id, desk, segment)
    except Problem as problem:
        now, correlation_id = desk.office.clock.now(), correlation_id_of(request)
        return entra_error(problem, now, correlation_id, desk.settings.login_url, word="invalid_tenant")
    login = desk.settings.login_url
    at = f"{login}/{tenant_id or segment.lower()}"
    oauth = f"{at}/oauth2/v2.0" if v2 else f"{at}/oauth2"
    issuer = f"{login}/{tenant_id or '{tenantid}'}/v2.0" if v2 else issuer_of(tenant_id or "{tenantid}")
    return JSONResponse(
        {
            "issuer": issuer,
            "authorization_endpoint": f"{at}/oauth2/v2.0/authorize",
            "token_endpoint": f"{oauth}/token",
            "device_authorization_endpoint": f"{oauth}/devicecode",
            "end_session_endpoint": f"{oauth}/logout",
            "jwks_uri": f"{at}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "response_modes_supported": list(RESPONSE_MODES),
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
            "request_uri_parameter_supported": False,
            "claims_supported": [
                *("sub", "iss", "aud", "exp", "iat", "nbf", "nonce"),
                *("preferred_username", "name", "tid", "oid", "upn", "ver"),
            ],
            "tenant_region_scope": None,
            "cloud_instance_name": _host(login),
            "msgraph_host": _host(desk.settings.graph_url),
        },
        headers={"Access-Control-Allow-Origin": "*", "Cache-Control": "max-age=86400, private"},
    )


def _tenant_id(desk: Desk, segment: str) -> str | None:
    with desk.office.reading(PLATFORM) as call:
        call.open_to_all(WHY)
        tenant = tenant_named(call, segment)
        return tenant.id if tenant else None


async def keys(desk: Desk, request: Request) -> Response:
    """Answer `GET /{tenant}/discovery/v2.0/keys`: the keys are the same for every tenant."""
    await desk.in_thread(_tenant_id, desk, request.path_params["tenant"])
    known = await desk.in_thread(desk.keys)
    return JSONResponse({"keys": [as_jwk(key) for key in known]}, headers={"Access-Control-Allow-Origin": "*"})


async def cloud_endpoints(desk: Desk, request: Request) -> Response:
    """Answer `GET /metadata/endpoints` for az, PowerShell and Terraform: one cloud, or a list of one for 2019-05-01."""
    settings = desk.settings
    cloud: dict[str, Any] = {
        "name": settings.cloud_name,
        "portal": settings.portal_url,
        "resourceManager": f"{settings.arm_url}/",
        "authentication": {
            "loginEndpoint": settings.login_url,
            "audiences": list(dict.fromkeys((settings.arm_audiences[0], f"{settings.arm_url}/"))),
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "graphAudience": f"{settings.graph_url}/",
        "graph": f"{settings.graph_url}/",
        "microsoftGraphResourceId": f"{settings.graph_url}/",
        # What follows is not served here. Clients insist on the names, and use them only for those services.
        "gallery": "https://gallery.invalid/",
        "batch": "https://batch.invalid/",
        "media": "https://media.invalid",
        "sqlManagement": "https://sqlmanagement.invalid/",
        "vmImageAliasDoc": "https://images.invalid/aliases.json",
        "activeDirectoryDataLake": "https://datalake.invalid/",
        "logAnalyticsResourceId": "https://loganalytics.invalid",
        "appInsightsResourceId": "https://appinsights.invalid",
        "appServiceResourceId": "https://appservice.invalid",
        "attestationResourceId": "https://attestation.invalid",
        "synapseAnalyticsResourceId": "https://synapse.invalid",
        "ossrdbmsResourceId": "https://ossrdbms.invalid",
        "suffixes": {
            "storage": "storage.invalid",
            "keyVaultDns": "vault.invalid",
            "mhsmDns": "managedhsm.invalid",
            "sqlServerHostname": "database.invalid",
            "acrLoginServer": "registry.invalid",
            "azureDataLakeStoreFileSystem": "datalakestore.invalid",
            "azureDataLakeAnalyticsCatalogAndJob": "datalakeanalytics.invalid",
            "attestationEndpoint": "attest.invalid",
            "synapseAnalytics": "synapse.invalid",
            "storageSyncEndpointSuffix": "storagesync.invalid",
            "mysqlServerEndpoint": "mysql.invalid",
            "postgresqlServerEndpoint": "postgres.invalid",
            "mariadbServerEndpoint": "mariadb.invalid",
        },
    }
    versions = [value for name, value in request.query_params.multi_items() if name.lower() == "api-version"]
    return JSONResponse([cloud] if ARRAY_VERSION in versions else cloud)


async def instance_discovery(desk: Desk, request: Request) -> Response:
    """Answer `GET /common/discovery/instance`: the one host we are. Clients with discovery switched off never ask."""
    host = _host(desk.settings.login_url)
    return JSONResponse(
        {
            "tenant_discovery_endpoint": f"{desk.settings.login_url}/common/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }
    )


async def user_realm(desk: Desk, request: Request) -> Response:
    """Answer `GET /common/userrealm/{name}`: every account keeps its password here, none is federated."""
    domain = request.path_params["name"].rpartition("@")[2]
    return JSONResponse(
        {
            "ver": "1.0",
            "account_type": "Managed",
            "domain_name": domain,
            "cloud_instance_name": _host(desk.settings.login_url),
        }
    )


def _host(url: str) -> str:
    return url.partition("://")[2]
