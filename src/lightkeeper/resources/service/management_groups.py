"""The management group tree of a tenant: six levels under a root that carries the tenant's id."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lightkeeper.kernel.call import Call, TenantId
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.resources import actions
from lightkeeper.resources.model import ManagementGroup, Subscription, Written, management_group_id
from lightkeeper.resources.store import tree

ROOT_NAME = "Tenant Root Group"
DEEPEST = 6
"""Levels below the root. Documentation: "What are Azure management groups?", "Important facts"."""
_NAME = re.compile(r"[-\w.()]{1,90}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tenant's whole tree, as far as the caller may read it."""

    groups: Mapping[str, ManagementGroup]  # by lower-case name
    subscriptions: Sequence[Subscription]

    def children_of(self, name: str) -> Sequence[ManagementGroup]:
        """Return the groups right below the named one."""
        return [group for group in self.groups.values() if (group.parent or "").lower() == name.lower()]

    def subscriptions_of(self, name: str) -> Sequence[Subscription]:
        """Return the subscriptions right below the named group."""
        return [one for one in self.subscriptions if (one.management_group or "").lower() == name.lower()]

    def ancestors_of(self, name: str) -> Sequence[ManagementGroup]:
        """Return the groups above the named one, nearest first."""
        found: list[ManagementGroup] = []
        current = self.groups.get(name.lower())
        while current is not None and current.parent is not None:
            current = self.groups.get(current.parent.lower())
            if current is not None:
                found.append(current)
        return found

    def height_of(self, name: str) -> int:
        """Return how many levels hang below the named group."""
        return max((1 + self.height_of(child.name) for child in self.children_of(name)), default=0)


def is_group_name(name: str) -> bool:
    """Return whether a management group may be called so: up to 90 letters, digits, `-_.()`, not ending in a dot."""
    return _NAME.fullmatch(name) is not None and not name.endswith(".")


def find_management_group(call: Call, tenant_id: str, name: str) -> ManagementGroup | None:
    """Return the group whoever asks; None when there is none. Authorizes nobody."""
    return tree.find_management_group(call.connection, tenant_id.lower(), name)


def require_management_group(call: Call, tenant_id: str, name: str) -> ManagementGroup:
    """Return the group whoever asks; raise `NotFound` when there is none. Authorizes nobody."""
    found = find_management_group(call, tenant_id, name)
    if found is None:
        raise NotFound("NotFound", f"'{management_group_id(name)}' not found")
    return found


def ensure_root(call: Call, tenant_id: str) -> ManagementGroup:
    """Return the tenant's root group, made now when this is the first thing in the tree. Authorizes nobody."""
    tenant = TenantId(tenant_id.lower())
    call.hold(f"management-groups:{tenant}")
    found = find_management_group(call, tenant, tenant)
    if found is None:
        found = ManagementGroup(tenant, tenant, ROOT_NAME, None, 1, call.now, call.caller.object_id)
        _save(call, found)
    return found


def list_management_groups(call: Call, tenant_id: str) -> Sequence[ManagementGroup]:
    """Return the groups of the tenant that the caller may read."""
    call.open_to_all("each group is asked for below")
    found = tree.management_groups_of(call.connection, tenant_id.lower())
    return [group for group in found if call.allows(actions.READ_MANAGEMENT_GROUP, group.id)]


def get_management_group(call: Call, tenant_id: str, name: str) -> ManagementGroup:
    """Return the group. Raises `NotFound` when there is none."""
    call.authorize(actions.READ_MANAGEMENT_GROUP, management_group_id(name))
    return require_management_group(call, tenant_id, name)


def tree_of(call: Call, tenant_id: str, name: str) -> Tree:
    """Return the tenant's tree for a look at what is above and below a group the caller may read."""
    call.authorize(actions.READ_MANAGEMENT_GROUP, management_group_id(name))
    require_management_group(call, tenant_id, name)
    return _whole(call, tenant_id.lower())


