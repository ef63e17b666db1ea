"""The tree as a whole on the wire: everything the caller sees of it, free names, its settings."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import Field

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import HierarchySettings, ManagementGroup, Subscription, management_group_id
from lightkeeper.resources.service import Tree
from lightkeeper.wire.arm.management_groups import TYPE, VERSIONS, group_name_in
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, number, read

_NAME = re.compile(r"name\s+eq\s+'([^']*)'", re.IGNORECASE)
_REASONS = {
    "Invalid": "The name is not valid: use up to 90 letters, digits, '-', '_', '(', ')' or '.', and no '.' at the end.",
    "AlreadyExists": "The group with the specified name already exists.",
}


class NameBody(Body):
    """A name somebody would like."""

    name: str = ""
    type: str | None = None


class SettingsProperties(Body):
    """What a client says about the tree."""

    require_authorization_for_group_creation: bool | None = None
    default_management_group: str | None = None


class SettingsBody(Body):
    """The body of a PUT or PATCH."""

    properties: SettingsProperties = Field(default_factory=SettingsProperties)


def check_name(call: Call, request: ArmRequest) -> Answer:
    """Say whether a management group could be called so."""
    said = read(NameBody, request.body)
    free, reason = resources.is_name_available(call, call.caller.tenant_id, said.name)
    if free:
        return Answer(200, {"nameAvailable": True})
    return Answer(200, {"nameAvailable": False, "reason": reason, "message": _REASONS[reason]})


def get_entities(call: Call, request: ArmRequest) -> Answer:
    """Answer every group and subscription of the own tenant that the caller sees.

    `$filter=name eq '...'` asks for one of them, `$skip` and `$top` for some.
    """
    tree = resources.list_entities(call, call.caller.tenant_id)
    wanted = _wanted_name(request.query.get("$filter", ""))
    skip, top = request.query.get("$skip", "").lstrip("0"), request.query.get("$top")
    groups = [_entity(group, tree) for group in tree.groups.values()]
    found = [*groups, *(_member(one, tree) for one in tree.subscriptions)]
    found = [one for one in found if wanted is None or one["name"].lower() == wanted]
    return Answer(200, {"value": found[number(skip, "$skip") or 0 :][: number(top, "$top")], "count": len(found)})


def _wanted_name(text: str) -> str | None:
    """Return the name a filter asks for, None without a filter. Raises `Invalid` for any other."""
    if not text.strip():
        return None
    found = _NAME.fullmatch(text.strip())
    if found is None:
        raise Invalid("InvalidFilterInQueryString", f"The filter '{text[:200]}' is not supported. Use name eq '<id>'.")
    return found[1].lower()


def backfill(call: Call, request: ArmRequest) -> Answer:
    """Say how far the tenant's subscriptions are gathered under its root group: all of them are, from the beginning."""
    call.open_to_all("whoever is in a tenant may ask, and start what is long done")
    return Answer(200, {"tenantId": call.caller.tenant_id, "status": "Completed"})


def get_settings(call: Call, request: ArmRequest) -> Answer:
    """Answer the settings."""
    name = request.id.names[0]
    return Answer(200, _settings(name, resources.get_settings(call, call.caller.tenant_id, name)))


def list_settings(call: Call, request: ArmRequest) -> Answer:
    """Answer the settings as a list of one."""
    name = request.id.names[0]
    return Answer(200, {"value": [_settings(name, resources.get_settings(call, call.caller.tenant_id, name))]})


def put_settings(call: Call, request: ArmRequest) -> Answer:
    """Write the settings."""
    said = read(SettingsBody, request.body).properties
    asked = HierarchySettings(
        require_authorization=bool(said.require_authorization_for_group_creation),
        default_group=group_name_in(said.default_management_group),
    )
    name = request.id.names[0]
    return Answer(200, _settings(name, resources.put_settings(call, call.caller.tenant_id, name, asked)))


