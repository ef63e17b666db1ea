"""What goes over the wire, request by request, as files."""

from pathlib import Path

import pytest

from tests.house import House
from tests.wire.arm.exchanges.runner import WORLD, check, exchanges, play, situations


@pytest.mark.parametrize("situation", situations())
def test_exchange(situation: str, tmp_path: Path) -> None:
    """Each folder tells one situation on a house of its own; each request sees what the ones before it did."""
    house, words = House.of(tmp_path, WORLD.read_text()), dict[str, str]()
    try:
        for exchange in exchanges(situation):
            check(exchange, play(house, exchange, words), words)
    finally:
        house.close()
