"""Management groups on the wire. Every change is done when the answer arrives, so that nobody polls."""

import re
from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import ManagementGroup, Subscription, management_group_id
from lightkeeper.resources.service import Tree
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, read

VERSIONS = (
    "2024-02-01-preview", "2023-04-01", "2021-04-01", "2020-10-01", "2020-05-01", "2020-02-01", "2019-11-01",
    "2018-03-01-preview", "2018-01-01-preview", "2017-11-01-preview",
)  # fmt: skip
TYPE = "Microsoft.Management/managementGroups"
_NO_SUBSCRIPTIONS = re.compile(r"children\.childType\s+ne\s+'?Subscription'?", re.IGNORECASE)


class ParentBody(Body):
    """Names the parent by its id; az sends null for no parent in particular."""

    id: str | None = None


class DetailsBody(Body):
    """Holds the parent."""

    parent: ParentBody | None = None


class GroupProperties(Body):
    """What a PUT says under `properties`."""

    display_name: str | None = None
    details: DetailsBody | None = None


class GroupBody(Body):
    """The body of a PUT."""

    name: str | None = None
    properties: GroupProperties | None = None


class GroupPatch(Body):
    """The body of a PATCH, which is flat."""

    display_name: str | None = None
    parent_group_id: str | None = None


def list_groups(call: Call, request: ArmRequest) -> Answer:
    """Return the groups the caller may read."""
    groups = resources.list_management_groups(call, call.caller.tenant_id)
    shown = [{**_named(group), "properties": _basics(group)} for group in groups]
    return Answer(200, {"value": shown})


def get_group(call: Call, request: ArmRequest) -> Answer:
    """Return one group; `$expand` adds children (with `$recurse` all below), path or ancestors.

    `$filter=children.childType ne Subscription` leaves the subscriptions out.
    """
    tenant_id = call.caller.tenant_id
    group = resources.get_management_group(call, tenant_id, request.id.name)
    whole = resources.tree_of(call, tenant_id, group.name)
    shown = project(group, whole)
    expand = request.query.get("$expand", "").lower()
    deep = request.query.get("$recurse", "").lower() == "true"
    groups_only = _groups_only(request.query.get("$filter", ""))
    if "children" in expand:
        shown["properties"]["children"] = _children(group.name, whole, deep=deep, groups_only=groups_only)
    if "path" in expand:
        way = [*reversed(whole.ancestors_of(group.name)), group]
        shown["properties"]["details"]["path"] = [{"name": one.name, "displayName": one.display_name} for one in way]
    if "ancestors" in expand:
        shown["properties"]["details"]["managementGroupAncestors"] = [
            one.name for one in whole.ancestors_of(group.name)
        ]
        shown["properties"]["details"]["managementGroupAncestorsChain"] = [
            {"name": one.name, "displayName": one.display_name} for one in whole.ancestors_of(group.name)
        ]
    return Answer(200, shown)


def put_group(call: Call, request: ArmRequest) -> Answer:
    """Create, rename or move."""
    said = read(GroupBody, request.body).properties or GroupProperties()
    parent = said.details.parent.id if said.details and said.details.parent else None
    return _written(call, request, said.display_name, parent)


def patch_group(call: Call, request: ArmRequest) -> Answer:
    """Rename or move an existing group."""
    said = read(GroupPatch, request.body)
    resources.get_management_group(call, call.caller.tenant_id, request.id.name)
    return _written(call, request, said.display_name, said.parent_group_id)


def delete_group(call: Call, request: ArmRequest) -> Answer:
    """Delete an empty group: 204 whether or not it was there, since clients take 200 for a fault."""
    resources.delete_management_group(call, call.caller.tenant_id, request.id.name)
    return Answer(204)


def list_descendants(call: Call, request: ArmRequest) -> Answer:
    """Return every group and subscription below."""
    name = request.id.names[0]
    return Answer(200, {"value": _descendants(name, resources.tree_of(call, call.caller.tenant_id, name))})


def list_members(call: Call, request: ArmRequest) -> Answer:
    """Return the subscriptions right below."""
    name = request.id.names[0]
    whole = resources.tree_of(call, call.caller.tenant_id, name)
    return Answer(200, {"value": [_member(name, one) for one in whole.subscriptions_of(name)]})


def get_member(call: Call, request: ArmRequest) -> Answer:
    """Return one subscription right below."""
    name, subscription_id = request.id.names
    found = resources.get_member(call, call.caller.tenant_id, name, subscription_id)
    return Answer(200, _member(name, found))


def add_member(call: Call, request: ArmRequest) -> Answer:
    """Hang a subscription under the group: 200 even when new, since az takes nothing else."""
    name, subscription_id = request.id.names
    moved = resources.add_subscription(call, call.caller.tenant_id, name, subscription_id)
    return Answer(200, _member(name, moved))


def remove_member(call: Call, request: ArmRequest) -> Answer:
    """Hang a subscription under the root again."""
    name, subscription_id = request.id.names
    was_there = resources.remove_subscription(call, call.caller.tenant_id, name, subscription_id)
    return Answer(200 if was_there else 204)


