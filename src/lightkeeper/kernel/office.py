"""Where calls are made: opens a transaction, hands out the call, logs what it changed, commits, tells the readers.

    with office.reading(caller) as call:  ...
    with office.writing(caller) as call:  ...

Readers of the log (the access index, the workflow starter) are told after the commit, on the writer's thread and before
the caller hears the answer; so whoever got an answer finds every reader in this process at least that far.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from lightkeeper.kernel import log
from lightkeeper.kernel.call import Call, Caller, Gate, Occasion
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database, is_out_of_reach
from lightkeeper.kernel.log import Entry, Event
from lightkeeper.kernel.problems import Conflict, Invalid, Unavailable

Reader = Callable[[list[Entry]], None]

_log = structlog.get_logger("lightkeeper.office")


class Unauthorized(AssertionError):
    """A service finished without asking whether its caller may: our bug, never the caller's fault."""


class Office:
    """Opens calls on one database; while `closed_because` says why not, only for the operator and the platform."""

    def __init__(self, database: Database, clock: Clock, gate: Gate) -> None:
        self.database = database
        self.clock = clock
        self.gate = gate
        self.before: list[Callable[[Connection], None]] = []
        self.readers: list[Reader] = []
        self.revision = 0
        self.closed_because = ""

    @contextmanager
    def reading(self, caller: Caller, *, correlation_id: str = "", occasion: Occasion | None = None) -> Iterator[Call]:
        """Yield a call that may only look.

        Raises `Invalid` for a text the database cannot take, `Unavailable` while it is out of reach or the office closed.
        """
        try:
            with self.database.read() as connection:
                call = self._open(caller, connection, correlation_id, occasion)
                yield call
                _insist_on_authorization(call)
        except DataError as fault:
            raise _unfit() from fault
        except SQLAlchemyError as fault:
            if not is_out_of_reach(fault):
                raise
            raise _out_of_reach(fault) from fault

    @contextmanager
    def writing(self, caller: Caller, *, correlation_id: str = "", occasion: Occasion | None = None) -> Iterator[Call]:
        """Yield a call whose changes are committed together with their log entries when the block ends well.

        Raises `Conflict` when a constraint of the database shows that somebody else was first, `Invalid` for a text the
        database cannot take, `Unavailable` while it is out of reach or the office closed.
        """
        entries: list[Entry] = []
        try:
            with self.database.write() as connection:
                call = self._open(caller, connection, correlation_id, occasion)
                yield call
                _insist_on_authorization(call)
                if call.changes:
                    entries = log.append(
                        connection,
                        _signed(call),
                        at=call.now,
                        actor_id=caller.object_id,
                        actor_tenant_id=caller.tenant_id,
                        correlation_id=call.correlation_id,
                    )
        except IntegrityError as fault:
            raise Conflict(
                "Conflict", "Somebody else changed the same thing at the same time. Read it again and retry."
            ) from fault
        except DataError as fault:
            raise _unfit() from fault
        except SQLAlchemyError as fault:
            if not is_out_of_reach(fault):
                raise
            raise _out_of_reach(fault) from fault
        if entries:
            call.revision = entries[-1].revision
            self.revision = max(self.revision, call.revision)
            for reader in self.readers:
                reader(entries)

    def _open(self, caller: Caller, connection: Connection, correlation_id: str, occasion: Occasion | None) -> Call:
        for prepare in self.before:
            prepare(connection)
        if self.closed_because and not caller.unrestricted:
            raise Unavailable(
                "ServiceUnavailable", f"{self.closed_because} Nothing was done. The operator is told; try again later."
            )
        return Call(
            caller=caller,
            now=self.clock.now(),
            correlation_id=correlation_id or str(uuid.uuid4()),
            connection=connection,
            gate=self.gate,
            occasion=occasion or Occasion(),
        )


def _unfit() -> Invalid:
    """PostgreSQL takes no NUL character and no text beyond its column; what the rules let through ends here."""
    return Invalid(
        "InvalidRequestContent", "A text of the request is longer than can be kept, or contains a NUL character."
    )


def _out_of_reach(fault: SQLAlchemyError) -> Unavailable:
    _log.warning("database_out_of_reach", fault=str(getattr(fault, "orig", None) or fault)[:300])
    return Unavailable(
        "ServiceUnavailable", "The database does not answer or is busy. Nothing was done; send the request again later."
    )


def _signed(call: Call) -> list[Event]:
    """Return the call's changes, each with who asked and how under the key `by`, for the activity log."""
    caller, occasion = call.caller, call.occasion
    by: dict[str, Any] = {"name": caller.name, "kind": caller.kind.value}
    if occasion.method:
        by["http"] = {
            "clientRequestId": occasion.client_request_id,
            "clientIpAddress": occasion.client_address,
            "method": occasion.method,
            "uri": occasion.uri,
        }
    return [replace(change, body={**change.body, "by": by}) for change in call.changes]


def _insist_on_authorization(call: Call) -> None:
    if not call.authorized:
        raise Unauthorized("a service answered without asking whether its caller may")
