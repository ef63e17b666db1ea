"""The tag names of a subscription: those somebody thought of beforehand, and those in use, with how often.

Source: the operations on tag names of the public description of Microsoft.Resources. Names are compared without regard to
case, values with it, as tags themselves are; a predefined value is found again in any case.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, NotFound, refuse_if
from lightkeeper.resources import actions, rules
from lightkeeper.resources.model import Subscription, Written, subscription_scope
from lightkeeper.resources.service.subscriptions import require_active, require_subscription
from lightkeeper.resources.store import groups, items
from lightkeeper.resources.store import tag_names as store
from lightkeeper.resources.store.items import Where

_BATCH = 500


@dataclass(frozen=True, slots=True)
class TagName:
    """A tag's name with its values and how often each is used."""

    name: str
    values: Mapping[str, int]

    @property
    def used(self) -> int:
        """Return how many groups and resources carry the tag."""
        return sum(self.values.values())


def list_tag_names(call: Call, subscription_id: str) -> Sequence[TagName]:
    """Return the predefined names and those in use, by name."""
    call.authorize(actions.READ_TAG_NAMES, subscription_scope(subscription_id))
    subscription = require_subscription(call, subscription_id)
    return _names(call, subscription)


def put_tag_name(call: Call, subscription_id: str, name: str) -> Written[TagName]:
    """Keep a tag's name. Raises `Invalid` for a name no tag can have."""
    call.authorize(actions.WRITE_TAG_NAMES, subscription_scope(subscription_id))
    refuse_if(rules.check_tags({name: ""}))
    subscription = require_active(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    there = _predefined(call, subscription, name)
    if there is None:
        store.add(call.connection, subscription.id, name)
        call.record(_event("TagNameWritten", actions.WRITE_TAG_NAMES, subscription, name))
    return Written(_one(call, subscription, name), created=there is None)


def put_tag_value(call: Call, subscription_id: str, name: str, value: str) -> Written[TagName]:
    """Keep a value of a predefined name. Raises `NotFound` when the name is not predefined, `Invalid` for a bad value."""
    call.authorize(actions.WRITE_TAG_VALUES, subscription_scope(subscription_id))
    refuse_if(rules.check_tags({name: value}))
    subscription = require_active(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    there = _predefined(call, subscription, name)
    if there is None:
        raise NotFound("TagNotFound", f"The tag name '{name}' is not predefined in the subscription. Create it first.")
    new = value.lower() not in {one.lower() for one in there}
    if new:
        store.add(call.connection, subscription.id, name, value)
        call.record(_event("TagValueWritten", actions.WRITE_TAG_VALUES, subscription, name, value))
    return Written(_one(call, subscription, name), created=new)


def delete_tag_name(call: Call, subscription_id: str, name: str) -> bool:
    """Forget a predefined name with its values; return whether it was there. Raises `Conflict` while something carries it."""
    call.authorize(actions.DELETE_TAG_NAMES, subscription_scope(subscription_id))
    subscription = require_active(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    if _predefined(call, subscription, name) is None:
        return False
    _refuse_if_used(_one(call, subscription, name).used, name)
    store.remove(call.connection, subscription.id, name)
    call.record(_event("TagNameDeleted", actions.DELETE_TAG_NAMES, subscription, name))
    return True


def delete_tag_value(call: Call, subscription_id: str, name: str, value: str) -> bool:
    """Forget a predefined value; return whether it was there. Raises `Conflict` while something carries it."""
    call.authorize(actions.DELETE_TAG_VALUES, subscription_scope(subscription_id))
    subscription = require_active(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    there = _predefined(call, subscription, name)
    if there is None or value.lower() not in {one.lower() for one in there}:
        return False
    used = {one.lower(): count for one, count in _one(call, subscription, name).values.items()}
    _refuse_if_used(used.get(value.lower(), 0), f"{name}' with the value '{value}")
    store.remove(call.connection, subscription.id, name, value)
    call.record(_event("TagValueDeleted", actions.DELETE_TAG_VALUES, subscription, name, value))
    return True


def _refuse_if_used(count: int, what: str) -> None:
    if count:
        raise Conflict(
            "TagInUse", f"The tag '{what}' is on {count} resources or resource groups. Take it away there first."
        )


def _predefined(call: Call, subscription: Subscription, name: str) -> list[str] | None:
    """Return the predefined values of a name, None when the name itself is not."""
    rows = [value for one, value in store.names_of(call.connection, subscription.id) if one.lower() == name.lower()]
    return [value for value in rows if value] if rows else None


def _one(call: Call, subscription: Subscription, name: str) -> TagName:
    return next(one for one in _names(call, subscription) if one.name.lower() == name.lower())


def _names(call: Call, subscription: Subscription) -> list[TagName]:
    spelled: dict[str, str] = {}
    counted: dict[str, Counter[str]] = {}
    for name, value in store.names_of(call.connection, subscription.id):
        key = name.lower()
        spelled.setdefault(key, name)
        values = counted.setdefault(key, Counter())
        if value:
            values[value] += 0
    for tags in _in_use(call, subscription):
        for name, value in tags.items():
            key = name.lower()
            spelled.setdefault(key, name)
            counted.setdefault(key, Counter())[value] += 1
    return [TagName(spelled[key], dict(counted[key])) for key in sorted(counted)]


def _in_use(call: Call, subscription: Subscription) -> Iterator[Mapping[str, str]]:
    """Yield the tags of every group and resource; a subscription's own tags are not counted among them."""
    yield from (group.tags for group in groups.groups_of(call.connection, subscription.id))
    after = ""
    while batch := items.some(call.connection, Where(subscription.id), after=after, limit=_BATCH):
        yield from (one.tags for one in batch)
        after = batch[-1].key


def _event(kind: str, operation: str, subscription: Subscription, name: str, value: str | None = None) -> Event:
    where = f"{subscription.scope}/tagNames/{name}" + (f"/tagValues/{value}" if value is not None else "")
    body = {"resource_id": where, "id": where, "name": name, "value": value}
    return Event(kind, operation, tenant_id=subscription.tenant_id, subscription_id=subscription.id, body=body)
