"""How often the page of an offer was looked at: counted in memory, added to the table when there is time.

A visit is no change, so it is not logged and does not make a reader wait for a write. What a killed process had not yet
added is lost; counts of visits are no accounts.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Column, Connection, Integer, String, Table, insert, select, update

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

MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits of an offer's page on one day from one country and one referring domain."""

    publisher_id: str
    offer_id: str
    day: str
    country: str
    referral: str
    visits: int


_waiting: Counter[tuple[str, str, str, str, str]] = Counter()
_lock = threading.Lock()


def seen(call: Call, publisher_id: str, offer_id: str, referral: str = "") -> None:
    """Count a visit by the caller."""
    tenant = directory.find_tenant(call, call.caller.home_tenant_id)
    country = tenant.country_code if tenant is not None else ""
    key = (publisher_id, offer_id, call.now.date().isoformat(), country, referral[:253])
    with _lock:
        if len(_waiting) < MOST_KEPT or key in _waiting:
            _waiting[key] += 1


def write_down(office: Office) -> None:
    """Add what was counted to the table."""
    with _lock:
        counted = dict(_waiting)
        _waiting.clear()
    if counted:
        with office.database.write() as connection:
            hold(connection, "outbound:visits")
            for key, number in counted.items():
                _add(connection, key, number)


def _add(connection: Connection, key: Iterable[str], number: int) -> None:
    names = ("publisher_id", "offer_id", "day", "country", "referral")
    values = dict(zip(names, key, strict=True))
    where = [page_visits.c[name] == value for name, value in values.items()]
    changed = connection.execute(update(page_visits).where(*where).values(visits=page_visits.c.visits + number))
    if changed.rowcount == 0:
        connection.execute(insert(page_visits).values(**values, visits=number))


def visits_of(connection: Connection, publisher_id: str, since: date) -> list[Visits]:
    """Return the visits of a publisher's offers since a day."""
    table = page_visits
    query = select(table).where(table.c.publisher_id == publisher_id, table.c.day >= since.isoformat())
    return [Visits(**row._mapping) for row in connection.execute(query)]
