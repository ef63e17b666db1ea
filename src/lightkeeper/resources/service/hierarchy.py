"""What a tenant says about its management group tree as a whole, and which names are free in it."""

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.resources import actions
from lightkeeper.resources.model import HierarchySettings, management_group_id
from lightkeeper.resources.service.management_groups import (
    Tree,
    ensure_root,
    find_management_group,
    is_group_name,
    require_management_group,
)
from lightkeeper.resources.store import tree


def get_settings(call: Call, tenant_id: str, name: str) -> HierarchySettings:
    """Return the settings of the tenant whose root group is named. Raises `NotFound` when it never said."""
    call.authorize(actions.READ_SETTINGS, management_group_id(name))
    _insist_on_root(tenant_id, name)
    found = tree.hierarchy_settings_of(call.connection, tenant_id)
    if found is None:
        raise NotFound("NotFound", f"'{management_group_id(name)}/settings/default' not found")
    return found


def put_settings(call: Call, tenant_id: str, name: str, asked: HierarchySettings) -> HierarchySettings:
    """Write the settings. Raises `Invalid` for another group than the root, `NotFound` for an unknown default group."""
    call.authorize(actions.WRITE_SETTINGS, management_group_id(name))
    _insist_on_root(tenant_id, name)
    ensure_root(call, tenant_id)
    if asked.default_group is not None:
        default = require_management_group(call, tenant_id, asked.default_group)
        asked = HierarchySettings(asked.require_authorization, default.name)
    if tree.hierarchy_settings_of(call.connection, tenant_id) != asked:
        tree.save_hierarchy_settings(call.connection, tenant_id, asked)
        call.record(_event("HierarchySettingsWritten", actions.WRITE_SETTINGS, tenant_id, asked))
    return asked


def delete_settings(call: Call, tenant_id: str, name: str) -> bool:
    """Forget the settings; return whether there were any."""
    call.authorize(actions.DELETE_SETTINGS, management_group_id(name))
    _insist_on_root(tenant_id, name)
    found = tree.hierarchy_settings_of(call.connection, tenant_id)
    if found is None:
        return False
    tree.remove_hierarchy_settings(call.connection, tenant_id)
    call.record(_event("HierarchySettingsDeleted", actions.DELETE_SETTINGS, tenant_id, found))
    return True


def list_entities(call: Call, tenant_id: str) -> Tree:
    """Return the part of the tenant's tree that the caller sees: groups and subscriptions, each if it may be read."""
    call.open_to_all("each group and subscription is asked for below")
    groups = {
        group.name.lower(): group
        for group in tree.management_groups_of(call.connection, tenant_id)
        if call.allows(actions.READ_MANAGEMENT_GROUP, group.id)
    }
    found = tree.subscriptions_in(call.connection, tenant_id)
    return Tree(groups, [one for one in found if call.allows(actions.READ_SUBSCRIPTION, one.scope)])


def is_name_available(call: Call, tenant_id: str, name: str) -> tuple[bool, str]:
    """Return whether a management group may take a name, and when not `Invalid` or `AlreadyExists`."""
    call.open_to_all("a name is taken or free; who may look at the group is not told")
    if not is_group_name(name):
        return False, "Invalid"
    return (True, "") if find_management_group(call, tenant_id, name) is None else (False, "AlreadyExists")


def _insist_on_root(tenant_id: str, name: str) -> None:
    if name.lower() != tenant_id.lower():
        raise Invalid("BadRequest", "Only the tenant root group has settings.", target="groupId")


def _event(kind: str, operation: str, tenant_id: str, settings: HierarchySettings) -> Event:
    return Event(
        kind,
        operation,
        tenant_id=tenant_id,
        body={
            "resource_id": f"{management_group_id(tenant_id)}/settings/default",
            "require_authorization": settings.require_authorization,
            "default_group": settings.default_group,
        },
    )
