from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lightkeeper.wire.entra.graph.app import graph_app
from lightkeeper.wire.entra.routes import entra_routes
from lightkeeper.wire.entra.settings import EntraSettings
from tests.directory.people import CHEAP, People, people_on

LOGIN = "https://localhost:8443"
GRAPH = "https://localhost:8444"
SETTINGS = EntraSettings(login_url=LOGIN, arm_url=LOGIN, graph_url=GRAPH, portal_url=f"{LOGIN}/portal")


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
    with TestClient(graph_app(people.office, people.verifier(), SETTINGS), base_url=GRAPH) as client:
        yield client
