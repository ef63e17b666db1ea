"""The log: revisions without gaps in the order of commit, and a chain that shows tampering. On both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, update

from lightkeeper.kernel import log
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office


def happen(office: Office, *kinds: str) -> int:
    with office.writing(OPERATOR) as call:
        call.open_to_all("a test")
        for kind in kinds:
            call.record(Event(kind, "Test/things/write", body={"kind": kind}))
    return call.revision


def verdict_of(office: Office) -> log.Verdict:
    with office.database.read() as connection:
        return log.verify(connection)


def test_revisions_count_from_one_without_gaps(office: Office) -> None:
    happen(office, "A", "B")
    happen(office, "C")

    with office.database.read() as connection:
        entries = log.after(connection, 0)

    assert [(entry.revision, entry.kind) for entry in entries] == [(1, "A"), (2, "B"), (3, "C")]


def test_a_call_learns_the_revision_it_made(office: Office) -> None:
    happen(office, "A")

    assert happen(office, "B", "C") == 3


def test_a_transaction_that_fails_gives_its_number_back(office: Office) -> None:
    with pytest.raises(RuntimeError), office.writing(OPERATOR) as call:
        call.open_to_all("a test")
        call.record(Event("Lost", "Test/things/write"))
        raise RuntimeError

    assert happen(office, "Kept") == 1


def test_concurrent_writers_leave_no_gap_and_an_intact_chain(office: Office) -> None:
    with ThreadPoolExecutor(8) as pool:
        revisions = list(pool.map(lambda n: happen(office, f"K{n}"), range(60)))

    assert sorted(revisions) == list(range(1, 61))
    assert verdict_of(office) == log.Verdict(60, 60, verdict_of(office).head_hash, None)


def test_readers_in_this_process_hear_of_a_change_before_its_writer_goes_on(office: Office) -> None:
    heard: list[int] = []
    office.readers.append(lambda entries: heard.extend(entry.revision for entry in entries))

    happen(office, "A", "B")

    assert heard == [1, 2]


def test_a_changed_row_shows(office: Office) -> None:
    happen(office, "A", "B", "C")
    with office.database.write() as connection:
        connection.execute(update(log.events).where(log.events.c.revision == 2).values(operation="Other/things/write"))

    assert verdict_of(office).fault == "revision 2 was changed after it was written"


def test_a_missing_row_shows(office: Office) -> None:
    happen(office, "A", "B", "C")
    with office.database.write() as connection:
        connection.execute(delete(log.events).where(log.events.c.revision == 2))

    assert verdict_of(office).fault == "revision 2 is missing; 3 follows instead"


def test_a_row_rehashed_by_a_forger_no_longer_fits_its_successor(office: Office) -> None:
    happen(office, "A", "B")
    with office.database.write() as connection:
        connection.execute(update(log.events).where(log.events.c.revision == 1).values(hash="f" * 64))

    assert verdict_of(office).fault is not None


def test_a_cursor_remembers_how_far_a_reader_came(office: Office) -> None:
    happen(office, "A", "B", "C")
    with office.database.write() as connection:
        log.move_cursor(connection, "me", 2)

    with office.database.read() as connection:
        behind = log.after(connection, log.cursor_of(connection, "me"))

    assert [entry.kind for entry in behind] == ["C"]
