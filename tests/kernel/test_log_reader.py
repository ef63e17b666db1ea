"""A reader of the log deals with each entry once and in order, and no entry holds it up for ever. On both databases."""

from dataclasses import dataclass, field

import pytest

from lightkeeper.kernel import log_reader
from lightkeeper.kernel.call import OPERATOR, Call
from lightkeeper.kernel.log import Entry, Event
from lightkeeper.kernel.log_reader import LogReader
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import NotFound


@dataclass
class Desk:
    """Deals with entries, but not with those of `bad` revisions."""

    bad: set[int] = field(default_factory=set)
    dealt: list[int] = field(default_factory=list)

    def reader(self, *waits: float) -> LogReader:
        return LogReader("test", ["A"], self._act, portion=3, waits=waits)

    def _act(self, call: Call, entry: Entry) -> None:
        if entry.revision in self.bad:
            raise KeyError("subject")
        self.dealt.append(entry.revision)


def happen(office: Office, count: int, kind: str = "A") -> None:
    with office.writing(OPERATOR) as call:
        call.open_to_all("a test")
        for _ in range(count):
            call.record(Event(kind, "Test/things/write"))


def aside(office: Office) -> list[tuple[int, str, bool]]:
    with office.database.read() as connection:
        return [(one.revision, one.reason, one.asked_again) for one in log_reader.set_aside(connection)]


def to_end(reader: LogReader, office: Office) -> None:
    while reader.follow(office):
        pass


def test_entries_of_the_kinds_it_reads_are_dealt_with_once_and_in_order(office: Office) -> None:
    desk = Desk()
    happen(office, 4)
    happen(office, 1, "B")
    happen(office, 2)

    to_end(desk.reader(), office)
    to_end(desk.reader(), office)

    assert desk.dealt == [1, 2, 3, 4, 6, 7]


def test_an_entry_that_always_fails_is_set_aside_and_later_ones_go_on(office: Office) -> None:
    """Nobody is held up for ever: after its tries the entry is put aside with the reason."""
    desk = Desk(bad={2})
    happen(office, 3)

    to_end(desk.reader(), office)

    assert set(desk.dealt) == {1, 3}
    assert aside(office) == [(2, "KeyError: 'subject'", False)]


def test_it_waits_before_it_tries_again(office: Office) -> None:
    """An entry behind a failing one waits with it, for a fault may be gone in a moment."""
    desk = Desk(bad={1})
    happen(office, 2)
    reader = desk.reader(60.0)

    to_end(reader, office)
    desk.bad.clear()
    to_end(reader, office)

    assert desk.dealt == [] and aside(office) == []


def test_a_fault_that_goes_away_in_time_costs_nothing(office: Office) -> None:
    desk = Desk(bad={1})
    happen(office, 2)
    reader = desk.reader(0.0)

    assert reader.follow(office) is False
    desk.bad.clear()
    to_end(reader, office)

    assert desk.dealt == [1, 2] and aside(office) == []


def test_the_operator_may_have_it_tried_again(office: Office) -> None:
    """What was set aside is dealt with once its cause is gone, and stays aside while it is not."""
    desk = Desk(bad={1, 2})
    happen(office, 3)
    reader = desk.reader()
    to_end(reader, office)

    desk.bad = {1}
    for revision in (1, 2):
        with office.writing(OPERATOR) as call:
            log_reader.ask_again(call, "test", revision)
    to_end(reader, office)

    assert desk.dealt[-1] == 2
    assert aside(office) == [(1, "KeyError: 'subject'", False)]


def test_what_was_not_set_aside_cannot_be_tried_again(office: Office) -> None:
    with pytest.raises(NotFound) as refused, office.writing(OPERATOR) as call:
        log_reader.ask_again(call, "test", 7)

    assert refused.value.code == "EntryNotSetAside"
