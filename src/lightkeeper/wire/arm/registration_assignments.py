"""Registration assignments on the wire: where a definition is in force."""

from typing import Any

from pydantic import Field

from lightkeeper.delegation import actions, service
from lightkeeper.delegation.model import ASSIGNMENTS, NAMESPACE, Delegation, RegistrationAssignment
from lightkeeper.kernel.call import Call
from lightkeeper.wire.arm import managed_services as common
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.registration_definitions import definition_body

TYPE = f"{NAMESPACE}/{ASSIGNMENTS}"
EXPAND = "$expandregistrationdefinition"


class PropertiesBody(common.Body):
    """What a client says about an assignment."""

    registration_definition_id: str = Field(min_length=1)


class AssignmentBody(common.Body):
    """The body of a PUT."""

    properties: PropertiesBody


def put_assignment(call: Call, request: ArmRequest) -> Answer:
    """Delegate; the grant holds when this is answered.

    A version that could not read the delegation back does not make it either (L45).
    """
    said = common.read_body(AssignmentBody, request).properties
    written = service.put_assignment(call, request.id.scope, request.id.name, said.registration_definition_id)
    if request.api_version < common.ELIGIBLE_SINCE:
        made = service.get_assignment(call, request.id.scope, request.id.name)
        common.insist_on_version(request, made.definition.eligible_authorizations)
    return Answer(201 if written.created else 200, _plain(written.value, request))


def get_assignment(call: Call, request: ArmRequest) -> Answer:
    """Answer one assignment, with its definition when asked for."""
    found = service.get_assignment(call, request.id.scope, request.id.name)
    common.insist_on_version(request, found.definition.eligible_authorizations)
    return Answer(200, _bodies(call, [found], request)[0])


def list_assignments(call: Call, request: ArmRequest) -> Answer:
    """Answer the assignments at a group, or at a subscription and in its groups."""
    found = service.list_assignments(call, request.id.scope, common.managing_tenants(request))
    return Answer(200, {"value": _bodies(call, found, request)})


def delete_assignment(call: Call, request: ArmRequest) -> Answer:
    """End a delegation; the grant is gone when this is answered."""
    return Answer(200 if service.delete_assignment(call, request.id.scope, request.id.name) else 204)


def tell_of_failed_put(call: Call, request: ArmRequest, status: str) -> None:
    """Tell the provider's log that its delegation did not come about."""
    properties = request.body.get("properties") if isinstance(request.body, dict) else None
    named = properties.get("registrationDefinitionId") if isinstance(properties, dict) else None
    service.note_failed_addition(call, request.id.scope, request.id.name, str(named or ""), status)


def tell_of_failed_delete(call: Call, request: ArmRequest, status: str) -> None:
    """Tell the provider's log that its delegation was not ended."""
    service.note_failed_removal(call, request.id.scope, request.id.name, status)


def _bodies(call: Call, found: list[Delegation], request: ArmRequest) -> list[dict[str, Any]]:
    bodies = [_plain(one.assignment, request) for one in found]
    if request.query.get(EXPAND, "").lower() == "true":
        described = {one.definition.key: one for one in service.describe(call, [one.definition for one in found])}
        for body, one in zip(bodies, found, strict=True):
            body["properties"]["registrationDefinition"] = definition_body(described[one.definition.key], request)
    return bodies


def _plain(one: RegistrationAssignment, request: ArmRequest) -> dict[str, Any]:
    return {
        "properties": {"registrationDefinitionId": one.definition_id, "provisioningState": common.SUCCEEDED},
        "id": one.resource_id,
        "type": TYPE,
        "name": one.id,
        **common.system_data(one.stamp, request),
    }


_LIST = "/{scope}/providers/Microsoft.ManagedServices/registrationAssignments"
_ITEM = "/{scope}/providers/Microsoft.ManagedServices/registrationAssignments/{name}"

OPERATIONS = [
    Operation(
        "PUT", _ITEM, actions.WRITE_ASSIGNMENTS, (200, 201), put_assignment, common.VERSIONS, refused=tell_of_failed_put
    ),
    Operation("GET", _ITEM, actions.READ_ASSIGNMENTS, (200,), get_assignment, common.VERSIONS),
    Operation(
        "DELETE",
        _ITEM,
        actions.DELETE_ASSIGNMENTS,
        (200, 204),
        delete_assignment,
        common.VERSIONS,
        refused=tell_of_failed_delete,
    ),
    Operation("GET", _LIST, actions.READ_ASSIGNMENTS, (200,), list_assignments, common.VERSIONS),
]
