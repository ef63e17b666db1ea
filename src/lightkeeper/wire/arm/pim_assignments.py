"""Role assignments on the wire as schedules and their instances, and the requests, of which there are none yet."""

from collections.abc import Callable
from typing import Any

from lightkeeper.access import actions
from lightkeeper.access import service as access
from lightkeeper.access.model import RoleAssignment
from lightkeeper.access.service import AssignmentFilter
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import NotFound
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.pim import VERSIONS, Asked, Expanded, asked_by, id_at, named, shown
from lightkeeper.wire.arm.role_definitions import definition_id

SCHEDULES = "Microsoft.Authorization/roleAssignmentSchedules"
INSTANCES = "Microsoft.Authorization/roleAssignmentScheduleInstances"
ASSIGNMENT_REQUESTS = "Microsoft.Authorization/roleAssignmentScheduleRequests"
ELIGIBILITY_REQUESTS = "Microsoft.Authorization/roleEligibilityScheduleRequests"


def list_schedules(call: Call, request: ArmRequest) -> Answer:
    """Answer the role assignments around a scope, as schedules."""
    return _listed(call, request, actions.READ_ASSIGNMENT_SCHEDULES, schedule_body)


def get_schedule(call: Call, request: ArmRequest) -> Answer:
    """Answer one schedule."""
    return _one(call, request, actions.READ_ASSIGNMENT_SCHEDULES, schedule_body)


def list_instances(call: Call, request: ArmRequest) -> Answer:
    """Answer the role assignments around a scope, as what holds now."""
    return _listed(call, request, actions.READ_ASSIGNMENT_INSTANCES, instance_body)


def get_instance(call: Call, request: ArmRequest) -> Answer:
    """Answer one instance."""
    return _one(call, request, actions.READ_ASSIGNMENT_INSTANCES, instance_body)


def list_assignment_requests(call: Call, request: ArmRequest) -> Answer:
    """Answer the requests around a scope."""
    return _no_requests(call, request, actions.READ_ASSIGNMENT_REQUESTS)


def list_eligibility_requests(call: Call, request: ArmRequest) -> Answer:
    """Answer the requests around a scope."""
    return _no_requests(call, request, actions.READ_ELIGIBILITY_REQUESTS)


def _no_requests(call: Call, request: ArmRequest, action: str) -> Answer:
    """Answer an empty list: nothing can be requested, so nothing was."""
    asked_by(call, request.query.get("$filter", ""))
    call.authorize(action, request.id.scope)
    return Answer(200, {"value": []})


def get_assignment_request(call: Call, request: ArmRequest) -> Answer:
    """Answer one request; raises `NotFound`, for nothing can be requested."""
    call.authorize(actions.READ_ASSIGNMENT_REQUESTS, request.id.scope)
    raise _no_request(request)


def get_eligibility_request(call: Call, request: ArmRequest) -> Answer:
    """Answer one request; raises `NotFound`, for nothing can be requested."""
    call.authorize(actions.READ_ELIGIBILITY_REQUESTS, request.id.scope)
    raise _no_request(request)


def _no_request(request: ArmRequest) -> NotFound:
    return NotFound("RequestNotFound", f"There is no request '{request.id.name}' at this scope.")


Form = Callable[[RoleAssignment, Expanded, Asked], dict[str, Any]]


def _listed(call: Call, request: ArmRequest, action: str, form: Form) -> Answer:
    asked = asked_by(call, request.query.get("$filter", ""))
    wanted = AssignmentFilter(asked.at_scope, asked.principal_id, asked.target_id)
    found = access.list_standing(call, request.id.scope, action, wanted)
    expanded = Expanded(call, {one.principal_id for one in found})
    return Answer(200, {"value": [form(one, expanded, asked) for one in found]})


def _one(call: Call, request: ArmRequest, action: str, form: Form) -> Answer:
    found = access.list_standing(call, request.id.scope, action, AssignmentFilter(at_scope=True))
    bodies = (form(one, Expanded(call, {one.principal_id}), Asked()) for one in found)
    body = named(request, bodies)
    if body is None:
        kind, name = request.id.types[-1], request.id.name
        raise NotFound("RoleAssignmentScheduleNotFound", f"There are no {kind} named '{name}' at this scope.")
    return Answer(200, body)


def schedule_body(one: RoleAssignment, expanded: Expanded, asked: Asked) -> dict[str, Any]:
    """Return an assignment as a schedule."""
    name = ids.named("role-assignment-schedule", one.key)
    properties = _properties(one, expanded, asked) | {"status": "Provisioned", "updatedOn": iso(one.updated_at)}
    return shown(one.scope, SCHEDULES, name, properties)


def instance_body(one: RoleAssignment, expanded: Expanded, asked: Asked) -> dict[str, Any]:
    """Return an assignment as an instance of its schedule."""
    name = ids.named("role-assignment-schedule-instance", one.key)
    schedule = id_at(one.scope, SCHEDULES, ids.named("role-assignment-schedule", one.key))
    properties = _properties(one, expanded, asked) | {
        "status": "Provisioned",
        "originRoleAssignmentId": one.id,
        "roleAssignmentScheduleId": schedule,
    }
    return shown(one.scope, INSTANCES, name, properties)


def _properties(one: RoleAssignment, expanded: Expanded, asked: Asked) -> dict[str, Any]:
    through_group = asked.target_id is not None and one.principal_id != asked.target_id.lower()
    properties = {
        "assignmentType": "Assigned",
        "scope": one.scope,
        "roleDefinitionId": definition_id(one.role_id, one.scope),
        "principalId": one.principal_id,
        "principalType": one.principal_type,
        "startDateTime": iso(one.created_at),
        "memberType": "Group" if through_group else "Direct",
        "createdOn": iso(one.created_at),
        "expandedProperties": expanded.of(one.scope, one.role_id, one.tenant_id, one.principal_id),
    }
    if one.condition:
        properties |= {"condition": one.condition, "conditionVersion": one.condition_version or "2.0"}
    return properties


_BASE = "/{scope}/providers"
_READS = (
    (SCHEDULES, actions.READ_ASSIGNMENT_SCHEDULES, list_schedules, get_schedule),
    (INSTANCES, actions.READ_ASSIGNMENT_INSTANCES, list_instances, get_instance),
    (ASSIGNMENT_REQUESTS, actions.READ_ASSIGNMENT_REQUESTS, list_assignment_requests, get_assignment_request),
    (ELIGIBILITY_REQUESTS, actions.READ_ELIGIBILITY_REQUESTS, list_eligibility_requests, get_eligibility_request),
)
OPERATIONS = [
    operation
    for kind, action, lists, gets in _READS
    for operation in (
        Operation("GET", f"{_BASE}/{kind}", action, (200,), lists, VERSIONS),
        Operation("GET", f"{_BASE}/{kind}/{{name}}", action, (200,), gets, VERSIONS),
    )
]
