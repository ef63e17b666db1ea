"""The recorded exchanges of the wire tests, against the descriptions: what one version says is described for that version."""

import re
from pathlib import Path

import pytest
from tests.house import House
from tests.wire.arm.exchanges.runner import WORLD, Exchange, check, exchanges, play, situations

from conformance.descriptions import EVERY_VERSION, PRESENT, Described, asked_for, describing
from conformance.validation import faults_of


def _described_by(exchange: Exchange) -> Described | None:
    version = re.search(r"api-version=([\w-]+)", exchange.path)
    return describing(exchange.method, exchange.path, version[1]) if version else None


@pytest.mark.parametrize("situation", situations())
def test_answers_are_as_described(situation: str, tmp_path: Path) -> None:
    """Every answer of an operation that is described for its version has a described status and shape."""
    house, words, faults = House.of(tmp_path, WORLD.read_text()), dict[str, str](), []
    try:
        for exchange in exchanges(situation):
            reply = play(house, exchange, words)
            check(exchange, reply, words)
            described = _described_by(exchange)
            if described is not None:
                faults += [f"{exchange.file.name}: {fault}" for fault in faults_of(described, reply)]
    finally:
        house.close()

    assert faults == []


def test_every_described_operation_of_managed_services_is_recorded() -> None:
    """All seven versions of the delegation provider are on record, operation by operation."""
    recorded = {
        (one.version, one.method, one.path)
        for situation in situations()
        for exchange in exchanges(situation)
        if (one := _described_by(exchange)) is not None
    }
    there = {
        (one.version, one.method, one.path)
        for one in (asked_for() if PRESENT else ())
        if one.namespace == EVERY_VERSION[0]
    }

    assert there - recorded == set()
