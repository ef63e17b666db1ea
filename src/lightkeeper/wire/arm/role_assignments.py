"""Role assignments on the wire: give, take, read and list them at any scope."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from lightkeeper.access import actions, service
from lightkeeper.access.assignment_rules import Asked
from lightkeeper.access.model import RoleAssignment
from lightkeeper.access.service import AssignmentFilter
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.role_definitions import definition_id

VERSIONS = (
    "2022-04-01", "2021-04-01-preview", "2020-10-01-preview", "2020-08-01-preview", "2020-04-01-preview", "2020-03-01-preview",
    "2019-04-01-preview", "2018-09-01-preview", "2018-07-01", "2018-01-01-preview", "2017-10-01-preview", "2017-09-01",
    "2016-07-01", "2015-07-01", "2015-06-01", "2015-05-01-preview", "2014-10-01-preview", "2014-07-01-preview",
)  # fmt: skip
TYPE = "Microsoft.Authorization/roleAssignments"

DELEGATED_IDENTITIES_SINCE = "2019-04-01-preview"
"""Older versions do not know `delegatedManagedIdentityResourceId` (L106)."""

_AT_SCOPE = re.compile(r"atScope\(\)", re.IGNORECASE)
_ASSIGNED_TO = re.compile(r"assignedTo\(\s*'([^']+)'\s*\)", re.IGNORECASE)
_PRINCIPAL = re.compile(r"principalId\s+eq\s+'?([0-9a-zA-Z-]+)'?", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


class _Body(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class AssignmentProperties(_Body):
    """What a client says about an assignment."""

    role_definition_id: str = Field(min_length=1)
    principal_id: str = Field(min_length=1)
    principal_type: str | None = None
    description: str | None = None
    condition: str | None = None
    condition_version: str | None = None
    delegated_managed_identity_resource_id: str | None = None


class AssignmentBody(_Body):
    """The body of a PUT; everything stands under `properties`."""

    properties: AssignmentProperties


def put_assignment(call: Call, request: ArmRequest) -> Answer:
    """Give a role."""
    assignment, created = service.assign_role(call, request.id.scope, _asked(request, request.id.name))
    return Answer(201 if created else 200, assignment_body(assignment))


def validate_assignment(call: Call, request: ArmRequest) -> Answer:
    """Answer whether a role could be given as the body says; nothing is given."""
    fault = service.why_not_assign(call, request.id.scope, _asked(request, request.id.names[-1]))
    if fault is None:
        return Answer(200, {"isValid": True})
    return Answer(200, {"isValid": False, "errorInfo": {"code": fault.code, "message": fault.message}})


def _asked(request: ArmRequest, name: str) -> Asked:
    """Return what the body asks for."""
    try:
        said = AssignmentBody.model_validate(request.body or {}).properties
    except ValidationError as faults:
        details = [
            Finding("InvalidRequestContent", ".".join(map(str, fault["loc"])), fault["msg"])
            for fault in faults.errors()
        ]
        raise Invalid(
            "InvalidRequestContent", "The request content is not valid: properties with roleDefinitionId and "
            "principalId are required.", details=details,
        ) from faults  # fmt: skip
    identity = said.delegated_managed_identity_resource_id
    return Asked(
        name=name,
        principal_id=said.principal_id,
        role_id=said.role_definition_id,
        principal_type=said.principal_type,
        description=said.description,
        condition=said.condition,
        condition_version=said.condition_version,
        delegated_managed_identity_resource_id=identity if request.api_version >= DELEGATED_IDENTITIES_SINCE else None,
    )


def get_assignment(call: Call, request: ArmRequest) -> Answer:
    """Answer one assignment."""
    return Answer(200, assignment_body(service.get_assignment(call, request.id.scope, request.id.name)))


def delete_assignment(call: Call, request: ArmRequest) -> Answer:
    """Take a role away; answer the assignment as it was, or nothing when there was none."""
    gone = service.remove_role(call, request.id.scope, request.id.name)
    return Answer(204) if gone is None else Answer(200, assignment_body(gone))


def list_assignments(call: Call, request: ArmRequest) -> Answer:
    """Answer the assignments around a scope, as far as `$filter` admits them."""
    asked = _filter(request.query.get("$filter", ""))
    found = service.list_assignments(call, request.id.scope, asked)
    return Answer(200, {"value": [assignment_body(assignment, request.id.scope) for assignment in found]})


def assignment_body(assignment: RoleAssignment, seen_from: str = "") -> dict[str, Any]:
    """Return an assignment as ARM writes it.

    Seen from a subscription, also a role given above it is named by that subscription: clients look the name of the role up
    in the definitions they list there.
    """
    properties: dict[str, Any] = {
        "roleDefinitionId": definition_id(assignment.role_id, seen_from or assignment.scope),
        "principalId": assignment.principal_id,
        "principalType": assignment.principal_type,
        "scope": assignment.scope,
        "condition": assignment.condition,
        "conditionVersion": assignment.condition_version,
        "createdOn": iso(assignment.created_at),
        "updatedOn": iso(assignment.updated_at),
        "createdBy": assignment.created_by,
        "updatedBy": assignment.updated_by,
        "delegatedManagedIdentityResourceId": assignment.delegated_managed_identity_resource_id,
        "description": assignment.description,
    }
    return {"properties": properties, "id": assignment.id, "type": TYPE, "name": assignment.name}


def _filter(text: str) -> AssignmentFilter:
    """Return what `$filter` asks for. `atScope()` goes with `assignedTo()` and not with `principalId eq`."""
    at_scope, principal, assigned = False, None, None
    for part in map(str.strip, _AND.split(text)) if text.strip() else ():
        if _AT_SCOPE.fullmatch(part):
            at_scope = True
        elif found := _ASSIGNED_TO.fullmatch(part):
            assigned = found[1]
        elif found := _PRINCIPAL.fullmatch(part):
            principal = found[1]
        else:
            raise _bad_filter(text)
    if principal is not None and (at_scope or assigned is not None):
        raise _bad_filter(text)
    return AssignmentFilter(at_scope, principal, assigned)


def _bad_filter(text: str) -> Invalid:
    return Invalid(
        "InvalidFilterInQueryString",
        f"The filter '{text}' is not supported. Use atScope(), principalId eq '<id>', assignedTo('<id>'), or "
        "atScope() and assignedTo('<id>').",
    )


_LIST = "/{scope}/providers/Microsoft.Authorization/roleAssignments"
_ITEM = "/{scope}/providers/Microsoft.Authorization/roleAssignments/{name}"

OPERATIONS = [
    Operation(
        "PUT",
        _ITEM,
        action=actions.WRITE_ROLE_ASSIGNMENTS,
        answers=(200, 201),
        handle=put_assignment,
        versions=VERSIONS,
    ),
    Operation(
        "GET", _ITEM, action=actions.READ_ROLE_ASSIGNMENTS, answers=(200,), handle=get_assignment, versions=VERSIONS
    ),
    Operation(
        "DELETE",
        _ITEM,
        action=actions.DELETE_ROLE_ASSIGNMENTS,
        answers=(200, 204),
        handle=delete_assignment,
        versions=VERSIONS,
    ),
    Operation(
        "POST",
        f"{_ITEM}/validate",
        action=actions.WRITE_ROLE_ASSIGNMENTS,
        answers=(200,),
        handle=validate_assignment,
        versions=VERSIONS,
        writes=False,
    ),
    Operation(
        "GET", _LIST, action=actions.READ_ROLE_ASSIGNMENTS, answers=(200,), handle=list_assignments, versions=VERSIONS
    ),
]
