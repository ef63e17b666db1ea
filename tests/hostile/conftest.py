"""One house for the tests that do not change what others look at, a fresh one for those that do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.hostile import house as houses
from tests.hostile.house import House


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house that every test of a file shares."""
    built = houses.build(tmp_path_factory.mktemp("house"))
    yield built
    houses.close(built)


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    """A house for one test."""
    built = houses.build(tmp_path / "data")
    yield built
    houses.close(built)


@pytest.fixture(autouse=True, scope="session")
def quiet() -> None:
    """Thousands of refused requests need not be told one by one."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40), processors=[_plain_trace])


def _plain_trace(_logger: object, _name: str, event: structlog.typing.EventDict) -> str:
    return str(structlog.processors.format_exc_info(None, "", event))
