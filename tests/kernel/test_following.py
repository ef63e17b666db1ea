"""A process that cannot take in a change serves nobody by what it knew before."""

from dataclasses import dataclass, field

import pytest
from sqlalchemy import Connection

from lightkeeper import following
from lightkeeper.directory.model import ObjectId, TenantId
from lightkeeper.following import Follower
from lightkeeper.kernel import log
from lightkeeper.kernel.call import OPERATOR, Caller, CallerKind
from lightkeeper.kernel.log import Entry, Event
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Unavailable

ANNA = Caller(ObjectId("a"), TenantId("t"), "anna", CallerKind.USER, TenantId("t"), ObjectId("a"))


@dataclass
class Rights:
    """Something that follows the log, and cannot take in entries of some kinds, or not even the state tables."""

    bad: set[str] = field(default_factory=set)
    tables_are_bad: bool = False
    known: int = 0
    began: int = 0

    def follow(self, entries: list[Entry]) -> None:
        if self.bad & {entry.kind for entry in entries}:
            raise KeyError("scope_key")
        self.known = entries[-1].revision

    def start_over(self, connection: Connection) -> int:
        if self.tables_are_bad:
            raise KeyError("scope_key")
        self.began += 1
        self.known = log.head_of(connection)[0]
        return self.known


def following_in(office: Office, rights: Rights) -> Follower:
    follower = Follower(office, [rights.follow], rights.start_over)
    office.readers.append(follower.told)
    return follower


def happen(office: Office, kind: str) -> None:
    with office.writing(OPERATOR) as call:
        call.open_to_all("a test")
        call.record(Event(kind, "Test/things/write"))


def look_in(office: Office, caller: Caller) -> None:
    with office.reading(caller) as call:
        call.open_to_all("a test")


def test_an_entry_that_cannot_be_taken_in_makes_the_readers_start_over(office: Office) -> None:
    """It may be a revocation, so it is not passed over; what it did stands in the state tables."""
    rights = Rights(bad={"Revoked"})
    follower = following_in(office, rights)

    happen(office, "Granted")
    happen(office, "Revoked")

    assert (rights.known, follower.revision, rights.began) == (2, 2, 2)
    look_in(office, ANNA)


def test_while_rights_are_not_known_only_the_operator_is_served(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed is committed; nobody is let in by rights from before it, until they are known again."""
    monkeypatch.setattr(following, "FIRST_WAIT", 0.0)
    rights = Rights(bad={"Revoked"})
    follower = following_in(office, rights)

    rights.tables_are_bad = True
    happen(office, "Revoked")
    happen(office, "Granted")  # the operator may still work

    with pytest.raises(Unavailable, match="revision 1 of the log"):
        look_in(office, ANNA)
    with pytest.raises(Unavailable), office.writing(ANNA) as call:
        call.open_to_all("a test")
    assert rights.known == 0

    rights.tables_are_bad = False
    follower.recover()

    look_in(office, ANNA)
    assert rights.known == follower.revision == 2
    happen(office, "Granted")
    assert rights.known == 3


def test_what_another_node_logged_and_cannot_be_taken_in_closes_this_one(office: Office) -> None:
    """Each look takes in what others wrote; from then on nobody is served here by what was known before."""
    rights = Rights(bad={"Revoked"})
    follower = Follower(office, [rights.follow], rights.start_over)
    office.before.append(follower.look)
    happen(office, "Revoked")  # nobody tells this follower

    with pytest.raises(Unavailable):
        look_in(office, ANNA)
    follower.look_now()

    look_in(office, ANNA)
    assert rights.known == 1
