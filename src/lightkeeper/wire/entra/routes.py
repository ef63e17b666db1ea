"""The sign-in surface as a list of routes, for the origin that also serves Azure Resource Manager.

Nothing here collides with ARM: a tenant's routes are told by their second segment.
"""

from starlette.routing import Route

from lightkeeper.directory.assertions import Assertions
from lightkeeper.directory.browsers import Browsers
from lightkeeper.directory.consents import Consents
from lightkeeper.directory.device_codes import DeviceCodes
from lightkeeper.directory.grants import Grants
from lightkeeper.directory.issuers import Fetch, Issuers
from lightkeeper.directory.passwords import Hashing
from lightkeeper.directory.second_factors import SecondFactors
from lightkeeper.directory.sign_in import SignIn
from lightkeeper.kernel.office import Office
from lightkeeper.wire.entra import account, admin_consent, authorize, device, leave, metadata, outside, token
from lightkeeper.wire.entra.desk import Desk, Endpoint, guarded
from lightkeeper.wire.entra.settings import EntraSettings

_FORMS_ONLY = ("v2.0/token", "token", "v2.0/devicecode", "devicecode")
_ROUTES: tuple[tuple[str, str, Endpoint], ...] = (
    ("GET", "/metadata/endpoints", metadata.cloud_endpoints),
    ("GET", "/common/discovery/instance", metadata.instance_discovery),
    ("GET", "/common/userrealm/{name}", metadata.user_realm),
    ("GET", "/devicelogin", device.show),
    ("POST", "/devicelogin", device.submit),
    ("GET", "/account", account.show),
    ("POST", "/account", account.submit),
    ("GET", "/{tenant}/v2.0/.well-known/openid-configuration", metadata.openid_configuration),
    ("GET", "/{tenant}/.well-known/openid-configuration", metadata.openid_configuration_v1),
    ("GET", "/{tenant}/discovery/v2.0/keys", metadata.keys),
    ("GET", "/{tenant}/discovery/keys", metadata.keys),
    *(("GET", f"/{{tenant}}/oauth2/{name}", token.ask_by_post) for name in _FORMS_ONLY),
    ("POST", "/{tenant}/oauth2/v2.0/token", token.token),
    ("POST", "/{tenant}/oauth2/token", token.token_v1),
    ("POST", "/{tenant}/oauth2/v2.0/devicecode", device.give_code),
    ("POST", "/{tenant}/oauth2/devicecode", device.give_code),
    ("GET", "/{tenant}/oauth2/v2.0/authorize", authorize.show),
    ("POST", "/{tenant}/oauth2/v2.0/authorize", authorize.submit),
    ("GET", "/{tenant}/oauth2/v2.0/logout", leave.show),
    ("POST", "/{tenant}/oauth2/v2.0/logout", leave.submit),
    ("GET", "/{tenant}/oauth2/logout", leave.show),
    ("POST", "/{tenant}/oauth2/logout", leave.submit),
    ("GET", "/{tenant}/adminconsent", admin_consent.show),
    ("POST", "/{tenant}/adminconsent", admin_consent.submit),
    ("GET", "/{tenant}/v2.0/adminconsent", admin_consent.show),
    ("POST", "/{tenant}/v2.0/adminconsent", admin_consent.submit),
)


def entra_routes(
    office: Office, settings: EntraSettings, *, hashing: Hashing | None = None, fetch: Fetch = outside.fetch
) -> list[Route]:
    """Return the routes; `hashing` says what checking a password costs (tests make it cheap), `fetch` gets others' keys."""
    assertions = Assertions(office, settings.login_url, Issuers(fetch))
    desk = Desk(
        office,
        settings,
        SignIn(office, hashing, assertions),
        Grants(office, settings.portal_url),
        DeviceCodes(office),
        Browsers(office),
        SecondFactors(office),
        Consents(office),
    )
    return [Route(path, guarded(desk, endpoint), methods=[method]) for method, path, endpoint in _ROUTES]
