"""The one append-only log: every change is a row, in the transaction that makes it.

Revisions have no gaps and follow the order of commit: the head is taken under a lock as the last step before commit,
and a transaction that fails gives its number back. Each row carries the hash of the row before it, so that a change to
any row, a missing row or a reordering shows (`verify`).

Everything that happens *because* of a change reads this table with a cursor of its own.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Row, String, Table, Text, desc, insert, select

from lightkeeper.kernel import encoding
from lightkeeper.kernel.database import Json, UtcTime, hold, metadata
from lightkeeper.kernel.lookup import Lookup

GENESIS = "0" * 64

events = Table(
    "events",
    metadata,
    Column("revision", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcTime, nullable=False),
    Column("tenant_id", String(36)),
    Column("subscription_id", String(36)),
    Column("actor_id", String(64), nullable=False),
    Column("actor_tenant_id", String(36)),
    Column("correlation_id", String(64), nullable=False),
    Column("operation", String(256), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("body", Json, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("ix_events_subscription_id_revision", "subscription_id", "revision"),
    Index("ix_events_tenant_id_revision", "tenant_id", "revision"),
    Index("ix_events_kind_revision", "kind", "revision"),
)

log_cursors = Table(
    "log_cursors",
    metadata,
    Column("reader", String(64), primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("note", Text),
)


_HEAD = Lookup(select(events.c.revision, events.c.hash).order_by(desc(events.c.revision)).limit(1))


@dataclass(frozen=True, slots=True)
class Event:
    """A change about to be logged.

    `operation` is the Azure operation name (`Microsoft.Resources/subscriptions/resourceGroups/write`), `kind` our own
    noun for it (`ResourceGroupWritten`). `tenant_id` is the tenant whose log it belongs to; `body` holds what a reader
    needs to act without opening another table, and never a secret. For the activity log `body` may name `resource_id`
    (the ARM id it happened to), `status` ("Succeeded" when absent), `description` and `resource_type`; the office adds
    `by` (name and kind of the caller, and `http` when there was a request).
    """

    kind: str
    operation: str
    tenant_id: str | None = None
    subscription_id: str | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A logged change."""

    revision: int
    at: datetime
    tenant_id: str | None
    subscription_id: str | None
    actor_id: str
    actor_tenant_id: str | None
    correlation_id: str
    operation: str
    kind: str
    body: Mapping[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found: how many rows it read, the last revision, and the first fault (None when the chain is intact)."""

    rows: int
    head: int
    head_hash: str
    fault: str | None = None


def append(
    connection: Connection,
    changes: Sequence[Event],
    *,
    at: datetime,
    actor_id: str,
    actor_tenant_id: str | None,
    correlation_id: str,
) -> list[Entry]:
    """Append `changes` in order and return them as logged. Must be the last thing a transaction does before commit."""
    hold(connection, "lightkeeper:log-head")
    head, previous = head_of(connection)
    entries = []
    for change in changes:
        head += 1
        facts = {
            "revision": head,
            "at": at,
            "tenant_id": change.tenant_id,
            "subscription_id": change.subscription_id,
            "actor_id": actor_id,
            "actor_tenant_id": actor_tenant_id,
            "correlation_id": correlation_id,
            "operation": change.operation,
            "kind": change.kind,
            "body": encoding.decode(encoding.encode(change.body)),
            "prev_hash": previous,
        }
        previous = _hash(facts)
        entries.append(Entry(**facts, hash=previous))
    connection.execute(
        insert(events), [{name: getattr(entry, name) for name in Entry.__dataclass_fields__} for entry in entries]
    )
    return entries


def head_of(connection: Connection) -> tuple[int, str]:
    """Return the last revision and its hash; (0, GENESIS) for an empty log."""
    row = _HEAD.first(connection)
    return (row.revision, row.hash) if row else (0, GENESIS)


def after(
    connection: Connection, revision: int, *, limit: int = 1000, kinds: Sequence[str] | None = None
) -> list[Entry]:
    """Return the entries behind `revision`, oldest first."""
    query = select(events).where(events.c.revision > revision).order_by(events.c.revision).limit(limit)
    if kinds is not None:
        query = query.where(events.c.kind.in_(kinds))
    return [entry_of(row) for row in connection.execute(query)]


def entry_of(row: Row[Any]) -> Entry:
    """Return a row of `events` as an entry."""
    return Entry(**row._mapping)


def verify(connection: Connection) -> Verdict:
    """Walk the whole chain and say whether it is intact; on a fault, name the first revision that does not fit."""
    rows, expected, previous = 0, 1, GENESIS
    for entry in _all(connection):
        if entry.revision != expected:
            return Verdict(
                rows, entry.revision, previous, f"revision {expected} is missing; {entry.revision} follows instead"
            )
        if entry.prev_hash != previous:
            return Verdict(
                rows,
                entry.revision,
                previous,
                f"revision {entry.revision} does not follow revision {entry.revision - 1}",
            )
        facts = {name: getattr(entry, name) for name in Entry.__dataclass_fields__ if name != "hash"}
        if _hash(facts) != entry.hash:
            return Verdict(
                rows, entry.revision, previous, f"revision {entry.revision} was changed after it was written"
            )
        rows, expected, previous = rows + 1, expected + 1, entry.hash
    return Verdict(rows, expected - 1, previous)


def _all(connection: Connection) -> Iterator[Entry]:
    revision = 0
    while batch := after(connection, revision):
        yield from batch
        revision = batch[-1].revision


def _hash(facts: Mapping[str, Any]) -> str:
    at: datetime = facts["at"]
    return hashlib.sha256(encoding.canonical({**facts, "at": at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")})).hexdigest()


def cursor_of(connection: Connection, reader: str) -> int:
    """Return how far `reader` has read; 0 when it never has."""
    found = connection.execute(select(log_cursors.c.revision).where(log_cursors.c.reader == reader)).scalar()
    return int(found or 0)


def move_cursor(connection: Connection, reader: str, revision: int) -> None:
    """Remember that `reader` has dealt with everything up to `revision`."""
    changed = connection.execute(log_cursors.update().where(log_cursors.c.reader == reader).values(revision=revision))
    if changed.rowcount == 0:
        connection.execute(insert(log_cursors).values(reader=reader, revision=revision))
