"""What unmodified clients put into their token requests besides what matters (real-clients 2)."""

import pytest
from starlette.testclient import TestClient

from tests.directory.people import SECRET, People
from tests.wire.entra.programs import ARM_SCOPE, ask, claims, session

AZ = {"client_info": "1", "claims": '{"access_token": {"xms_cc": {"values": ["CP1"]}}}'}
JAVASCRIPT = {
    "claims": '{"access_token":{"xms_cc":{"values":["cp1"]}},"id_token":{}}',
    "x-client-SKU": "msal.js.node",
    "x-client-VER": "5.6.0",
    "x-client-OS": "linux",
    "x-app-name": "",
    "x-ms-lib-capability": "retry-after, h429",
}


@pytest.mark.parametrize("more", [{}, AZ, JAVASCRIPT])
def test_fields_nobody_knows_do_no_harm(people: People, login: TestClient, more: dict[str, str]) -> None:
    """Unknown fields and query parameters are ignored; the audience keeps its own trailing slash."""
    fields = {"grant_type": "client_credentials", "scope": ARM_SCOPE, "client_secret": SECRET, **more}
    answer = login.post(
        f"/{people.fabrikam.id}/oauth2/v2.0/token",
        params={"client-request-id": "1" * 8 + "-1111-1111-1111-" + "1" * 12, "x-client-SKU": "node"},
        data={**fields, "client_id": people.automation.app_id},
    )

    body = answer.json()
    assert answer.status_code == 200, body
    assert claims(body["access_token"])["aud"] == "https://management.core.windows.net/"
    assert isinstance(body["expires_in"], int) and isinstance(body["ext_expires_in"], int)


def test_no_token_answer_asks_to_come_back_later(people: People, login: TestClient) -> None:
    """MSAL would keep such an answer (Retry-After), right or wrong."""
    good = ask(
        login, people.fabrikam.id, grant_type="client_credentials", scope=ARM_SCOPE,
        client_id=people.automation.app_id, client_secret=SECRET,
    )  # fmt: skip
    bad = ask(login, people.fabrikam.id, grant_type="client_credentials", scope=ARM_SCOPE, client_id="x")

    for answer in (good, bad):
        assert "retry-after" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


def test_the_id_token_is_what_msal_checks(people: People, login: TestClient) -> None:
    """`aud` is the client, the times hold now, and az takes the account's name from preferred_username."""
    told = claims(session(login, people.technician.upn)["id_token"])

    now = people.office.clock.now().timestamp()
    assert told["aud"] == "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
    assert told["nbf"] <= now < told["exp"]
    assert told["preferred_username"] == told["upn"] == people.technician.upn
    assert {"tid", "oid", "sub", "name", "ver"} <= set(told)


def test_access_tokens_carry_what_azure_resource_manager_reads(people: People, login: TestClient) -> None:
    """The claims of the contract's list, for a person and for a program."""
    person = claims(session(login, people.technician.upn)["access_token"])
    program = claims(
        ask(
            login, people.fabrikam.id, grant_type="client_credentials", scope=ARM_SCOPE,
            client_id=people.automation.app_id, client_secret=SECRET,
        ).json()["access_token"]
    )  # fmt: skip

    both = {"aud", "iss", "iat", "nbf", "exp", "tid", "oid", "sub", "appid", "idtyp", "ver"}
    assert both <= set(person) and both <= set(program)
    assert (person["idtyp"], person["scp"], person["unique_name"]) == ("user", "user_impersonation", person["upn"])
    assert program["idtyp"] == "app"
