"""Resource groups on the wire."""

from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import ResourceGroup
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, number, read
from lightkeeper.wire.arm.subscriptions import VERSIONS


class GroupBody(Body):
    """The body of a PUT. The service judges location and tags, so that all faults come together."""

    location: str | None = None
    tags: dict[str, Any] | None = None
    managed_by: str | None = None


class GroupPatch(Body):
    """The body of a PATCH."""

    tags: dict[str, Any] | None = None
    managed_by: str | None = None


def list_groups(call: Call, request: ArmRequest) -> Answer:
    """Return the groups the caller may read."""
    subscription_id = request.id.subscription_id or ""
    page = resources.list_resource_groups(
        call,
        subscription_id,
        filter=request.query.get("$filter", ""),
        top=number(request.query.get("$top"), "$top"),
        skip=request.query.get("$skiptoken"),
    )
    answer: dict[str, Any] = {"value": [project(group) for group in page.items]}
    if page.next:
        kept = {name: request.query[name] for name in ("$filter", "$top") if request.query.get(name)}
        answer["nextLink"] = request.link(
            f"/subscriptions/{subscription_id}/resourcegroups", **kept, **{"$skiptoken": page.next}
        )
    return Answer(200, answer)


def get_group(call: Call, request: ArmRequest) -> Answer:
    """Return one group."""
    group = resources.get_resource_group(call, request.id.subscription_id or "", request.id.resource_group or "")
    return Answer(200, project(group))


def head_group(call: Call, request: ArmRequest) -> Answer:
    """Say whether the group exists."""
    exists = resources.resource_group_exists(call, request.id.subscription_id or "", request.id.resource_group or "")
    return Answer(204 if exists else 404)


def put_group(call: Call, request: ArmRequest) -> Answer:
    """Create a group or replace its tags."""
    said = read(GroupBody, request.body)
    written = resources.put_resource_group(
        call,
        request.id.subscription_id or "",
        request.id.resource_group or "",
        said.location,
        tags=said.tags,
        managed_by=said.managed_by,
    )
    return Answer(201 if written.created else 200, project(written.value))


def patch_group(call: Call, request: ArmRequest) -> Answer:
    """Replace tags or manager."""
    said = read(GroupPatch, request.body)
    group = resources.patch_resource_group(
        call,
        request.id.subscription_id or "",
        request.id.resource_group or "",
        tags=said.tags,
        managed_by=said.managed_by,
    )
    return Answer(200, project(group))


def delete_group(call: Call, request: ArmRequest) -> Answer:
    """Delete the group; what there is to wait for is already over at the first poll."""
    subscription_id = request.id.subscription_id or ""
    token = resources.delete_resource_group(call, subscription_id, request.id.resource_group or "")
    location = request.link(f"/subscriptions/{subscription_id}/operationresults/{token}")
    return Answer(202, headers={"location": location, "retry-after": "1"})


def get_result(call: Call, request: ArmRequest) -> Answer:
    """Answer a poll: the operation is over."""
    resources.is_finished(call, request.id.subscription_id or "", request.segments[-1])
    return Answer(200)


def project(group: ResourceGroup) -> dict[str, Any]:
    """Return the group as clients read it."""
    shown: dict[str, Any] = {
        "id": group.id,
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        "tags": dict(group.tags),
        "properties": {"provisioningState": "Succeeded"},
    }
    if group.managed_by:
        shown["managedBy"] = group.managed_by
    return shown


_ITEM = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
OPERATIONS = [
    Operation(
        "GET", "/subscriptions/{subscriptionId}/resourceGroups", actions.READ_GROUP, (200,), list_groups, VERSIONS
    ),
    Operation("GET", _ITEM, actions.READ_GROUP, (200,), get_group, VERSIONS),
    Operation("HEAD", _ITEM, actions.READ_GROUP, (204, 404), head_group, VERSIONS),
    Operation("PUT", _ITEM, actions.WRITE_GROUP, (200, 201), put_group, VERSIONS),
    Operation("PATCH", _ITEM, actions.WRITE_GROUP, (200,), patch_group, VERSIONS),
    Operation("DELETE", _ITEM, actions.DELETE_GROUP, (202,), delete_group, VERSIONS),
    Operation("GET", "/subscriptions/{subscriptionId}/operationresults/{token}", "", (200,), get_result, VERSIONS),
]
