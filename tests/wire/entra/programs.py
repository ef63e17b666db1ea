"""What programs send, in short."""

import re
from typing import Any

import jwt
from starlette.testclient import TestClient

from lightkeeper.directory.clients import AZURE_CLI
from lightkeeper.directory.consents import Consents
from lightkeeper.directory.model import User
from lightkeeper.directory.passwords import challenge_of
from lightkeeper.wire.entra.scopes import wanted_of
from tests.directory.people import PASSWORD, People
from tests.wire.entra.places import SETTINGS

ARM_SCOPE = "https://management.core.windows.net//.default"
AZ_SCOPE = f"{ARM_SCOPE} openid profile offline_access"
REDIRECT = "http://localhost:51234"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"


def ask(client: TestClient, tenant: str, **fields: str) -> Any:
    """Post to the token endpoint and return the answer."""
    return client.post(f"/{tenant}/oauth2/v2.0/token", data=fields)


def session(client: TestClient, name: str, tenant: str = "organizations", scope: str = AZ_SCOPE) -> dict[str, Any]:
    """Sign a person in by password and return the token answer."""
    answer = ask(
        client,
        tenant,
        grant_type="password",
        client_id=AZURE_CLI,
        username=name,
        password=PASSWORD,
        scope=scope,
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def claims(token: str) -> dict[str, Any]:
    read: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return read


def hidden(html: str) -> dict[str, str]:
    """Return the hidden fields of a page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', html))


def authorization(**changes: str) -> dict[str, str]:
    """What az's browser login asks for."""
    return {
        "client_id": AZURE_CLI,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "response_mode": "form_post",
        "scope": AZ_SCOPE,
        "state": "a&b",
        "nonce": "n0nce",
        "code_challenge": challenge_of(VERIFIER),
        "code_challenge_method": "S256",
        "prompt": "select_account",
        "client_info": "1",
    } | changes


def consent_to(people: People, account: User, app_id: str, scope: str = AZ_SCOPE) -> None:
    """Let a program act for a person, as the consent page does."""
    consents, wanted = Consents(people.office), wanted_of(scope, SETTINGS)
    consents.give(consents.ask("organizations", app_id, account, wanted), wanted)
