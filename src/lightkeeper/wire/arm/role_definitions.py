"""Role definitions on the wire: read them at any scope, write those of the own tenant."""

import re
from typing import Any

from pydantic import Field

from lightkeeper.access import actions, custom_roles
from lightkeeper.access.model import CustomRole, PermissionBlock, Role
from lightkeeper.access.role_rules import RoleAsked
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.kernel.resource_id import child
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, read

VERSIONS = (
    "2022-05-01-preview", "2022-04-01", "2018-07-01", "2018-01-01-preview", "2017-10-01-preview", "2017-09-01", "2015-07-01",
    "2015-06-01", "2015-05-01-preview",
)  # fmt: skip
TYPE = "Microsoft.Authorization/roleDefinitions"

_TERM = re.compile(r"\s*(?:(roleName|type)\s+eq\s+'((?:[^']|'')*)'|(atScopeAndBelow|atScope)\(\))\s*", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


class PermissionBody(Body):
    """One block of permissions."""

    actions: list[str] = Field(default_factory=list)
    not_actions: list[str] = Field(default_factory=list)
    data_actions: list[str] = Field(default_factory=list)
    not_data_actions: list[str] = Field(default_factory=list)
    condition: str | None = None
    condition_version: str | None = None


class DefinitionProperties(Body):
    """What a client says about a role."""

    role_name: str
    description: str | None = None
    type: str | None = None
    permissions: list[PermissionBody]
    assignable_scopes: list[str]


class DefinitionBody(Body):
    """The body of a PUT."""

    properties: DefinitionProperties


def list_definitions(call: Call, request: ArmRequest) -> Answer:
    """Answer the roles that can be assigned at the scope, as far as `$filter` admits them."""
    scope = request.id.scope
    wanted = _filter(request.query.get("$filter", ""))
    below = "atscopeandbelow()" in request.query.get("$filter", "").lower()
    found = [
        one
        for one in custom_roles.list_roles(call, scope, below=below)
        if all(_matches(_role_in(one), *term) for term in wanted)
    ]
    return Answer(200, {"value": [definition_body(one, scope) for one in found]})


def get_definition(call: Call, request: ArmRequest) -> Answer:
    """Answer one role."""
    found = custom_roles.get_role(call, request.id.scope, request.id.name)
    return Answer(200, definition_body(found, request.id.scope))


def put_definition(call: Call, request: ArmRequest) -> Answer:
    """Make or change a role of the tenant; the public service answers 201 for both."""
    said = read(DefinitionBody, request.body).properties
    asked = RoleAsked(
        name=said.role_name,
        description=said.description or "",
        type=said.type,
        permissions=tuple(
            PermissionBlock(
                tuple(block.actions),
                tuple(block.not_actions),
                tuple(block.data_actions),
                tuple(block.not_data_actions),
                condition=(block.condition or "").strip(),
            )
            for block in said.permissions
        ),
        assignable_scopes=tuple(said.assignable_scopes),
    )
    written = custom_roles.put_role(call, request.id.scope, request.id.name, asked)
    return Answer(201, definition_body(written.value, request.id.scope))


def delete_definition(call: Call, request: ArmRequest) -> Answer:
    """Delete a role of the tenant; answer it as it was, or nothing when there was none."""
    gone = custom_roles.delete_role(call, request.id.scope, request.id.name)
    return Answer(204) if gone is None else Answer(200, definition_body(gone, request.id.scope))


def definition_body(one: Role | CustomRole, scope: str) -> dict[str, Any]:
    """Return a role as ARM writes it; ids of one role differ by the subscription they are asked in."""
    role = _role_in(one)
    name = one.guid if isinstance(one, CustomRole) else one.id
    custom = one if isinstance(one, CustomRole) else None
    return {
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole" if role.built_in else "CustomRole",
            "description": custom.description if custom else "",
            "assignableScopes": custom.assignable_scopes if custom else ["/"],
            "permissions": [permission_body(block) for block in role.permissions],
            "createdOn": iso(custom.created_at) if custom else None,
            "updatedOn": iso(custom.updated_at) if custom else None,
            "createdBy": custom.created_by if custom else None,
            "updatedBy": custom.updated_by if custom else None,
        },
        "id": definition_id(name, scope),
        "type": TYPE,
        "name": name,
    }


def _role_in(one: Role | CustomRole) -> Role:
    return one.role if isinstance(one, CustomRole) else one


def permission_body(block: PermissionBlock) -> dict[str, Any]:
    """Return a permission block as ARM writes it."""
    body: dict[str, Any] = {
        "actions": block.actions,
        "notActions": block.not_actions,
        "dataActions": block.data_actions,
        "notDataActions": block.not_data_actions,
    }
    if block.condition:
        body |= {"condition": block.condition, "conditionVersion": "2.0"}
    return body


def definition_id(role_id: str, scope: str) -> str:
    """Return the id of a role as seen from `scope`: below its subscription, or at the root."""
    parts = scope.split("/")
    at = "/".join(parts[:3]) if len(parts) > 2 and parts[1].lower() == "subscriptions" else "/"
    return child(at, "Microsoft.Authorization", "roleDefinitions", role_id)


def _filter(text: str) -> list[tuple[str, str]]:
    """Return the terms of a filter as (what, value)."""
    terms = []
    for part in _AND.split(text) if text.strip() else ():
        found = _TERM.fullmatch(part)
        if found is None:
            raise Invalid("InvalidFilterInQueryString", f"The filter '{text}' is not supported for role definitions.")
        if found[1]:
            terms.append((found[1].lower(), found[2].replace("''", "'").lower()))
    return terms


def _matches(role: Role, what: str, value: str) -> bool:
    if what == "rolename":
        return role.name.lower() == value
    return value == ("builtinrole" if role.built_in else "customrole")


_ITEM = "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}"
OPERATIONS = [
    Operation("PUT", _ITEM, actions.WRITE_ROLE_DEFINITIONS, (201,), put_definition, VERSIONS),
    Operation("DELETE", _ITEM, actions.DELETE_ROLE_DEFINITIONS, (200, 204), delete_definition, VERSIONS),
    Operation(
        "GET",
        "/{scope}/providers/Microsoft.Authorization/roleDefinitions",
        action=actions.READ_ROLE_DEFINITIONS,
        answers=(200,),
        handle=list_definitions,
        versions=VERSIONS,
    ),
    Operation(
        "GET",
        "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{name}",
        action=actions.READ_ROLE_DEFINITIONS,
        answers=(200,),
        handle=get_definition,
        versions=VERSIONS,
    ),
]
