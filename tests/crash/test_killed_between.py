"""`kill -9` while a configure job works and while a submission lies on the reviewer's desk: both are there afterwards."""

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lightkeeper.access import roles
from lightkeeper.publishing.ingestion.names import VERSION
from lightkeeper.publishing.ingestion.writing import configure_of
from lightkeeper.publishing.offer import offer_of
from tests.server import Server, until
from tests.stories.cast import EXAMPLE, Cast
from tests.stories.conftest import make_cast  # noqa: F401  (a fixture)


@pytest.fixture(scope="session", params=["sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which a person reads every submission and a job or a phase lasts a second."""
    server = Server(tmp_path_factory.mktemp("desk"), options=("--phase-takes", "PT1S", "--human-review")).start()
    yield server
    assert server.stop() == 0


@pytest.fixture
def cast(desk: Server, make_cast: Callable[[Server], Cast]) -> Cast:  # noqa: F811
    return make_cast(desk)


def again(server: Server) -> None:
    server.kill()
    server.start()


def reviewer(server: Server, method: str, path: str, body: Any = None) -> Any:
    """What the marketplace's operator sees and does."""
    key = (server.data / "operator.key").read_text().strip()
    address = f"{server.ready['partner']}/{path}?api-version=2017-10-31"
    return server.send(method, address, json=body, headers={"authorization": f"Bearer {key}"})


def test_a_configure_job_is_done_once(cast: Cast) -> None:
    """Killed while it works: the resources are stored once, and its submission is on its way once."""
    server, publisher = cast.server, cast.person("msp", "publisher")
    before = server.entries()[-1]["revision"]
    logo = (EXAMPLE / "media" / "logo.png").read_bytes()
    body = configure_of(offer_of(cast.offer(), roles), publish=True, url_of=lambda path: _data(logo))
    base = "rp/product-ingestion/configure"

    def ask(method: str, path: str, content: Any = None) -> Any:
        return publisher.to(f"{server.ready['login']}/{path}?$version={VERSION}", method, content).json()

    job = ask("POST", base, body)["jobId"]
    again(server)
    status = until(lambda: (found := ask("GET", f"{base}/{job}/status"))["jobStatus"] != "notStarted" and found)

    assert status["errors"] == []
    kinds = [one["kind"] for one in server.entries(before)]
    assert [kinds.count(kind) for kind in ("ConfigureAccepted", "OfferSubmitted")] == [1, 1]
    assert cast.wait_for("certifying", "attentionNeeded") == "certifying"


def _data(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


def test_what_lies_on_the_desk_stays_there_and_is_decided_once(cast: Cast) -> None:
    """Killed while the reviewer reads, and again right after the decision: one review, one preview."""
    server = cast.server

    def mine() -> Any:
        waiting = reviewer(server, "GET", "reviews").json()["value"]
        return [one for one in waiting if one["publisherId"] == cast.publisher_id]

    cast.submit(cast.offer())
    [waiting] = until(mine)
    again(server)
    assert mine() == [waiting]

    approved = reviewer(server, "POST", f"reviews/{waiting['submissionId']}", {"decision": "approve", "notes": "Good."})
    assert approved.status_code == 200, approved.text
    again(server)
    assert cast.wait_for("awaitingSignOff", "attentionNeeded") == "awaitingSignOff"

    history = cast.person("msp", "publisher").partner("GET", f"{cast.place}/history").json()["value"]
    told = [one["event"] for one in history]
    assert mine() == []
    assert [told.count(f"{phase}: complete") for phase in ("validating", "certifying", "buildingPreview")] == [1, 1, 1]
    late = reviewer(server, "POST", f"reviews/{waiting['submissionId']}", {"decision": "return", "notes": "No."})
    assert late.json()["error"]["code"] == "invalidState"
