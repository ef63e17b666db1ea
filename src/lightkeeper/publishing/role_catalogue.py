"""Which built-in roles an offer may name: new ones reach the offer catalogue later than templates (M18).

The operator says when a role arrived; `PublishingSettings.role_delay` later an offer may name it. A role nobody said
anything about has always been there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, String, Table, delete, insert, select

from lightkeeper.access import roles as built_in_roles
from lightkeeper.access.model import Role
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.database import UtcTime, metadata
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import NotFound
from lightkeeper.publishing import members
from lightkeeper.publishing.settings import current

role_arrivals = Table(
    "role_arrivals",
    metadata,
    Column("role_id", String(36), primary_key=True),
    Column("arrived_at", UtcTime, nullable=False),
)


@dataclass(frozen=True, slots=True)
class OfferCatalogue:
    """The built-in roles without those whose day has not come."""

    awaited: Mapping[str, datetime]
    now: datetime

    def role_of(self, role_id: str) -> Role | None:
        """Return the role of a GUID, when offers may name it."""
        role = built_in_roles.role_of(role_id)
        return None if role is not None and self._is_too_new(role) else role

    def role_named(self, name: str) -> Role | None:
        """Return the role of this name; also one that is too new, so that its id is known and the check can refuse it."""
        return built_in_roles.role_named(name)

    def _is_too_new(self, role: Role) -> bool:
        day = self.awaited.get(role.id)
        return day is not None and day > self.now


def catalogue_at(connection: Connection, now: datetime) -> OfferCatalogue:
    """Return the roles an offer may name at this time."""
    return OfferCatalogue(awaited_of(connection, current().role_delay), now)


def awaited_of(connection: Connection, delay: timedelta) -> dict[str, datetime]:
    """Return when each role that arrived lately may be named in offers."""
    return {row.role_id: row.arrived_at + delay for row in connection.execute(select(role_arrivals))}


def note_role_arrival(call: Call, role: str) -> tuple[Role, datetime]:
    """Say that a built-in role is new today, and return it with the day offers may name it; the operator's business.

    Raises `NotFound` when there is no such role.
    """
    members.require_operator(call)
    found = built_in_roles.role_of(role) or built_in_roles.role_named(role)
    if found is None:
        raise NotFound("resourceNotFound", f"There is no built-in role '{role[:100]}'.", target="role")
    connection = call.connection
    connection.execute(delete(role_arrivals).where(role_arrivals.c.role_id == found.id))
    connection.execute(insert(role_arrivals).values(role_id=found.id, arrived_at=call.now))
    body = {"role_id": str(found.id)}
    call.record(Event("RoleArrived", "Lightkeeper.Publishing/roles/write", call.caller.tenant_id, body=body))
    return found, call.now + current().role_delay
