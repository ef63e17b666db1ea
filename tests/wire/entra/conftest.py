from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lightkeeper.wire.entra.graph.app import graph_app
from lightkeeper.wire.entra.routes import entra_routes
from tests.directory.people import CHEAP, People, people_on
from tests.wire.entra.places import GRAPH, LOGIN, SETTINGS
from tests.wire.entra.town import Town, sqlite, town_on


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    people = people_on(f"sqlite:///{tmp_path}/entra.db")
    yield people
    people.office.database.close()


@pytest.fixture
def login(people: People) -> Iterator[TestClient]:
    """A client of the sign-in surface; it follows no redirects."""
    app = Starlette(routes=entra_routes(people.office, SETTINGS, hashing=CHEAP))
    with TestClient(app, base_url=LOGIN, follow_redirects=False) as client:
        yield client


@pytest.fixture
def graph(people: People) -> Iterator[TestClient]:
    with TestClient(graph_app(people.office, people.verifier(), SETTINGS, hashing=CHEAP), base_url=GRAPH) as client:
        yield client


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One directory for a whole file: tests make what they change."""
    with town_on(sqlite(tmp_path_factory.mktemp("town"))) as made:
        yield made
