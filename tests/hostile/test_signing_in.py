"""The sign-in surface under attack: what is stolen, replayed, guessed or forged gets nobody in."""

import base64
import hashlib
import html
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from lightkeeper.world import names
from tests.hostile.house import Got, House
from tests.server import AZ_CLIENT

VERIFIER = "v" * 50
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "http://localhost:55555"
SCOPE = "https://management.core.windows.net//.default openid offline_access"
ASKS = {
    "client_id": AZ_CLIENT,
    "response_type": "code",
    "redirect_uri": BACK,
    "scope": SCOPE,
    "state": "s",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}
AUTHORIZE, TOKEN = "/organizations/oauth2/v2.0/authorize", "/organizations/oauth2/v2.0/token"


def page(house: House, **changes: str) -> Got:
    return house.send("GET", AUTHORIZE, query=urlencode({**ASKS, **changes}))


def sign_in(house: House, password: str = "battery staple", name: str = "owner@contoso.example", **changes: str) -> Got:
    shown = page(house)
    cookie = shown.headers["set-cookie"].partition(";")[0]
    fields = {**ASKS, "csrf": cookie.partition("=")[2], "username": name, "password": password, **changes}
    return house.form(AUTHORIZE, {"cookie": cookie}, **fields)


def code_of(got: Got) -> str:
    assert got.status == 303, got.text
    return parse_qs(urlsplit(got.headers["location"]).query)["code"][0]


def redeem(house: House, code: str, **changes: str) -> Got:
    fields = {
        "grant_type": "authorization_code",
        "client_id": AZ_CLIENT,
        "code": code,
        "redirect_uri": BACK,
        "code_verifier": VERIFIER,
        "scope": SCOPE,
    }
    return house.form(TOKEN, **{**fields, **changes})


def test_a_code_is_worth_nothing_without_its_verifier(house: House) -> None:
    """RFC 7636: whoever intercepted the code lacks the verifier."""
    code = code_of(sign_in(house))

    assert redeem(house, code, code_verifier="w" * 50).status == 400
    assert redeem(house, code, code_verifier="").status == 400
    assert redeem(house, code, redirect_uri="http://localhost:1").status == 400
    assert redeem(house, code).status == 200


def test_a_replayed_code_ends_the_session_it_began(house: House) -> None:
    """RFC 6749, 4.1.2: a code used twice was stolen; what came of it is revoked."""
    code = code_of(sign_in(house))
    first = redeem(house, code).json

    assert redeem(house, code).status == 400

    refresh = {"grant_type": "refresh_token", "client_id": AZ_CLIENT, "refresh_token": first["refresh_token"]}
    assert house.form(TOKEN, **refresh, scope=SCOPE).status == 400


@pytest.mark.parametrize(
    "missing", [{"code_challenge": ""}, {"code_challenge_method": "plain"}, {"response_type": "token"}]
)
def test_the_posted_form_is_checked_like_the_request_for_the_page(house: House, missing: dict[str, str]) -> None:
    """RFC 9700, 2.1.1: a form with the challenge cut out gets no code."""
    got = sign_in(house, **missing)

    assert "code=" not in got.headers.get("location", "") + got.text.replace("code_challenge", "")


@pytest.mark.parametrize(
    "uri",
    [
        *(
            "https://evil.example/",
            "http://localhost.evil.example/",
            "http://localhost@evil.example/",
            "javascript:alert(1)",
        ),
        *(
            "http://localhost:1\\@evil.example",
            "//evil.example",
            "http://127.0.0.1.evil.example",
            "http://[::1",
            "data:,x",
        ),
        *("http://localhost:1/#x", "https://localhost:1", "http://localhost\r\nx: y"),
    ],
)
def test_an_answer_is_sent_nowhere_else(house: House, uri: str) -> None:
    """RFC 6749, 10.6: an unregistered address is told to the person, never redirected to."""
    got = page(house, redirect_uri=uri)

    assert got.status == 400
    assert "location" not in got.headers


def test_what_a_program_says_about_itself_is_text_on_every_page(house: House) -> None:
    """Q7: state and names are escaped; the policy forbids scripts of others, framing, and foreign targets."""
    hostile = "\"><script>alert(1)</script>'"
    shown = page(house, state=hostile, login_hint=hostile)
    posted = sign_in(house, response_mode="form_post", state=hostile)

    for got in (shown, posted):
        assert "<script>alert" not in got.text
        assert "frame-ancestors 'none'" in got.headers["content-security-policy"]
        assert got.headers["x-frame-options"] == "DENY"
    [kept] = re.findall(r'name="state" value="([^"]*)"', posted.text)
    assert html.unescape(kept) == hostile


