"""People in front of the pages: known again, choosing among accounts, asked for leave, asked for a code, signing out."""

import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from lightkeeper.directory import browser_store, credentials, naming, one_time_codes, service
from lightkeeper.directory.clients import AZURE_CLI
from lightkeeper.directory.directory_roles import DirectoryRole
from lightkeeper.directory.model import Application, Audience
from lightkeeper.directory.passwords import digest
from lightkeeper.directory.second_factors import SecondFactors
from tests.directory.people import CHEAP, PASSWORD, People
from tests.wire.entra.programs import AZ_SCOPE, VERIFIER, ask, authorization, claims, hidden

PAGE = "/organizations/oauth2/v2.0/authorize"
COOKIE = "__Host-lightkeeper-session"
GLOBAL = frozenset({DirectoryRole.GLOBAL_ADMINISTRATOR})
SITE = "https://app.example/callback"


def fields_of(page: str) -> dict[str, str]:
    return {name: html.unescape(value) for name, value in hidden(page).items()}


def asked(**changes: str) -> dict[str, str]:
    """What a program asks that leaves the prompt to us and takes its answer as a query."""
    return {k: v for k, v in authorization(**{"response_mode": "query", "prompt": "", **changes}).items() if v}


def answer_of(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def sign_in(login: TestClient, name: str, password: str = PASSWORD, **changes: str) -> dict[str, str]:
    """Sign in with a password and return the program's answer."""
    shown = login.get(PAGE, params=asked(**{"prompt": "login", **changes}))
    given = login.post(PAGE, data={**fields_of(shown.text), "username": name, "password": password})
    assert given.status_code == 303, given.text
    return answer_of(given.headers["location"])


def silently(login: TestClient, **changes: str) -> dict[str, str]:
    """Ask with prompt=none and return the program's answer."""
    given = login.get(PAGE, params=asked(**{"prompt": "none", **changes}))
    assert given.status_code == 303, given.text
    return answer_of(given.headers["location"])


@pytest.fixture
def automation(people: People) -> Application:
    """A program that is not one of ours, with a registered address."""
    app = Application(people.automation.app_id, people.fabrikam.id, "Ticket desk", redirect_uris=(SITE,))
    with people.writing() as call:
        service.put_application(call, app)
    return app


def theirs(app: Application, **changes: str) -> dict[str, str]:
    return {"client_id": app.app_id, "redirect_uri": SITE, "code_challenge": "", "code_challenge_method": "", **changes}


def test_who_signed_in_is_not_asked_again(people: People, login: TestClient) -> None:
    """Single sign-on: the next program gets its answer at once, about the same account."""
    sign_in(login, people.technician.upn)

    given = login.get(PAGE, params=asked())
    code = answer_of(given.headers["location"])["code"]
    body = ask(
        login, "organizations", grant_type="authorization_code", client_id=AZURE_CLI, code=code,
        redirect_uri=authorization()["redirect_uri"], code_verifier=VERIFIER, scope=AZ_SCOPE,
    ).json()  # fmt: skip

    assert claims(body["access_token"])["oid"] == people.technician.id
    assert claims(body["access_token"])["amr"] == ["pwd"]


def test_the_cookie_is_for_this_origin_and_no_script(people: People, login: TestClient) -> None:
    """Secure, HttpOnly, SameSite, host-bound, gone with the browser; the database knows a digest only."""
    shown = login.get(PAGE, params=asked())
    given = login.post(PAGE, data={**fields_of(shown.text), "username": people.technician.upn, "password": PASSWORD})

    [cookie] = [one for one in given.headers.get_list("set-cookie") if one.startswith(COOKIE)]
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(cookie.lower().replace("; ", ";").split(";"))
    assert "max-age" not in cookie.lower() and "domain" not in cookie.lower()
    with people.reading() as call:
        call.open_to_all("test")
        value = login.cookies[COOKIE]
        assert browser_store.session_of(call.connection, value) is None
        assert browser_store.session_of(call.connection, digest(value)) is not None


@pytest.mark.parametrize("prompt", ["none", ""])
def test_a_stranger_is_not_let_in_silently(login: TestClient, prompt: str) -> None:
    """OpenID Connect Core, 3.1.2.6: login_required when nobody may be asked, else the page."""
    if prompt:
        assert silently(login)["error"] == "login_required"
    else:
        assert 'name="username"' in login.get(PAGE, params=asked()).text


def test_several_accounts_are_chosen_among(people: People, login: TestClient) -> None:
    """Account picker; a silent request gets interaction_required unless it says whom it means."""
    for name in (people.technician.upn, people.owner.upn):
        sign_in(login, name)

    page = login.get(PAGE, params=asked()).text
    assert people.technician.upn in page and people.owner.upn in page and "Use another account" in page
    given = login.post(PAGE, data={**fields_of(page), "account": people.owner.id})
    assert "code" in answer_of(given.headers["location"])
    assert silently(login)["error"] == "interaction_required"
    assert "code" in silently(login, login_hint=people.owner.upn.upper())
    assert silently(login, login_hint="nobody@contoso.example")["error"] == "login_required"
    other = login.post(PAGE, data={**fields_of(page), "account": "other"})
    assert 'name="username"' in other.text


def test_a_program_may_ask_for_the_choice_and_for_the_password(people: People, login: TestClient) -> None:
    """prompt=select_account shows one account too; prompt=login and max_age want the password again."""
    sign_in(login, people.technician.upn)

    assert "Use another account" in login.get(PAGE, params=asked(prompt="select_account")).text
    assert 'name="username"' in login.get(PAGE, params=asked(prompt="login")).text
    people.now.passes(minutes=11)
    assert 'name="username"' in login.get(PAGE, params=asked(max_age="600")).text
    assert login.get(PAGE, params=asked(max_age="900")).status_code == 303
    shown = login.get(PAGE, params=asked(prompt="login")).text
    tricked = login.post(PAGE, data={**fields_of(shown), "account": people.technician.id})
    assert 'name="password"' in tricked.text


@pytest.mark.parametrize("prompt", ["none login", "everything"])
def test_an_impossible_prompt_is_refused(login: TestClient, prompt: str) -> None:
    """OpenID Connect Core, 3.1.2.1: none goes with nothing else."""
    given = login.get(PAGE, params=asked(prompt=prompt))

    assert answer_of(given.headers["location"])["error"] == "invalid_request"


def test_an_account_of_another_browser_cannot_be_named(people: People, login: TestClient) -> None:
    """A form that names an account says nothing; the browser's cookie does."""
    shown = login.get(PAGE, params=asked()).text

    for more in ({}, {"otp": "123456"}, {"accept": "1"}):
        given = login.post(PAGE, data={**fields_of(shown), "account": people.technician.id, **more})
        assert 'name="username"' in given.text and "location" not in given.headers


def test_the_cookie_changes_and_an_old_one_ends_the_session(people: People, login: TestClient) -> None:
    """A cookie that comes back long after it was changed has been copied."""
    sign_in(login, people.technician.upn)
    first = login.cookies[COOKIE]
    people.now.passes(minutes=6)
    assert "code" in silently(login)
    second = login.cookies[COOKIE]
    assert second != first
    stolen = {"cookie": f"{COOKIE}={first}"}
    login.cookies.clear()
    within = login.get(PAGE, params=asked(prompt="none"), headers=stolen)
    assert "code" in answer_of(within.headers["location"])

    people.now.passes(seconds=61)
    late = login.get(PAGE, params=asked(prompt="none"), headers=stolen)
    after = login.get(PAGE, params=asked(prompt="none"), headers={"cookie": f"{COOKIE}={second}"})

    for given in (late, after):
        assert answer_of(given.headers["location"])["error"] == "login_required"


def test_signing_in_gives_the_browser_another_cookie(people: People, login: TestClient) -> None:
    """Whoever planted or read the cookie before does not know it afterwards."""
    sign_in(login, people.technician.upn)
    first = login.cookies[COOKIE]
    sign_in(login, people.owner.upn)

    assert login.cookies[COOKIE] != first


@pytest.mark.parametrize("what", ["password", "disabled", "deleted", "a day", "a week"])
def test_a_session_ends(people: People, login: TestClient, what: str) -> None:
    """With another password, with the account, a day after its last use, a week after the password was shown."""
    from dataclasses import replace

    sign_in(login, people.technician.upn)
    with people.writing() as call:
        call.open_to_all("test")
        if what == "password":
            credentials.set_password(call, people.technician.id, "another one", CHEAP)
        elif what == "disabled":
            service.put_user(call, replace(people.technician, enabled=False))
        elif what == "deleted":
            service.delete_principal(call, people.technician.id)
    if what == "a day":
        people.now.passes(days=1, seconds=1)
    if what == "a week":
        for _ in range(8):
            people.now.passes(hours=23)
            silently(login)

    assert silently(login)["error"] == "login_required"


def test_signing_out_asks_first_and_ends_the_session(people: People, login: TestClient) -> None:
    """A link of somebody else's page signs nobody out; the page's button does."""
    sign_in(login, people.technician.upn)
    path = "/organizations/oauth2/v2.0/logout"
    page = login.get(path, params={"post_logout_redirect_uri": "https://evil.example/"})
    assert "code" in silently(login)
    assert "evil.example" not in page.headers["content-security-policy"]
    assert "evil.example" not in login.post(path, data={**fields_of(page.text), "account": "all"}).headers

    assert silently(login)["error"] == "login_required"
    assert "signed out" in login.get(path).text


def test_a_program_signs_a_person_out_with_the_token_it_was_given(
    people: People, login: TestClient, automation: Application
) -> None:
    """RP-Initiated Logout: id_token_hint says whom; the way back is a registered address, with the state."""
    sign_in(login, people.technician.upn)
    code = silently(login)["code"]
    token = ask(
        login, "organizations", grant_type="authorization_code", client_id=AZURE_CLI, code=code,
        redirect_uri=authorization()["redirect_uri"], code_verifier=VERIFIER, scope=AZ_SCOPE,
    ).json()["id_token"]  # fmt: skip
    sign_in(login, people.owner.upn)
    asks = login.get(
        "/organizations/oauth2/v2.0/logout",
        params={"client_id": automation.app_id, "post_logout_redirect_uri": SITE},
    )
    assert "form-action 'self' https://app.example" in asks.headers["content-security-policy"]

    given = login.get(
        "/organizations/oauth2/v2.0/logout",
        params={"id_token_hint": token, "client_id": automation.app_id, "post_logout_redirect_uri": SITE, "state": "x"},
    )

    assert given.headers["location"] == f"{SITE}?state=x"
    assert "code" in silently(login, login_hint=people.owner.upn)
    assert silently(login, login_hint=people.technician.upn)["error"] == "login_required"


def test_a_program_that_is_not_ours_is_let_act_once(people: People, login: TestClient, automation: Application) -> None:
    """The page says who asks for what; what was accepted is remembered, and more is asked for again."""
    sign_in(login, people.technician.upn)
    assert silently(login, **theirs(automation))["error"] == "consent_required"
    page = login.get(PAGE, params=asked(**theirs(automation)))

    assert page.status_code == 200
    for said in ("Ticket desk", "Fabrikam", "Use Azure Resource Manager as you", "Sign you in"):
        assert said in page.text
    given = login.post(PAGE, data={**fields_of(page.text), "accept": "1"})

    assert "code" in answer_of(given.headers["location"])
    assert "code" in silently(login, **theirs(automation))
    more = "https://graph.microsoft.com/User.Read openid"
    assert silently(login, **theirs(automation, scope=more))["error"] == "consent_required"
    assert "Accept" in login.get(PAGE, params=asked(prompt="consent", **theirs(automation))).text


def test_cancel_goes_back_with_access_denied(people: People, login: TestClient, automation: Application) -> None:
    """Nothing is remembered then."""
    sign_in(login, people.technician.upn)
    page = login.get(PAGE, params=asked(**theirs(automation)))

    given = login.post(PAGE, data={**fields_of(page.text), "cancel": "1"})

    assert answer_of(given.headers["location"])["error"] == "access_denied"
    assert "AADSTS65004" in answer_of(given.headers["location"])["error_description"]
    assert silently(login, **theirs(automation))["error"] == "consent_required"


def test_a_page_elsewhere_cannot_consent(people: People, login: TestClient, automation: Application) -> None:
    """The form carries a value that only this browser's own pages know."""
    sign_in(login, people.technician.upn)
    page = login.get(PAGE, params=asked(**theirs(automation)))
    forged = {**fields_of(page.text), "accept": "1"}

    foreign = login.post(PAGE, data=forged, headers={"origin": "https://evil.example"})
    guessed = login.post(PAGE, data={**forged, "csrf": "x" * 32})

    assert "location" not in foreign.headers and "location" not in guessed.headers
    assert silently(login, **theirs(automation))["error"] == "consent_required"


def test_an_administrator_answers_for_everybody(people: People, login: TestClient, automation: Application) -> None:
    """Only administrators are offered it; nobody else in the tenant is asked then."""
    from dataclasses import replace

    with people.writing() as call:
        service.put_user(call, replace(people.technician, directory_roles=GLOBAL))
        second = service.put_user(call, naming.member(people.fabrikam, "second"))
        credentials.set_password(call, second.id, PASSWORD, CHEAP)
    sign_in(login, people.technician.upn)
    page = login.get(PAGE, params=asked(**theirs(automation)))
    assert 'name="for_all"' in page.text
    login.post(PAGE, data={**fields_of(page.text), "accept": "1", "for_all": "1"})
    login.cookies.clear()

    sign_in(login, "second@fabrikam.example")
    assert "code" in silently(login, **theirs(automation))


def test_nobody_else_answers_for_everybody(people: People, login: TestClient, automation: Application) -> None:
    """A form that claims it is refused: AADSTS90094."""
    sign_in(login, people.technician.upn)
    page = login.get(PAGE, params=asked(**theirs(automation)))
    assert 'name="for_all"' not in page.text

    given = login.post(PAGE, data={**fields_of(page.text), "accept": "1", "for_all": "1"})

    assert "AADSTS90094" in given.text
    assert silently(login, **theirs(automation))["error"] == "consent_required"


def test_an_administrator_lets_a_program_of_another_tenant_in(
    people: People, login: TestClient, automation: Application
) -> None:
    """The admin consent endpoint makes the service principal of a program that is for other tenants too."""
    from dataclasses import replace

    path = f"/{people.contoso.id}/v2.0/adminconsent"
    ask_for = {
        "client_id": automation.app_id,
        "redirect_uri": SITE,
        "state": "x",
        "scope": "https://graph.microsoft.com/.default",
    }
    shown = login.get(path, params=ask_for)
    alone = login.post(path, data={**fields_of(shown.text), "username": people.owner.upn, "password": PASSWORD})
    assert "AADSTS700016" in alone.text  # it is for its own tenant only
    with people.writing() as call:
        service.put_application(call, replace(automation, audience=Audience.ANY_TENANT))
    assert "AADSTS90094" in login.get(path, params=ask_for).text
    with people.writing() as call:
        service.put_user(call, replace(people.owner, directory_roles=GLOBAL))

    page = login.get(path, params=ask_for)
    given = login.post(path, data={**fields_of(page.text), "accept": "1"})

    told = answer_of(given.headers["location"])
    assert (told["admin_consent"], told["tenant"], told["state"]) == ("True", people.contoso.id, "x")
    with people.reading() as call:
        principals = service.list_objects(call, people.contoso.id, people.automation.type)
    assert [one.display_name for one in principals] == ["Ticket desk"]
    assert login.get(path, params={**ask_for, "redirect_uri": "https://evil.example"}).status_code == 400


def code_of(people: People, secret: str) -> str:
    people.now.passes(seconds=60)
    return one_time_codes.code_of(secret, one_time_codes.step_of(people.office.clock.wall()))


def test_a_second_factor_is_set_up_on_ones_own_page_and_asked_for(people: People, login: TestClient) -> None:
    """Enrolled once, asked for at each sign-in; the tokens say mfa, refreshed ones too."""
    shown = login.get("/account")
    page = login.post(
        "/account", data={**fields_of(shown.text), "username": people.technician.upn, "password": PASSWORD}
    )
    page = login.post("/account", data={**fields_of(page.text), "step": "begin"})
    secret = re.sub(r"\s", "", re.findall(r'id="key">([^<]*)<', page.text)[0])
    wrong = login.post("/account", data={**fields_of(page.text), "step": "confirm", "code": "000000"})
    assert wrong.status_code == 400 and "AADSTS500121" in wrong.text
    done = login.post("/account", data={**fields_of(page.text), "step": "confirm", "code": code_of(people, secret)})
    assert "set up" in done.text
    login.cookies.clear()

    shown = login.get(PAGE, params=asked())
    page = login.post(PAGE, data={**fields_of(shown.text), "username": people.technician.upn, "password": PASSWORD})
    assert 'name="otp"' in page.text and "location" not in page.headers
    assert silently(login)["error"] == "login_required"
    wrong = login.post(PAGE, data={**fields_of(page.text), "otp": "000000"})
    assert "AADSTS500121" in wrong.text
    given = login.post(PAGE, data={**fields_of(page.text), "otp": code_of(people, secret)})
    body = ask(
        login, "organizations", grant_type="authorization_code", client_id=AZURE_CLI,
        code=answer_of(given.headers["location"])["code"], redirect_uri=authorization()["redirect_uri"],
        code_verifier=VERIFIER, scope=AZ_SCOPE,
    ).json()  # fmt: skip
    refreshed = ask(
        login, "organizations", grant_type="refresh_token", client_id=AZURE_CLI, refresh_token=body["refresh_token"],
        scope=AZ_SCOPE,
    ).json()  # fmt: skip

    for token in (body["access_token"], refreshed["access_token"]):
        assert claims(token)["amr"] == ["pwd", "mfa"]
    assert (
        people.verifier()
        .verify_access_token(body["access_token"], people.office.clock.now(), ["https://management.core.windows.net/"])
        .mfa
    )


def test_a_password_alone_is_not_enough_where_no_code_can_be_asked_for(people: People, login: TestClient) -> None:
    """AADSTS50076: the password grant has no page."""
    factors = SecondFactors(people.office)
    secret = factors.begin(people.technician).secret
    factors.confirm(people.technician, code_of(people, secret))

    given = ask(
        login, "organizations", grant_type="password", client_id=AZURE_CLI, username=people.technician.upn,
        password=PASSWORD, scope=AZ_SCOPE,
    )  # fmt: skip

    assert (given.status_code, given.json()["error_codes"]) == (400, [50076])


def test_the_second_step_is_soon_or_the_password_again(people: People, login: TestClient) -> None:
    """Ten minutes between password and code."""
    factors = SecondFactors(people.office)
    secret = factors.begin(people.technician).secret
    factors.confirm(people.technician, code_of(people, secret))
    shown = login.get(PAGE, params=asked())
    page = login.post(PAGE, data={**fields_of(shown.text), "username": people.technician.upn, "password": PASSWORD})
    people.now.passes(minutes=11)

    late = login.post(PAGE, data={**fields_of(page.text), "otp": code_of(people, secret)})

    assert 'name="password"' in late.text and "location" not in late.headers


def test_a_device_is_let_in_by_the_account_one_chooses(people: People, login: TestClient) -> None:
    """Somebody who is signed in still says for whom the device is."""
    sign_in(login, people.technician.upn)
    given = login.post("/organizations/oauth2/v2.0/devicecode", data={"client_id": AZURE_CLI, "scope": AZ_SCOPE}).json()
    page = login.get("/devicelogin")
    page = login.post("/devicelogin", data={**fields_of(page.text), "user_code": given["user_code"]})
    assert "Choose an account" in page.text and "the code" in page.text

    done = login.post("/devicelogin", data={**fields_of(page.text), "account": people.technician.id})

    assert "You are signed in" in done.text
    body = ask(
        login, "organizations", client_id=AZURE_CLI, device_code=given["device_code"],
        grant_type="urn:ietf:params:oauth:grant-type:device_code",
    ).json()  # fmt: skip
    assert claims(body["access_token"])["oid"] == people.technician.id


def test_a_device_of_a_program_that_is_not_ours_asks_for_leave(people: People, login: TestClient) -> None:
    """The consent page comes on the device's way too."""
    app = Application(people.automation.app_id, people.fabrikam.id, "Ticket desk", public_client=True)
    with people.writing() as call:
        service.put_application(call, app)
    given = login.post(
        "/organizations/oauth2/v2.0/devicecode", data={"client_id": app.app_id, "scope": AZ_SCOPE}
    ).json()
    page = login.get("/devicelogin")
    page = login.post("/devicelogin", data={**fields_of(page.text), "user_code": given["user_code"]})
    page = login.post(
        "/devicelogin", data={**fields_of(page.text), "username": people.technician.upn, "password": PASSWORD}
    )
    assert "asks for your permission" in page.text

    done = login.post("/devicelogin", data={**fields_of(page.text), "accept": "1"})

    assert "You are signed in" in done.text


def test_the_configuration_says_where_to_sign_out(login: TestClient) -> None:
    """`end_session_endpoint`."""
    page = login.get("/organizations/v2.0/.well-known/openid-configuration").json()

    assert page["end_session_endpoint"].endswith("/organizations/oauth2/v2.0/logout")
