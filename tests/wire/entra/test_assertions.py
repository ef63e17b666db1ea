"""Programs that sign instead of showing a secret, at the token endpoint."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lightkeeper.directory import application_credentials as credentials
from lightkeeper.directory import service
from lightkeeper.directory.model import Application
from lightkeeper.wire.entra.routes import entra_routes
from lightkeeper.wire.entra.token import ASSERTION_TYPE
from tests.directory.issuing import ISSUER, SUBJECT, Elsewhere, signed
from tests.directory.keys import certificate, pem_of, rsa_key
from tests.directory.people import CHEAP, People
from tests.wire.entra.places import SETTINGS
from tests.wire.entra.programs import ARM_SCOPE, ask, authorization, claims, hidden


@pytest.fixture
def x5t(people: People) -> str:
    """The thumbprint of the automation's certificate."""
    app_id = people.automation.app_id
    with people.writing() as call:
        credentials.put_federated_credential(call, app_id, "cluster", issuer=ISSUER, subject=SUBJECT)
        return credentials.add_certificate(call, app_id, pem_of(certificate(rsa_key("automation")))).x5t


def proof(people: People, x5t: str, **more: Any) -> dict[str, str]:
    endpoint = f"{SETTINGS.login_url}/{people.fabrikam.id}/oauth2/v2.0/token"
    return {
        "client_id": people.automation.app_id,
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signed(people.automation.app_id, endpoint, x5t=x5t, **more),
    }


def test_az_and_the_sdks_sign_in_with_a_certificate(people: People, login: TestClient, x5t: str) -> None:
    """No refresh token and no id token; `appidacr` 2 says that the program signed."""
    answer = ask(
        login,
        people.fabrikam.id,
        grant_type="client_credentials",
        scope=ARM_SCOPE,
        client_info="1",
        **proof(people, x5t),
    )

    body = answer.json()
    assert answer.status_code == 200, body
    assert set(body) == {"token_type", "expires_in", "ext_expires_in", "access_token"}
    assert claims(body["access_token"])["appidacr"] == "2"


def test_a_federated_token_travels_in_the_same_fields(people: People, x5t: str) -> None:
    """The caller's own JWT is the assertion; the issuer is asked through the one way out that the server has."""
    elsewhere = Elsewhere()
    app = Starlette(routes=entra_routes(people.office, SETTINGS, hashing=CHEAP, fetch=elsewhere))
    with TestClient(app, base_url=SETTINGS.login_url) as client:
        fields = proof(people, x5t) | {"client_assertion": elsewhere.signs()}
        good = ask(client, people.fabrikam.id, grant_type="client_credentials", scope=ARM_SCOPE, **fields)
        elsewhere.broken = "The issuer answers 500."
        fields["client_assertion"] = elsewhere.signs(iss="https://unknown.example")
        bad = ask(client, people.fabrikam.id, grant_type="client_credentials", scope=ARM_SCOPE, **fields)

    assert good.status_code == 200, good.text
    assert (bad.status_code, bad.json()["error"], bad.json()["error_codes"]) == (401, "invalid_client", [700211])


@pytest.mark.parametrize(
    ("change", "status", "number"),
    [
        ({"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"}, 401, 50027),
        ({"client_assertion_type": ""}, 401, 50027),
        ({"client_secret": "s3cret"}, 400, 90013),
        ({"client_id": "04b07795-8ddb-461a-bbee-02f9e1bf7b46"}, 401, 700025),
        ({"client_id": "00000000-0000-0000-0000-000000000001"}, 400, 700016),
        ({"scope": "https://management.azure.com/user_impersonation"}, 400, 1002012),
    ],
)
def test_fields_that_do_not_go_together_are_refused(
    people: People, login: TestClient, x5t: str, change: dict[str, str], status: int, number: int
) -> None:
    """One proof of one kind, for the program that the request names."""
    fields = {"grant_type": "client_credentials", "scope": ARM_SCOPE} | proof(people, x5t) | change
    answer = ask(login, people.fabrikam.id, **fields)

    assert (answer.status_code, answer.json()["error_codes"]) == (status, [number])


def test_a_web_application_redeems_many_codes_with_one_assertion(people: People, login: TestClient, x5t: str) -> None:
    """A code is good once by itself, so the assertion that MSAL keeps for ten minutes may come with each of them."""
    site = "https://portal.fabrikam.example/back"
    with people.writing() as call:
        service.put_application(
            call, Application(people.automation.app_id, people.fabrikam.id, "Portal", redirect_uris=(site,))
        )
    shown = proof(people, x5t)
    for _ in range(2):
        code = _code(people, login, site)
        answer = ask(login, people.fabrikam.id, grant_type="authorization_code", code=code, redirect_uri=site, **shown)
        assert answer.status_code == 200, answer.text
        people.now.passes(seconds=90)


def _code(people: People, login: TestClient, site: str) -> str:
    asked = authorization(client_id=people.automation.app_id, redirect_uri=site)
    asked = {name: value for name, value in asked.items() if not name.startswith("code_") and name != "prompt"}
    path = f"/{people.fabrikam.id}/oauth2/v2.0/authorize"
    page = login.get(path, params=asked)
    form = hidden(page.text)
    if "username" in page.text:
        page = login.post(path, data=form | {"username": people.technician.upn, "password": "correct horse"})
        form = hidden(page.text)
    if "accept" in page.text:
        page = login.post(path, data=form | {"accept": "1"})
        form = hidden(page.text)
    return form["code"]


def test_the_endpoint_says_that_signing_is_understood(login: TestClient) -> None:
    """`private_key_jwt` (OpenID Connect Core 1.0, section 9)."""
    page = login.get("/organizations/v2.0/.well-known/openid-configuration").json()

    assert "private_key_jwt" in page["token_endpoint_auth_methods_supported"]
