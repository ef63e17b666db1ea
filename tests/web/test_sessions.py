"""Who visits the portal, and that nobody else can act for them."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from starlette.testclient import TestClient

from lightkeeper import bootstrap
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.settings import Settings
from lightkeeper.web.sessions import OPERATOR_SESSION, SESSION, Sessions
from lightkeeper.world import apply
from tests.house import CHEAP, ORIGIN, House
from tests.web.conftest import WORLD
from tests.web.visitors import Visitor


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[TestClient]:
    """A browser before a house whose tokens are real."""
    database = Database(f"sqlite:///{tmp_path}/real.db", durable=False)
    built = bootstrap.build(database, Clock())
    with built.office.writing(OPERATOR) as call:
        apply.apply_text(call, WORLD.read_text(), "world.yaml", CHEAP)
    doors = dict.fromkeys(("arm", "login", "graph", "partner", "catalog"), ORIGIN) | {"portal": f"{ORIGIN}/portal"}
    main, _ = bootstrap.apps(built, Settings(tmp_path), doors)
    yield TestClient(main, base_url=ORIGIN)
    database.close()


def test_a_person_signs_in_on_the_sign_in_page_and_comes_back(browser: TestClient) -> None:
    """To the page that was asked for, with a cookie no script can read."""
    visitor = Visitor(None, browser).opens("/portal/publishers/fabrikam")
    assert visitor.page.url.path.endswith("/oauth2/v2.0/authorize")
    assert "Lightkeeper portal" in visitor.page.text

    visitor.fills(visitor.forms[0][0], username="publisher@fabrikam.example", password="correct horse battery")
    assert visitor.page.url.path == "/portal/publishers/fabrikam"
    assert "publisher@fabrikam.example" in visitor.page.text
    [cookie] = [one for one in browser.cookies.jar if one.name == SESSION]
    assert cookie.secure
    assert cookie.has_nonstandard_attr("HttpOnly")

    visitor.fills("/portal/sign-out")
    assert visitor.page.url.path.endswith("/oauth2/v2.0/logout")
    assert SESSION not in browser.cookies
    visitor.fills(visitor.forms[0][0], account="all")
    assert visitor.page.url.path == "/portal"
    assert "Sign in" in visitor.opens("/portal/publishers").text


def test_an_answer_nobody_asked_for_is_refused(browser: TestClient) -> None:
    """A code slipped to a browser (login CSRF) begins no session."""
    page = browser.get("/portal/signed-in?code=stolen&state=guessed")

    assert page.status_code == 400
    assert SESSION not in browser.cookies


def test_the_way_back_leads_into_the_portal_only(browser: TestClient) -> None:
    """No address of another site is followed after the sign-in."""
    for wanted in ("https://evil.example/", "//evil.example/portal/", "/portal//evil.example", "/portal/\\evil"):
        answer = browser.get("/portal/sign-in", params={"next": wanted}, follow_redirects=False)
        trip = parse_qs(answer.headers["set-cookie"].partition("=")[2].partition(";")[0].strip('"'))
        assert trip["next"] == ["/portal/publishers"]


def test_a_form_of_another_site_does_nothing(house: House) -> None:
    """Neither without the token of this browser, nor with another origin."""
    visitor = Visitor.of(house, "fabrikam/publisher").opens("/portal/publishers/fabrikam")
    said = {"member": "technician@fabrikam.example", "role": "owner"}
    action = "/portal/publishers/fabrikam/members"
    hidden = dict(visitor.forms)[action]

    assert visitor.browser.post(action, data=said).status_code == 403
    foreign = visitor.browser.post(action, data=said | hidden, headers={"origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert "technician" not in visitor.opens("/portal/publishers/fabrikam").text.lower()


@pytest.mark.parametrize("path", ["/portal/sign-out", "/portal/operator"])
def test_what_is_no_form_begins_and_ends_nothing(house: House, path: str) -> None:
    """A request of another kind is no form of ours, and no fault of the server's."""
    visitor = Visitor.of(house, "fabrikam/publisher")

    answer = visitor.browser.post(path, json={"key": "x"}, follow_redirects=False)

    assert answer.status_code in (303, 400)
    assert visitor.opens("/portal/publishers/fabrikam").page.status_code == 200


def test_a_page_that_is_not_there_is_a_page(house: House) -> None:
    """With the way on, and with the policy of all pages."""
    visitor = Visitor.of(house, "fabrikam/publisher").opens("/portal/publishers/fabrikam/wishes")

    assert (visitor.page.status_code, visitor.page.headers["x-frame-options"]) == (404, "DENY")
    assert "There is no such page" in visitor.text


def test_the_operators_session_needs_the_key_and_ends(house: House, operator_key: str) -> None:
    """A wrong key begins nothing; a forged or expired seal opens nothing; no token of a person does."""
    visitor = Visitor.of(house).opens("/portal/operator").fills("/portal/operator", key="lko-wrong")
    assert visitor.page.status_code == 400
    assert OPERATOR_SESSION not in visitor.browser.cookies
    assert Visitor.of(house, "contoso/owner").opens("/portal/reviews").page.url.path == "/portal/operator"

    now = house.office.clock.now()
    early = Sessions(lambda _: OPERATOR, lambda: now - timedelta(hours=9), operator_key).sealed()
    other = Sessions(lambda _: OPERATOR, lambda: now, "lko-other").sealed()
    for seal in (early, other, f"{int(time.time()) + 999}.", "x.y", ""):
        visitor.browser.cookies.set(OPERATOR_SESSION, seal)
        assert visitor.opens("/portal/reviews").page.url.path == "/portal/operator"


def test_the_operators_key_is_no_persons_session(house: House, operator_key: str) -> None:
    """The cookie of people does not take it."""
    visitor = Visitor.of(house, operator_key)
    answer = visitor.browser.get("/portal/publishers", follow_redirects=False)
    assert answer.headers["location"].startswith("/portal/sign-in")


def test_pages_load_nothing_from_elsewhere_and_run_nothing(house: House) -> None:
    """The policy of every page says so, and caches keep none."""
    for path in ("/portal", "/portal/publishers", "/portal/operator"):
        headers = Visitor.of(house, "fabrikam/publisher").opens(path).page.headers
        assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'")
        assert "script-src" not in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"