def patch_settings(call: Call, request: ArmRequest) -> Answer:
    """Change what is said and leave the rest."""
    said = read(SettingsBody, request.body).properties
    name = request.id.names[0]
    had = resources.get_settings(call, call.caller.tenant_id, name)
    creation, default = said.require_authorization_for_group_creation, said.default_management_group
    asked = HierarchySettings(
        require_authorization=had.require_authorization if creation is None else creation,
        default_group=had.default_group if default is None else group_name_in(default),
    )
    return Answer(200, _settings(name, resources.put_settings(call, call.caller.tenant_id, name, asked)))


def delete_settings(call: Call, request: ArmRequest) -> Answer:
    """Forget the settings; the public description knows no other answer than 200, whether or not there were any."""
    resources.delete_settings(call, call.caller.tenant_id, request.id.names[0])
    return Answer(200)


def _settings(name: str, settings: HierarchySettings) -> Mapping[str, Any]:
    default = settings.default_group
    return {
        "id": f"{management_group_id(name)}/settings/default",
        "type": f"{TYPE}/settings",
        "name": "default",
        "properties": {
            "tenantId": name,
            "requireAuthorizationForGroupCreation": settings.require_authorization,
            "defaultManagementGroup": management_group_id(default or name),
        },
    }


def _entity(group: ManagementGroup, tree: Tree) -> Mapping[str, Any]:
    below = tree.children_of(group.name)
    return {
        "id": group.id,
        "type": TYPE,
        "name": group.name,
        "properties": {
            **_place(group.tenant_id, group.display_name, group.parent, tree),
            "numberOfDescendants": _descendants(group.name, tree),
            "numberOfChildren": len(below) + len(tree.subscriptions_of(group.name)),
            "numberOfChildGroups": len(below),
        },
    }


def _member(subscription: Subscription, tree: Tree) -> Mapping[str, Any]:
    return {
        "id": subscription.scope,
        "type": "/subscriptions",
        "name": subscription.id,
        "properties": {
            **_place(subscription.tenant_id, subscription.display_name, subscription.management_group, tree),
            "numberOfDescendants": 0,
            "numberOfChildren": 0,
            "numberOfChildGroups": 0,
        },
    }


def _place(tenant_id: str, display_name: str, parent: str | None, tree: Tree) -> Mapping[str, Any]:
    above = tree.groups.get((parent or "").lower())
    chain = [above, *tree.ancestors_of(above.name)] if above is not None else []
    return {
        "tenantId": tenant_id,
        "displayName": display_name,
        "parent": {"id": management_group_id(parent)} if parent else None,
        "permissions": "view",
        "inheritedPermissions": "view",
        "parentNameChain": [group.name for group in reversed(chain)],
        "parentDisplayNameChain": [group.display_name for group in reversed(chain)],
    }


def _descendants(name: str, tree: Tree) -> int:
    return len(tree.subscriptions_of(name)) + sum(1 + _descendants(one.name, tree) for one in tree.children_of(name))


_ON = "/providers/Microsoft.Management"
_LIST = f"{_ON}/managementGroups/{{groupId}}/settings"
_SETTINGS = f"{_LIST}/default"
OPERATIONS = [
    Operation("POST", f"{_ON}/checkNameAvailability", "", (200,), check_name, VERSIONS, writes=False),
    Operation("POST", f"{_ON}/getEntities", "", (200,), get_entities, VERSIONS, writes=False),
    Operation("POST", f"{_ON}/startTenantBackfill", "", (200,), backfill, VERSIONS, writes=False),
    Operation("POST", f"{_ON}/tenantBackfillStatus", "", (200,), backfill, VERSIONS, writes=False),
    Operation("GET", _LIST, actions.READ_SETTINGS, (200,), list_settings, VERSIONS),
    Operation("GET", _SETTINGS, actions.READ_SETTINGS, (200,), get_settings, VERSIONS),
    Operation("PUT", _SETTINGS, actions.WRITE_SETTINGS, (200,), put_settings, VERSIONS),
    Operation("PATCH", _SETTINGS, actions.READ_SETTINGS, (200,), patch_settings, VERSIONS),
    Operation("DELETE", _SETTINGS, actions.DELETE_SETTINGS, (200,), delete_settings, VERSIONS),
]
