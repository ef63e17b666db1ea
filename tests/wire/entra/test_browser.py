"""Signing in on a page: for az in a browser, and for a device that shows a code."""

import html

import pytest
from starlette.testclient import TestClient

from lightkeeper.directory import service
from lightkeeper.directory.clients import AZURE_CLI, may_redirect
from lightkeeper.directory.model import Application, TenantId
from tests.directory.people import PASSWORD, People
from tests.wire.entra.programs import AZ_SCOPE, REDIRECT, VERIFIER, ask, authorization, claims, hidden

PAGE = "/organizations/oauth2/v2.0/authorize"
SOME_TENANT = TenantId("00000000-0000-4000-8000-000000000001")


def sign_in(login: TestClient, name: str, password: str = PASSWORD, page: str = PAGE, **changes: str) -> dict[str, str]:
    """Open the page, sign in, and return what travels back to the program."""
    shown = login.get(page, params=authorization(**changes))
    assert shown.status_code == 200, shown.text
    answer = login.post(page, data={**unescaped(shown.text), "username": name, "password": password})
    assert answer.status_code == 200, answer.text
    assert f'<form method="post" action="{REDIRECT}"' in answer.text
    return unescaped(answer.text)


def unescaped(page: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in hidden(page).items()}


def redeem(login: TestClient, code: str, tenant: str = "organizations", **changes: str) -> dict[str, object]:
    fields = {
        "grant_type": "authorization_code",
        "client_id": AZURE_CLI,
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
        "scope": AZ_SCOPE,
    }
    body: dict[str, object] = ask(login, tenant, **(fields | changes)).json()
    return body


def test_az_signs_in_through_the_browser(people: People, login: TestClient) -> None:
    """real-clients 2: the answer is a form that posts code, state and client_info; the id token carries the nonce."""
    back = sign_in(login, people.technician.upn)
    body = redeem(login, back["code"])

    assert back["state"] == "a&b" and "client_info" in back
    assert claims(str(body["id_token"]))["nonce"] == "n0nce"
    assert claims(str(body["access_token"]))["oid"] == people.technician.id


def test_a_page_of_one_tenant_signs_a_guest_in_there(people: People, login: TestClient) -> None:
    """At a tenant's own page the token is for that tenant and names the guest."""
    page = f"/{people.contoso.id}/oauth2/v2.0/authorize"
    body = redeem(login, sign_in(login, people.technician.upn, page=page)["code"], people.contoso.id)

    assert claims(str(body["access_token"]))["oid"] == people.guest.id


def test_the_page_says_who_asks_and_protects_itself(people: People, login: TestClient) -> None:
    """No foreign script, frame or style; the form may end at the program's address only; the cookie is locked down."""
    shown = login.get(PAGE, params=authorization(login_hint='"><script>alert(1)</script>'))

    assert "Microsoft Azure CLI" in shown.text
    assert "<script>alert" not in shown.text
    policy = shown.headers["content-security-policy"]
    assert "default-src 'none'" in policy and f"form-action 'self' {REDIRECT}" in policy
    assert "frame-ancestors 'none'" in policy
    assert shown.headers["cache-control"] == "no-store"
    cookie = shown.headers["set-cookie"]
    assert cookie.startswith("__Host-") and "HttpOnly" in cookie and "Secure" in cookie and "SameSite=lax" in cookie
    assert "strict-transport-security" not in shown.headers


def test_a_form_from_elsewhere_is_not_accepted(people: People, login: TestClient) -> None:
    """Without this browser's cookie, or from another origin, the right password is not even looked at."""
    fields = unescaped(login.get(PAGE, params=authorization()).text)
    fields |= {"username": people.technician.upn, "password": PASSWORD}
    for changed, headers in (({"csrf": "x"}, {}), ({}, {"Origin": "https://evil.example"})):
        answer = login.post(PAGE, data=fields | changed, headers=headers)
        assert answer.status_code == 400
        assert "open for too long" in answer.text and "code" not in unescaped(answer.text)
    login.cookies.clear()
    assert login.post(PAGE, data=fields).status_code == 400


