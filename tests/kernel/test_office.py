"""Calls: authorized or not answered, all or nothing."""

import pytest

from lightkeeper.kernel import log
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office, Unauthorized
from lightkeeper.kernel.problems import Unavailable
from tests.conftest import OpenGate


def test_a_read_that_nobody_authorized_is_not_answered(office: Office) -> None:
    with pytest.raises(Unauthorized), office.reading(OPERATOR):
        pass


def test_a_write_that_nobody_authorized_is_not_kept(office: Office) -> None:
    with pytest.raises(Unauthorized), office.writing(OPERATOR) as call:
        call.record(Event("A", "Test/things/write"))

    with office.database.read() as connection:
        assert log.head_of(connection) == (0, log.GENESIS)


def test_a_call_carries_the_callers_correlation_id(office: Office) -> None:
    with office.writing(OPERATOR, correlation_id="from-the-client") as call:
        call.open_to_all("a test")
        call.record(Event("A", "Test/things/write"))

    with office.database.read() as connection:
        [entry] = log.after(connection, 0)
    assert entry.correlation_id == "from-the-client"


def test_a_database_that_is_away_is_nobodys_fault() -> None:
    """A caller hears that it should come back, whether it wanted to look or to write."""
    away = Office(Database("postgresql://nobody@127.0.0.1:1/none"), Clock(), OpenGate())

    for opening in (away.reading, away.writing):
        with pytest.raises(Unavailable) as refused, opening(OPERATOR):
            pass
        assert (refused.value.code, refused.value.retry_after > 0) == ("ServiceUnavailable", True)
