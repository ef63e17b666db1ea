"""Role definitions on the wire: read them at any scope."""

import re
from typing import Any

from lightkeeper.access import actions, service
from lightkeeper.access.model import PermissionBlock, Role
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.kernel.resource_id import child
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

VERSIONS = (
    "2022-05-01-preview", "2022-04-01", "2018-07-01", "2018-01-01-preview", "2017-10-01-preview", "2017-09-01", "2015-07-01",
    "2015-06-01", "2015-05-01-preview",
)  # fmt: skip
TYPE = "Microsoft.Authorization/roleDefinitions"

_TERM = re.compile(r"\s*(?:(roleName|type)\s+eq\s+'((?:[^']|'')*)'|(atScopeAndBelow|atScope)\(\))\s*", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def list_definitions(call: Call, request: ArmRequest) -> Answer:
    """Answer the roles that can be assigned at the scope, as far as `$filter` admits them."""
    scope = request.id.scope
    wanted = _filter(request.query.get("$filter", ""))
    found = [role for role in service.list_roles(call, scope) if all(_matches(role, *term) for term in wanted)]
    return Answer(200, {"value": [definition_body(role, scope) for role in found]})


def get_definition(call: Call, request: ArmRequest) -> Answer:
    """Answer one role."""
    return Answer(200, definition_body(service.get_role(call, request.id.scope, request.id.name), request.id.scope))


def definition_body(role: Role, scope: str) -> dict[str, Any]:
    """Return a role as ARM writes it; ids of one role differ by the subscription they are asked in."""
    return {
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole" if role.built_in else "CustomRole",
            "description": "",
            "assignableScopes": ["/"],
            "permissions": [permission_body(block) for block in role.permissions],
            "createdOn": None,
            "updatedOn": None,
            "createdBy": None,
            "updatedBy": None,
        },
        "id": definition_id(role.id, scope),
        "type": TYPE,
        "name": role.id,
    }


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


OPERATIONS = [
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
