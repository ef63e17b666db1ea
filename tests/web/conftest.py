from collections.abc import Iterator
from pathlib import Path

import pytest

from lightkeeper.wire.operator.key import ensure_key
from tests.house import House

WORLD = Path(__file__).parents[1] / "house.yaml"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House.of(tmp_path, WORLD.read_text())
    yield house
    house.close()


@pytest.fixture
def operator_key(tmp_path: Path, house: House) -> str:
    return ensure_key(tmp_path)