@pytest.mark.parametrize(
    "headers", [{}, {"cookie": "__Host-lightkeeper-csrf=" + "x" * 30}, {"origin": "https://evil.example"}]
)
def test_a_form_of_somebody_elses_page_signs_nobody_in(house: House, headers: dict[str, str]) -> None:
    """A page elsewhere can post our form, but not with the value this browser holds."""
    got = house.form(
        AUTHORIZE, headers, **ASKS, csrf="y" * 30, username="owner@contoso.example", password="battery staple"
    )

    assert got.status == 400
    assert "code=" not in got.headers.get("location", "")


def ask_by_password(house: House, name: str, password: str, tenant: str = "organizations") -> str:
    fields = {"grant_type": "password", "client_id": AZ_CLIENT, "username": name, "password": password, "scope": SCOPE}
    got = house.form(f"/{tenant}/oauth2/v2.0/token", **fields)
    return "" if got.status == 200 else re.findall(r"AADSTS\d+", got.json["error_description"])[0]


def test_no_spelling_and_no_tenant_gives_more_guesses(own_house: House) -> None:
    """Smart lockout: ten wrong passwords lock the account, however its name is written and wherever it is tried."""
    spellings = [
        "reader@contoso.example",
        "READER@contoso.example",
        "Reader@Contoso.Example",
        " reader@contoso.example ",
    ]
    tenants = ["organizations", "contoso.example", "common"]
    for n in range(10):
        ask_by_password(own_house, spellings[n % 3], f"wrong {n}", tenants[n % 3])

    assert ask_by_password(own_house, "reader@contoso.example", "battery reads") == "AADSTS50053"


def test_an_unknown_account_sounds_like_a_wrong_password(house: House) -> None:
    """OWASP: the answer does not tell which accounts exist."""
    known = ask_by_password(house, "guest@contoso.example", "wrong")

    assert known == ask_by_password(house, "nobody@contoso.example", "wrong") == "AADSTS50126"
    assert ask_by_password(house, "nobody@nowhere.example", "wrong") == "AADSTS50126"


def test_a_refresh_token_serves_its_own_program_only_and_dies_when_it_comes_back_late(own_house: House) -> None:
    """RFC 9700, 4.14: one that is used again later has been copied, and the session ends."""
    from datetime import timedelta

    first = redeem(own_house, code_of(sign_in(own_house))).json["refresh_token"]
    ask = {"grant_type": "refresh_token", "client_id": AZ_CLIENT, "scope": SCOPE}
    assert (
        own_house.form(
            TOKEN, **{**ask, "client_id": "1950a258-227b-4e31-a9cf-717495945fc2"}, refresh_token=first
        ).status
        == 400
    )
    second = own_house.form(TOKEN, **ask, refresh_token=first).json["refresh_token"]
    own_house.inner.office.clock.shift = timedelta(minutes=5)

    assert own_house.form(TOKEN, **ask, refresh_token=first).status == 400
    assert own_house.form(TOKEN, **ask, refresh_token=second).status == 400


def test_an_invented_name_is_locked_like_a_real_one(own_house: House) -> None:
    """OWASP: neither the answers nor the lock tell which accounts exist."""
    told = {
        name: [ask_by_password(own_house, name, f"wrong {n}") for n in range(12)]
        for name in ("reader@contoso.example", "nobody@contoso.example", "nobody@nowhere.example")
    }

    assert len({tuple(one) for one in told.values()}) == 1
    assert told["reader@contoso.example"][-1] == "AADSTS50053"


@pytest.mark.parametrize(
    "assertion",
    [
        "a.b.c",
        "eyJhbGciOiJub25lIn0.e30.",
        "." * 1000,
        "A" * 60_000,
        ".".join((base64.urlsafe_b64encode(b'{"alg":"RS256"}').decode().rstrip("="), "e30", "AA")),
    ],
)
def test_any_assertion_is_answered_with_a_refusal(house: House, assertion: str) -> None:
    """Nothing that a program presents makes the server stumble, or ask an address that the program names."""
    got = house.form(
        "/fabrikam.example/oauth2/v2.0/token",
        grant_type="client_credentials",
        client_id=names.app_id("fabrikam", "automation"),
        client_assertion_type="urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion=assertion,
        scope=SCOPE.split(maxsplit=1)[0],
    )

    assert (got.status, got.json["error"], got.json["error_codes"]) == (401, "invalid_client", [50027])


@pytest.mark.parametrize("cookie", ["x" * 43, "\u00e9" * 30, "a" * 5000, "' or 1=1 --" * 3, ""])
def test_an_invented_session_is_nobodys(house: House, cookie: str) -> None:
    """A cookie is looked up by its digest, and only one of the right length at all."""
    header = f"__Host-lightkeeper-session={cookie}".encode("latin-1", "replace").decode("latin-1")
    got = house.send("GET", AUTHORIZE, headers={"cookie": header}, query=urlencode({**ASKS, "prompt": "none"}))

    assert got.status == 303
    assert "login_required" in got.headers["location"]
