"""Which subscription hangs under which management group."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound
from lightkeeper.resources import actions
from lightkeeper.resources.model import ManagementGroup, Subscription, management_group_id, subscription_scope
from lightkeeper.resources.service.management_groups import require_management_group
from lightkeeper.resources.service.subscriptions import find_subscription, save
from lightkeeper.resources.store import tree


def placements(connection: Connection) -> tuple[Sequence[ManagementGroup], Sequence[Subscription]]:
    """Return every management group and subscription of every tenant; for the access index when it is built."""
    return tree.management_groups_of(connection), tree.subscriptions_in(connection)


def get_member(call: Call, tenant_id: str, name: str, subscription_id: str) -> Subscription:
    """Return the subscription if it hangs right below the group. Raises `NotFound` otherwise."""
    call.authorize(actions.READ_MEMBER_SUBSCRIPTION, management_group_id(name))
    group = require_management_group(call, tenant_id, name)
    found = find_subscription(call, subscription_id)
    if found is None or found.tenant_id != group.tenant_id or found.management_group != group.name:
        raise _not_found(name, subscription_id)
    return found


def add_subscription(call: Call, tenant_id: str, name: str, subscription_id: str) -> Subscription:
    """Hang the subscription under the group.

    Needs the right to add at the group and to assign roles at the subscription, for whoever moves a subscription
    changes who holds rights in it. Raises `NotFound` when it is not at home in this tenant.
    """
    call.authorize(actions.ADD_SUBSCRIPTION, management_group_id(name))
    call.authorize(actions.WRITE_ROLE_ASSIGNMENTS, subscription_scope(subscription_id))
    return _move(call, tenant_id, name, subscription_id, actions.ADD_SUBSCRIPTION)


def remove_subscription(call: Call, tenant_id: str, name: str, subscription_id: str) -> bool:
    """Hang the subscription under the root again; return whether it hung under the group."""
    call.authorize(actions.REMOVE_SUBSCRIPTION, management_group_id(name))
    call.authorize(actions.WRITE_ROLE_ASSIGNMENTS, subscription_scope(subscription_id))
    group = require_management_group(call, tenant_id, name)
    found = find_subscription(call, subscription_id)
    if found is None or found.tenant_id != group.tenant_id or found.management_group != group.name:
        return False
    _move(call, tenant_id, group.tenant_id, subscription_id, actions.REMOVE_SUBSCRIPTION)
    return True


def _move(call: Call, tenant_id: str, name: str, subscription_id: str, operation: str) -> Subscription:
    group = require_management_group(call, tenant_id, name)
    call.hold(f"subscription:{subscription_id.lower()}", f"management-groups:{group.tenant_id}")
    found = find_subscription(call, subscription_id)
    if found is None or found.tenant_id != group.tenant_id:
        raise _not_found(name, subscription_id)
    moved = replace(found, management_group=group.name)
    if moved != found:
        save(call, moved, operation)
    return moved


def _not_found(name: str, subscription_id: str) -> NotFound:
    return NotFound("NotFound", f"'{management_group_id(name)}/subscriptions/{subscription_id}' not found")
