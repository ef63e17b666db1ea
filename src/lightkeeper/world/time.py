"""Moving the sandbox's clock: forwards only, kept in the database so that every process and every restart agrees."""

from datetime import timedelta

from sqlalchemy import Connection

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid
from lightkeeper.world import store

LONGEST = timedelta(days=365 * 20)


def restore(connection: Connection, clock: Clock) -> None:
    """Set the clock to the shift the database knows; called at start, and by other processes before they look."""
    clock.shift = store.shift_of(connection)


def advance(call: Call, by: timedelta, *, production: bool = False) -> timedelta:
    """Move the clock forward and return the whole shift; the process's own clock follows once this is committed.

    Only the operator may, and never in production. Raises `Invalid` for a step back, `Conflict` when a clock would be
    moved more than twenty years in all.
    """
    call.open_to_all("only the operator may, checked right below: no role reaches the clock")
    if not call.caller.unrestricted:
        raise Forbidden("AuthorizationFailed", "Only the operator may move the clock.")
    if production:
        raise Conflict("ClockIsReal", "This server runs in production: its clock cannot be moved.")
    if by <= timedelta(0):
        raise Invalid("InvalidDuration", "The clock can only be moved forward. Name a duration longer than zero.")
    call.hold("clock")
    shift = store.shift_of(call.connection) + by
    if shift > LONGEST:
        raise Conflict("ClockTooFar", "The clock cannot be moved more than twenty years ahead.")
    store.save_shift(call.connection, shift)
    body = {"by_seconds": by.total_seconds(), "shift_seconds": shift.total_seconds()}
    call.record(Event("ClockAdvanced", "Lightkeeper/clock/advance/action", body=body))
    return shift