def project(group: ManagementGroup, whole: Tree) -> dict[str, Any]:
    """Return the group as clients read it."""
    details: dict[str, Any] = {
        "version": group.version,
        "updatedTime": iso(group.changed_at),
        "updatedBy": group.changed_by,
    }
    above = whole.groups.get((group.parent or "").lower())
    if above is not None:
        details["parent"] = {"id": above.id, "name": above.name, "displayName": above.display_name}
    return {**_named(group), "properties": {**_basics(group), "details": details}}


def _written(call: Call, request: ArmRequest, display_name: str | None, parent: str | None) -> Answer:
    written = resources.put_management_group(
        call, call.caller.tenant_id, request.id.name, display_name=display_name, parent=group_name_in(parent)
    )
    whole = resources.tree_of(call, call.caller.tenant_id, written.value.name)
    return Answer(200, project(written.value, whole))


def group_name_in(id_: str | None) -> str | None:
    """Return the name in a management group's id, None for no id. Raises `Invalid` for another id."""
    if id_ is None:
        return None
    base, _, name = id_.rstrip("/").rpartition("/")
    if f"{base}/".lower() != management_group_id("").lower() or not name:
        raise Invalid("InvalidParent", f"'{id_[:200]}' is not the id of a management group.", target="parent")
    return name


def _named(group: ManagementGroup) -> dict[str, Any]:
    return {"id": group.id, "type": TYPE, "name": group.name}


def _basics(group: ManagementGroup) -> dict[str, Any]:
    return {"tenantId": group.tenant_id, "displayName": group.display_name}


def _children(name: str, whole: Tree, *, deep: bool, groups_only: bool) -> list[dict[str, Any]]:
    shown = []
    for group in whole.children_of(name):
        child = {**_named(group), "displayName": group.display_name}
        below = _children(group.name, whole, deep=True, groups_only=groups_only) if deep else []
        shown.append({**child, "children": below} if below else child)
    if groups_only:
        return shown
    shown += [
        {"id": one.scope, "type": "/subscriptions", "name": one.id, "displayName": one.display_name}
        for one in whole.subscriptions_of(name)
    ]
    return shown


def _groups_only(text: str) -> bool:
    """Return whether the one filter there is was given. Raises `Invalid` for any other."""
    if text.strip() and _NO_SUBSCRIPTIONS.fullmatch(text.strip()) is None:
        raise Invalid(
            "InvalidFilterInQueryString",
            f"The filter '{text[:200]}' is not supported. Use children.childType ne Subscription.",
        )
    return bool(text.strip())


def _descendants(name: str, whole: Tree) -> list[dict[str, Any]]:
    parent = {"id": management_group_id(whole.groups[name.lower()].name)}
    shown: list[dict[str, Any]] = []
    for group in whole.children_of(name):
        shown.append({**_named(group), "properties": {"displayName": group.display_name, "parent": parent}})
        shown += _descendants(group.name, whole)
    shown += [
        {
            "id": one.scope,
            "type": f"{TYPE}/subscriptions",
            "name": one.id,
            "properties": {"displayName": one.display_name, "parent": parent},
        }
        for one in whole.subscriptions_of(name)
    ]
    return shown


def _member(name: str, subscription: Subscription) -> dict[str, Any]:
    return {
        "id": f"{management_group_id(name)}/subscriptions/{subscription.id}",
        "type": f"{TYPE}/subscriptions",
        "name": subscription.id,
        "properties": {
            "displayName": subscription.display_name,
            "parent": {"id": management_group_id(name)},
            "state": "Active" if subscription.state.value == "Enabled" else subscription.state.value,
            "tenant": subscription.tenant_id,
        },
    }


_ALL = "/providers/Microsoft.Management/managementGroups"
_ITEM = f"{_ALL}/{{groupId}}"
_MEMBER = f"{_ITEM}/subscriptions/{{subscriptionId}}"
OPERATIONS = [
    Operation("GET", _ALL, actions.READ_MANAGEMENT_GROUP, (200,), list_groups, VERSIONS),
    Operation("GET", _ITEM, actions.READ_MANAGEMENT_GROUP, (200,), get_group, VERSIONS),
    Operation("PUT", _ITEM, actions.WRITE_MANAGEMENT_GROUP, (200,), put_group, VERSIONS),
    Operation("PATCH", _ITEM, actions.WRITE_MANAGEMENT_GROUP, (200,), patch_group, VERSIONS),
    Operation("DELETE", _ITEM, actions.DELETE_MANAGEMENT_GROUP, (204,), delete_group, VERSIONS),
    Operation("GET", f"{_ITEM}/descendants", actions.READ_MANAGEMENT_GROUP, (200,), list_descendants, VERSIONS),
    Operation("GET", f"{_ITEM}/subscriptions", actions.READ_MANAGEMENT_GROUP, (200,), list_members, VERSIONS),
    Operation("GET", _MEMBER, actions.READ_MEMBER_SUBSCRIPTION, (200,), get_member, VERSIONS),
    Operation("PUT", _MEMBER, actions.ADD_SUBSCRIPTION, (200,), add_member, VERSIONS),
    Operation("DELETE", _MEMBER, actions.REMOVE_SUBSCRIPTION, (200, 204), remove_member, VERSIONS),
]
