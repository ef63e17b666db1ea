"""Locks: they keep the customer's own people from deleting or changing what they locked.

A lock is inherited by everything below. It does not stop a provider (L103), nor the operator.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lightkeeper.access import actions, lock_store
from lightkeeper.access.model import Lock, LockLevel
from lightkeeper.access.places import place_of
from lightkeeper.access.scopes import subscription_key
from lightkeeper.kernel import resource_id
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Invalid, NotFound, refuse_if
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Written

LONGEST_NAME, LONGEST_NOTES = 90, 512


@dataclass(frozen=True, slots=True)
class LockAsked:
    """A lock somebody wants."""

    level: str
    notes: str | None = None


def put_lock(call: Call, scope: str, name: str, asked: LockAsked) -> Written[Lock]:
    """Lock a subscription, group or resource. Raises `Invalid` for anything else, `NotFound` when it does not exist."""
    call.authorize(actions.WRITE_LOCKS, scope)
    level = next((known for known in LockLevel if known.lower() == asked.level.lower()), None)
    findings = []
    if level is None:
        message = f"The lock level '{asked.level[:64]}' is not one of CanNotDelete, ReadOnly."
        findings.append(Finding("InvalidLockLevel", "properties.level", message))
    if not 0 < len(name) <= LONGEST_NAME or any(sign in "<>%&?/:" or ord(sign) < 32 for sign in name):
        message = f"The lock name '{name[:LONGEST_NAME]}' has over {LONGEST_NAME} characters or one of <>%&?/:."
        findings.append(Finding("InvalidLockName", "name", message))
    if len(asked.notes or "") > LONGEST_NOTES:
        findings.append(
            Finding("InvalidLockNotes", "properties.notes", f"Notes have at most {LONGEST_NOTES} characters.")
        )
    refuse_if(findings)
    assert level is not None
    parsed = resource_id.parse(scope)
    if parsed.subscription_id is None:
        raise Invalid(
            "InvalidLockScope", f"'{scope[:300]}' cannot be locked: name a subscription, a group or a resource."
        )
    place = place_of(call, scope, must_exist=True)
    resources.require_active(call, parsed.subscription_id)
    if parsed.namespace and resources.find_resource(call, parsed.key) is None:
        raise NotFound("ResourceNotFound", f"The resource '{scope[:300]}' to be locked was not found.")
    call.hold(f"subscription:{parsed.subscription_id.lower()}")
    stored = lock_store.find(call.connection, place.keys[0], name)
    lock = Lock(
        name=stored.name if stored else name,
        scope=parsed.text,
        scope_key=place.keys[0],
        tenant_id=place.home,
        subscription_id=parsed.subscription_id.lower(),
        level=level,
        notes=asked.notes,
        created_at=stored.created_at if stored else call.now,
        created_by=stored.created_by if stored else call.caller.object_id,
    )
    if lock != stored:
        lock_store.save(call.connection, lock)
        call.record(_event("LockWritten", actions.WRITE_LOCKS, lock))
    return Written(lock, created=stored is None)


def get_lock(call: Call, scope: str, name: str) -> Lock:
    """Return the lock of this name at exactly this scope. Raises `NotFound`."""
    call.authorize(actions.READ_LOCKS, scope)
    found = lock_store.find(call.connection, place_of(call, scope, must_exist=True).keys[0], name)
    if found is None:
        raise NotFound("LockNotFound", f"The lock '{name}' could not be found.")
    return found


def list_locks(call: Call, scope: str, *, at_scope: bool = False) -> Sequence[Lock]:
    """Return the locks that bear on `scope`: at it and above it, and unless `at_scope` below it too."""
    call.authorize(actions.READ_LOCKS, scope)
    place = place_of(call, scope, must_exist=True)
    return lock_store.list_around(call.connection, place.keys, None if at_scope else place.keys[0])


def is_locked(call: Call, scope: str) -> bool:
    """Return whether a lock at `scope` or above keeps what is there from being deleted. Authorizes nobody."""
    return bool(lock_store.list_around(call.connection, place_of(call, scope).keys, None))


def delete_lock(call: Call, scope: str, name: str) -> bool:
    """Take a lock away; return whether there was one."""
    call.authorize(actions.DELETE_LOCKS, scope)
    found = lock_store.find(call.connection, place_of(call, scope).keys[0], name)
    if found is None:
        return False
    call.hold(f"subscription:{found.subscription_id}")
    _remove(call, found)
    return True


def forget_at(call: Call, scope_key: str) -> None:
    """Take away the locks at a scope that is gone, and below it; the deletion was authorized."""
    for lock in lock_store.list_around(call.connection, (scope_key,), scope_key):
        _remove(call, lock)


def change_tenant(call: Call, subscription_id: str, tenant_id: str) -> None:
    """Keep the locks of a subscription that changed tenants, as the new one's."""
    key = subscription_key(subscription_id)
    for lock in lock_store.list_around(call.connection, (key,), key):
        lock_store.save(call.connection, replace(lock, tenant_id=tenant_id))


def _remove(call: Call, lock: Lock) -> None:
    lock_store.remove(call.connection, lock)
    call.record(_event("LockDeleted", actions.DELETE_LOCKS, lock))


def _event(kind: str, operation: str, lock: Lock) -> Event:
    return Event(
        kind,
        operation,
        tenant_id=lock.tenant_id,
        subscription_id=lock.subscription_id,
        body={"resource_id": lock.id, "scope_key": lock.scope_key, "name": lock.name, "level": lock.level.value},
    )
