"""How often the page of an offer was looked at: counted in memory, added to the table when there is time.

A visit is no change, so it is not logged and does not make a reader wait for a write. What a killed process had not yet
added is lost; counts of visits are no accounts.
"""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, ColumnElement, Connection, Integer, String, Table, func, insert, select, update

from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.database import hold, metadata
from lightkeeper.kernel.office import Office

page_visits = Table(
    "page_visits",
    metadata,
    Column("publisher_id", String(50), primary_key=True),
    Column("offer_id", String(50), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("country", String(8), primary_key=True),
    Column("referral", String(253), primary_key=True),
    Column("visits", Integer, nullable=False),
)

page_visitors = Table(
    "page_visitors",
    metadata,
    Column("publisher_id", String(50), primary_key=True),
    Column("offer_id", String(50), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("country", String(8), primary_key=True),
    Column("referral", String(253), primary_key=True),
    Column("visitor", String(32), primary_key=True),  # a digest: it counts people and names nobody
)

MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits of an offer's page on one day from one country and one referring domain, and of how many people."""

    publisher_id: str
    offer_id: str
    day: str
    country: str
    referral: str
    visits: int
    visitors: int = 0


Key = tuple[str, str, str, str, str]
_NAMES = ("publisher_id", "offer_id", "day", "country", "referral")
_waiting: Counter[Key] = Counter()
_people: dict[Key, set[str]] = {}
_lock = threading.Lock()


def seen(call: Call, publisher_id: str, offer_id: str, referral: str = "") -> None:
    """Count a visit by the caller."""
    tenant = directory.find_tenant(call, call.caller.home_tenant_id)
    country = tenant.country_code if tenant is not None else ""
    key = (publisher_id, offer_id, call.now.date().isoformat(), country, referral[:253])
    about = f"{publisher_id}/{offer_id}/{call.caller.home_object_id}"
    with _lock:
        if len(_waiting) < MOST_KEPT or key in _waiting:
            _waiting[key] += 1
            _people.setdefault(key, set()).add(hashlib.sha256(about.encode()).hexdigest()[:32])


def write_down(office: Office) -> None:
    """Add what was counted to the table."""
    with _lock:
        counted, people = dict(_waiting), dict(_people)
        _waiting.clear()
        _people.clear()
    if counted:
        with office.database.write() as connection:
            hold(connection, "outbound:visits")
            for key, number in counted.items():
                _add(connection, key, number)
                _meet(connection, key, people.get(key, set()))


def _add(connection: Connection, key: Key, number: int) -> None:
    values = dict(zip(_NAMES, key, strict=True))
    where = [page_visits.c[name] == value for name, value in values.items()]
    changed = connection.execute(update(page_visits).where(*where).values(visits=page_visits.c.visits + number))
    if changed.rowcount == 0:
        connection.execute(insert(page_visits).values(**values, visits=number))


def _meet(connection: Connection, key: Key, people: Iterable[str]) -> None:
    values = dict(zip(_NAMES, key, strict=True))
    where = [page_visitors.c[name] == value for name, value in values.items()]
    known = {row.visitor for row in connection.execute(select(page_visitors.c.visitor).where(*where))}
    for visitor in sorted(set(people) - known):
        connection.execute(insert(page_visitors).values(**values, visitor=visitor))


def visits_of(connection: Connection, publisher_id: str, since: date) -> list[Visits]:
    """Return the visits of a publisher's offers since a day."""

    def of_it(table: Table) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return table.c.publisher_id == publisher_id, table.c.day >= since.isoformat()

    places = [page_visitors.c[name] for name in _NAMES]
    met = select(*places, func.count().label("people")).where(*of_it(page_visitors)).group_by(*places)
    people = {tuple(row)[:-1]: row.people for row in connection.execute(met)}
    rows = connection.execute(select(page_visits).where(*of_it(page_visits)))
    return [Visits(**row._mapping, visitors=people.get(tuple(row)[:5], 0)) for row in rows]
