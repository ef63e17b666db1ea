"""Locks on the wire: put, read, list and take away at a subscription, group or resource."""

from typing import Any

from lightkeeper.access import actions, locks
from lightkeeper.access.locks import LockAsked
from lightkeeper.access.model import Lock
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, read

VERSIONS = ("2020-05-01", "2017-04-01", "2016-09-01", "2015-06-01", "2015-05-01-preview", "2015-01-01")
TYPE = "Microsoft.Authorization/locks"


class LockProperties(Body):
    """What a client says about a lock."""

    level: str
    notes: str | None = None


class LockBody(Body):
    """The body of a PUT."""

    properties: LockProperties


def put_lock(call: Call, request: ArmRequest) -> Answer:
    """Lock."""
    said = read(LockBody, request.body).properties
    written = locks.put_lock(call, request.id.scope, request.id.name, LockAsked(said.level, said.notes))
    return Answer(201 if written.created else 200, lock_body(written.value))


def get_lock(call: Call, request: ArmRequest) -> Answer:
    """Answer one lock."""
    return Answer(200, lock_body(locks.get_lock(call, request.id.scope, request.id.name)))


def list_locks(call: Call, request: ArmRequest) -> Answer:
    """Answer the locks that bear on the scope; `$filter=atScope()` leaves out those below it."""
    asked = request.query.get("$filter", "").strip().lower()
    if asked not in ("", "atscope()"):
        raise Invalid("InvalidFilterInQueryString", f"The filter '{asked[:100]}' is not supported. Use atScope().")
    found = locks.list_locks(call, request.id.scope, at_scope=bool(asked))
    return Answer(200, {"value": [lock_body(lock) for lock in found]})


def delete_lock(call: Call, request: ArmRequest) -> Answer:
    """Take a lock away; 204 when there was none."""
    return Answer(200 if locks.delete_lock(call, request.id.scope, request.id.name) else 204)


def lock_body(lock: Lock) -> dict[str, Any]:
    """Return a lock as ARM writes it."""
    properties = {"level": lock.level.value}
    if lock.notes is not None:
        properties["notes"] = lock.notes
    return {"properties": properties, "id": lock.id, "type": TYPE, "name": lock.name}


_LIST = "/{scope}/providers/Microsoft.Authorization/locks"
_ITEM = f"{_LIST}/{{name}}"
OPERATIONS = [
    Operation("PUT", _ITEM, actions.WRITE_LOCKS, (200, 201), put_lock, VERSIONS),
    Operation("GET", _ITEM, actions.READ_LOCKS, (200,), get_lock, VERSIONS),
    Operation("DELETE", _ITEM, actions.DELETE_LOCKS, (200, 204), delete_lock, VERSIONS),
    Operation("GET", _LIST, actions.READ_LOCKS, (200,), list_locks, VERSIONS),
]
