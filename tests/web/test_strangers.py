"""Every page and every form of the portal, before people who have no business there."""

import re
from collections.abc import Iterator

import pytest

from lightkeeper.web.frame import Deed, Page
from lightkeeper.web.portal import DEEDS, PAGES
from tests.guards.doors import THING
from tests.house import House
from tests.web.conftest import WORLD
from tests.web.visitors import Visitor

OPEN = {"/portal/publishers", "/portal/publishers/new"}
"""What anybody who is signed in may open: the own accounts, an empty form."""
NAMES = {"publisher": "fabrikam", "offer": "managed-operations", "report": "orders"}


def address(path: str) -> str:
    """Return the address with a name in every place."""
    return re.sub(r"{(\w+)}", lambda found: NAMES.get(found[1], THING), path)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House.of(tmp_path_factory.mktemp("house"), WORLD.read_text())
    yield house
    house.close()


@pytest.mark.parametrize("path", [page.path for page in PAGES])
def test_nobody_is_sent_to_sign_in(house: House, path: str) -> None:
    """Whether or not there is anything at the address."""
    answer = Visitor.of(house).browser.get(address(path), follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(("/portal/sign-in", "/portal/operator"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_stranger_reads_nothing_of_a_publisher(house: House, page: Page) -> None:
    """Pages of the operator ask for the operator's key."""
    path, operator = page.path, page.operator
    answer = Visitor.of(house, "northwind/owner").browser.get(address(path), follow_redirects=False)

    assert answer.status_code == (303 if operator else 200 if path in OPEN else 403)
    assert "Fabrikam" not in answer.text


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.path)
def test_a_strangers_form_changes_nothing(house: House, deed: Deed) -> None:
    """Though it comes from the stranger's own browser, filled in."""
    path, operator = deed.path, deed.operator
    visitor = Visitor.of(house, "northwind/owner").opens("/portal/publishers/new")
    hidden = visitor.forms[-1][1]
    said = {"agree": "yes", "confirm": "managed-operations", "member": "owner@northwind.example", "role": "owner"}
    said |= {
        "status": "Accepted",
        "text": "please",
        "decision": "approve",
        "verdict": "Authorized",
        "check": "business",
    }
    before = len(house.due)
    answer = visitor.browser.post(address(path), data=hidden | said, follow_redirects=False)

    assert answer.status_code == (303 if operator else 400 if path.endswith("/new") else 403)
    assert "done=" not in answer.headers.get("location", "")
    assert len(house.due) == before