def test_a_wrong_password_shows_the_page_again(people: People, login: TestClient) -> None:
    """The person reads why and keeps the name; the password is not sent back."""
    fields = unescaped(login.get(PAGE, params=authorization()).text)
    answer = login.post(PAGE, data={**fields, "username": people.technician.upn, "password": "wr0ng"})

    assert answer.status_code == 400
    assert "AADSTS50126" in answer.text and people.technician.upn in answer.text and "wr0ng" not in answer.text


def test_cancelling_tells_the_program(people: People, login: TestClient) -> None:
    """The program hears access_denied with its state."""
    fields = unescaped(login.get(PAGE, params=authorization()).text)
    back = unescaped(login.post(PAGE, data={**fields, "cancel": "1"}).text)

    assert (back["error"], back["state"]) == ("access_denied", "a&b")


def test_an_answer_may_travel_in_the_query(people: People, login: TestClient) -> None:
    """response_mode=query redirects; so does fragment, which single-page applications read."""
    for mode, mark in (("query", "?"), ("fragment", "#")):
        fields = unescaped(login.get(PAGE, params=authorization(response_mode=mode)).text)
        answer = login.post(PAGE, data={**fields, "username": people.technician.upn, "password": PASSWORD})

        assert answer.status_code == 303
        assert answer.headers["location"].startswith(f"{REDIRECT}{mark}code=")
        assert answer.headers["location"].endswith("&state=a%26b")


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"redirect_uri": "https://evil.example"}, "AADSTS50011"),
        ({"redirect_uri": "http://localhost.evil.example"}, "AADSTS50011"),
        ({"client_id": "11111111-1111-4111-8111-111111111111"}, "AADSTS700016"),
        ({"client_id": ""}, "AADSTS900144"),
        ({"state": "x" * 9000}, "AADSTS90013"),
    ],
)
def test_a_doubtful_request_is_answered_to_the_person_only(
    people: People, login: TestClient, change: dict[str, str], number: str
) -> None:
    """Nothing is sent to an address that was never registered."""
    shown = login.get(PAGE, params=authorization(**change))

    assert shown.status_code == 400
    assert number in shown.text and "<form" not in shown.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "x" * 129}, "invalid_request"),
        ({"scope": "x/y"}, "invalid_scope"),
    ],
)
def test_a_faulty_request_is_answered_to_the_program(
    people: People, login: TestClient, change: dict[str, str], error: str
) -> None:
    """The program's own mistakes go back to it."""
    back = unescaped(login.get(PAGE, params=authorization(**change)).text)

    assert (back["error"], back["state"]) == (error, "a&b")


def test_a_code_is_good_once_and_reuse_ends_the_session(people: People, login: TestClient) -> None:
    """RFC 6749, section 4.1.2: a code that comes twice revokes what it gave."""
    code = sign_in(login, people.technician.upn)["code"]
    assert redeem(login, code, scope="bad/x")["error_codes"] == [70011]  # which uses nothing up
    body = redeem(login, code)
    assert redeem(login, code)["error_codes"] == [54005]

    fields = {"grant_type": "refresh_token", "client_id": AZURE_CLI, "refresh_token": str(body["refresh_token"])}
    assert ask(login, "organizations", **fields, scope=AZ_SCOPE).json()["error_codes"] == [50173]


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"code_verifier": "x" * 43}, 501481),
        ({"code_verifier": ""}, 501481),
        ({"redirect_uri": "http://localhost:1"}, 50011),
        ({"client_id": "1950a258-227b-4e31-a9cf-717495945fc2"}, 9002313),
        ({"code": "rubbish"}, 9002313),
        ({"code": ""}, 900144),
        ({"tenant": "contoso.example"}, 700005),
    ],
)
def test_only_the_program_that_asked_redeems_a_code(
    people: People, login: TestClient, change: dict[str, str], number: int
) -> None:
    """Verifier, redirect, program and tenant must be those of the request; a wrong try does not use the code up."""
    code = sign_in(login, people.technician.upn)["code"]

    assert redeem(login, **({"code": code} | change))["error_codes"] == [number]
    assert "access_token" in redeem(login, code)


