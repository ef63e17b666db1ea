"""Who asks, when, under which correlation id, in which transaction: the first argument of every service.

A service authorizes on its first line, reads and writes through `call.connection`, and records what it changed. It
never commits and never reads the clock or the environment. A call that answers without having been authorized is a
bug that `Office` (kernel/office.py) turns into an error.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType, Protocol

from sqlalchemy import Connection

from lightkeeper.kernel import database
from lightkeeper.kernel.log import Event

TenantId = NewType("TenantId", str)
ObjectId = NewType("ObjectId", str)


class CallerKind(StrEnum):
    """What kind of principal asks."""

    USER = "User"
    APPLICATION = "Application"  # a service principal
    OPERATOR = "Operator"  # holds the data folder: may do everything, and is logged as such
    PLATFORM = "Platform"  # we ourselves: a workflow, a clock


@dataclass(frozen=True, slots=True)
class Caller:
    """The one who asks, as the token says.

    `tenant_id` is the tenant whose directory the caller is in for this call (the token's tenant), `home_tenant_id` the
    one the account belongs to; they differ for a guest. All ids are lower case.
    """

    object_id: ObjectId
    tenant_id: TenantId
    name: str  # user principal name, or the application id
    kind: CallerKind
    home_tenant_id: TenantId
    home_object_id: ObjectId
    app_id: str = ""
    mfa: bool = False

    @property
    def is_guest(self) -> bool:
        """Return whether the account belongs to another tenant than the one it acts in."""
        return self.home_tenant_id != self.tenant_id

    @property
    def unrestricted(self) -> bool:
        """Return whether no role is asked for: the operator and the platform itself."""
        return self.kind in (CallerKind.OPERATOR, CallerKind.PLATFORM)


NOBODY = TenantId("00000000-0000-0000-0000-000000000000")
OPERATOR = Caller(ObjectId("operator"), NOBODY, "operator", CallerKind.OPERATOR, NOBODY, ObjectId("operator"))
PLATFORM = Caller(ObjectId("platform"), NOBODY, "platform", CallerKind.PLATFORM, NOBODY, ObjectId("platform"))


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the request looked like, for the activity log."""

    method: str = ""
    uri: str = ""
    client_request_id: str = ""
    client_address: str = ""


class Gate(Protocol):
    """Decides who may do what; fulfilled by access (bootstrap)."""

    def allows(self, call: "Call", action: str, scope: str) -> bool:
        """Return whether the caller may do `action` at `scope`."""
        ...

    def demand(self, call: "Call", action: str, scope: str) -> None:
        """Return quietly when the caller may do `action` at `scope`; raise `Forbidden` with the reason otherwise."""
        ...


@dataclass(slots=True)
class Call:
    """One request, or one step of a workflow."""

    caller: Caller
    now: datetime
    correlation_id: str
    connection: Connection
    gate: Gate
    occasion: Occasion = Occasion()
    changes: list[Event] = field(default_factory=list)
    authorized: bool = False
    revision: int = 0  # set after the commit: the last revision this call made, 0 when it changed nothing

    def authorize(self, action: str, scope: str) -> None:
        """Return quietly when the caller may do `action` at `scope` (an ARM id); raise `Forbidden` otherwise."""
        self.authorized = True
        self.gate.demand(self, action, scope)

    def allows(self, action: str, scope: str) -> bool:
        """Return whether the caller may do `action` at `scope`; for lists, which show what may be read."""
        self.authorized = True
        return self.gate.allows(self, action, scope)

    def open_to_all(self, why: str) -> None:
        """Declare that this use case needs no role; `why` is a sentence for the reader of the code."""
        assert why
        self.authorized = True

    def record(self, change: Event) -> None:
        """Log `change` with this transaction."""
        self.changes.append(change)

    def hold(self, *names: str) -> None:
        """Keep other writers that name the same thing out until this transaction ends (see database.hold)."""
        database.hold(self.connection, *names)