def put_management_group(
    call: Call, tenant_id: str, name: str, *, display_name: str | None = None, parent: str | None = None
) -> Written[ManagementGroup]:
    """Create a group below `parent` (the root when None), or rename and move an existing one.

    Creating needs the right to write at the parent, for a new group has no place in the tree yet. Raises `Invalid` for
    a bad name, `NotFound` for an unknown parent, `Conflict` when the tree would become a circle or too deep.
    """
    call.hold(f"management-groups:{tenant_id.lower()}")
    stored = find_management_group(call, tenant_id, name)
    call.authorize(actions.WRITE_MANAGEMENT_GROUP, management_group_id(stored.name if stored else parent or tenant_id))
    if not is_group_name(name):
        raise Invalid("InvalidGroupId", f"'{name}' is no management group id: use 1-90 letters, digits or -_.().")
    root = ensure_root(call, tenant_id)
    if stored is None and name.lower() == root.name:
        stored = root
    above = _parent(call, root, stored, parent)
    if stored is not None and above is not None and above.name != stored.parent:
        call.authorize(actions.WRITE_MANAGEMENT_GROUP, above.id)
    _check_place(_whole(call, root.tenant_id), name, above)
    group = ManagementGroup(
        tenant_id=root.tenant_id,
        name=stored.name if stored else name,
        display_name=display_name or (stored.display_name if stored else name),
        parent=above.name if above else None,
        version=stored.version if stored else 1,
        changed_at=stored.changed_at if stored else call.now,
        changed_by=stored.changed_by if stored else call.caller.object_id,
    )
    if group != stored:
        version = group.version + 1 if stored else 1
        group = replace(group, version=version, changed_at=call.now, changed_by=call.caller.object_id)
        _save(call, group)
    return Written(group, created=stored is None)


def delete_management_group(call: Call, tenant_id: str, name: str) -> bool:
    """Delete an empty group; return whether it was there. Raises `Conflict` for the root or a group that holds anything."""
    call.authorize(actions.DELETE_MANAGEMENT_GROUP, management_group_id(name))
    call.hold(f"management-groups:{tenant_id.lower()}")
    stored = find_management_group(call, tenant_id, name)
    if stored is None:
        return False
    whole = _whole(call, stored.tenant_id)
    if stored.parent is None:
        raise Conflict("CannotDeleteRootGroup", "The tenant root group cannot be deleted.")
    if whole.children_of(stored.name) or whole.subscriptions_of(stored.name):
        raise Conflict(
            "GroupHasChildren",
            f"The management group '{stored.name}' still holds groups or subscriptions. Move them away first.",
        )
    tree.remove_management_group(call.connection, stored.tenant_id, stored.name)
    body = {"resource_id": stored.id, "tenant_id": stored.tenant_id, "name": stored.name}
    call.record(Event("ManagementGroupDeleted", actions.DELETE_MANAGEMENT_GROUP, tenant_id=stored.tenant_id, body=body))
    return True


def _whole(call: Call, tenant_id: str) -> Tree:
    groups = {group.name.lower(): group for group in tree.management_groups_of(call.connection, tenant_id)}
    return Tree(groups, tree.subscriptions_in(call.connection, tenant_id))


def _parent(
    call: Call, root: ManagementGroup, stored: ManagementGroup | None, parent: str | None
) -> ManagementGroup | None:
    if stored is not None and stored.parent is None:
        if parent is not None:
            raise Conflict("CannotMoveRootGroup", "The tenant root group cannot be moved.")
        return None
    if parent is not None:
        return require_management_group(call, root.tenant_id, parent)
    return require_management_group(call, root.tenant_id, stored.parent) if stored and stored.parent else root


def _check_place(whole: Tree, name: str, above: ManagementGroup | None) -> None:
    if above is None:
        return
    chain = [above, *whole.ancestors_of(above.name)]
    if name.lower() in (group.name.lower() for group in chain):
        raise Conflict("ParentIsDescendant", f"The management group '{name}' cannot be moved below itself.")
    if len(chain) + whole.height_of(name) > DEEPEST:
        raise Conflict("HierarchyTooDeep", f"The tree would have more than {DEEPEST} levels below the root.")


def _save(call: Call, group: ManagementGroup) -> None:
    tree.save_management_group(call.connection, group)
    body = {
        "resource_id": group.id,
        "tenant_id": group.tenant_id,
        "name": group.name,
        "parent": group.parent,
        "display_name": group.display_name,
    }
    call.record(Event("ManagementGroupWritten", actions.WRITE_MANAGEMENT_GROUP, tenant_id=group.tenant_id, body=body))
