"""A server whose publishing phases last a second, once on each kind of database; each test may kill it and start it again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import new_postgresql
from tests.server import Server
from tests.stories.cast import Cast
from tests.stories.conftest import KINDS, make_cast  # noqa: F401  (a fixture)


@pytest.fixture(scope="session", params=KINDS)
def frail(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running server; a test that ends it leaves it running again."""
    data: Path = tmp_path_factory.mktemp(f"frail-{request.param}")
    options = ("--phase-takes", "PT1S")
    if request.param == "sqlite":
        server = Server(data, options=options).start()
        yield server
        assert server.stop() == 0
        return
    with new_postgresql(request.getfixturevalue("postgresql_url")) as url:
        server = Server(data, database=url, options=options).start()
        yield server
        assert server.stop() == 0


@pytest.fixture
def cast(frail: Server, make_cast: Callable[[Server], Cast]) -> Cast:  # noqa: F811
    """Provider and customers of this test alone."""
    return make_cast(frail)