def test_a_code_ends_after_ten_minutes(people: People, login: TestClient) -> None:
    """A code is for at once."""
    code = sign_in(login, people.technician.upn)["code"]
    people.now.passes(minutes=10)

    assert redeem(login, code)["error_codes"] == [70008]


def test_a_registered_program_goes_to_its_registered_address_only(people: People, login: TestClient) -> None:
    """A confidential program has no loopback privilege and no PKCE duty, but a secret."""
    there = "https://app.example/callback"
    with people.writing() as call:
        app = Application(people.automation.app_id, people.fabrikam.id, "automation", False, (there,))
        service.put_application(call, app)
    wanted = {"client_id": app.app_id, "code_challenge": "", "response_mode": "query"}

    assert login.get(PAGE, params=authorization(**wanted)).status_code == 400
    fields = unescaped(login.get(PAGE, params=authorization(**wanted, redirect_uri=there)).text)
    asks = login.post(PAGE, data={**fields, "username": people.technician.upn, "password": PASSWORD})
    answer = login.post(PAGE, data={**unescaped(asks.text), "accept": "1"})
    assert answer.headers["location"].startswith(f"{there}?code=")


@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:80@evil.example",
        "http://localhost\\@evil.example",
        "https://localhost:1",
        "http://localhost:99999",
        "javascript:alert(1)",
        "http://localhost:1#x",
        "http://127.0.0.2:1",
        "//localhost",
        "http://local host",
    ],
)
def test_loopback_means_this_machine(uri: str) -> None:
    """RFC 8252, section 7.3: any port of the loopback interface, and nothing that only looks like it."""
    assert not may_redirect(Application("a", SOME_TENANT, "a", public_client=True), uri)
    assert may_redirect(Application("a", SOME_TENANT, "a", public_client=True), "http://127.0.0.1:5/x?y=1")


def device(login: TestClient) -> dict[str, str]:
    answer = login.post("/organizations/oauth2/v2.0/devicecode", data={"client_id": AZURE_CLI, "scope": AZ_SCOPE})
    assert answer.status_code == 200
    body: dict[str, str] = answer.json()
    return body


def poll(login: TestClient, code: str) -> dict[str, object]:
    fields = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": AZURE_CLI}
    body: dict[str, object] = ask(login, "organizations", **fields, code=code, device_code=code).json()
    return body


def test_a_device_waits_for_a_person(people: People, login: TestClient) -> None:
    """real-clients 2: authorization_pending until the person has signed in, then tokens, once."""
    given = device(login)
    assert set(given) == {"user_code", "device_code", "verification_uri", "expires_in", "interval", "message"}
    assert poll(login, given["device_code"])["error"] == "authorization_pending"

    entered = unescaped(login.get("/devicelogin").text) | {"user_code": given["user_code"].lower()}
    asked = login.post("/devicelogin", data=entered)
    assert "Microsoft Azure CLI" in asked.text
    done = login.post(
        "/devicelogin", data={**unescaped(asked.text), "username": people.technician.upn, "password": PASSWORD}
    )

    assert "You are signed in" in done.text
    assert claims(str(poll(login, given["device_code"])["access_token"]))["oid"] == people.technician.id
    assert poll(login, given["device_code"])["error"] == "bad_verification_code"


def test_a_person_may_decline_a_device(people: People, login: TestClient) -> None:
    """A declined device stops polling."""
    given = device(login)
    entered = unescaped(login.get("/devicelogin").text) | {"user_code": given["user_code"]}
    login.post("/devicelogin", data={**entered, "cancel": "1"})

    assert poll(login, given["device_code"])["error"] == "authorization_declined"


def test_a_device_code_ends_and_unknown_ones_are_refused(people: People, login: TestClient) -> None:
    """Nobody waits behind a code for longer than fifteen minutes."""
    given = device(login)
    people.now.passes(minutes=15)
    entered = unescaped(login.get("/devicelogin").text) | {"user_code": given["user_code"]}

    assert "AADSTS70018" in login.post("/devicelogin", data=entered).text
    assert poll(login, given["device_code"])["error"] == "expired_token"
    assert poll(login, "rubbish")["error"] == "bad_verification_code"
