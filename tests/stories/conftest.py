"""One server for all stories, once on each kind of database; each story brings its own cast."""

import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import new_postgresql
from tests.server import DEMO_WORLD, Server
from tests.stories.cast import Cast

KINDS = ["sqlite", "postgresql"]  # tests/scheduling.py reads these from the names of tests
on_sqlite = pytest.mark.parametrize("town", KINDS[:1], indirect=True)
on_postgresql = pytest.mark.parametrize("town", KINDS[1:], indirect=True)
"""For stories in which the kind of database makes no difference."""


@pytest.fixture(scope="session", params=KINDS)
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server with the demonstration's world."""
    data: Path = tmp_path_factory.mktemp(f"town-{request.param}")
    if request.param == "sqlite":
        server = Server(data, DEMO_WORLD).start()
        yield server
        assert server.stop() == 0
        return
    with new_postgresql(request.getfixturevalue("postgresql_url")) as url:
        server = Server(data, DEMO_WORLD, database=url).start()
        yield server
        assert server.stop() == 0


@pytest.fixture
def cast(request: pytest.FixtureRequest, town: Server) -> Cast:
    """Provider and customers of this story alone."""
    return Cast(town, _name_of(request))


@pytest.fixture
def make_cast(request: pytest.FixtureRequest) -> Callable[[Server], Cast]:
    """A cast of this story on whatever server it names."""
    return lambda server: Cast(server, _name_of(request))


def _name_of(request: pytest.FixtureRequest) -> str:
    """A publisher id is at most fifty characters, lower case: the story's own words, shortened, and what tells it apart."""
    words = re.sub(r"[^a-z0-9]+", "-", request.node.originalname.removeprefix("test_").lower())
    return f"{words[:30].strip('-')}-{zlib.crc32(request.node.nodeid.encode()):08x}"
