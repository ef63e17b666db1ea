"""A subscription's tag names on the wire: predefined ones and those in use."""

from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.resources.service import TagName
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.subscriptions import VERSIONS


def list_names(call: Call, request: ArmRequest) -> Answer:
    """Answer all names."""
    subscription_id = request.segments[1]
    return Answer(
        200, {"value": [_name(one, subscription_id) for one in resources.list_tag_names(call, subscription_id)]}
    )


def put_name(call: Call, request: ArmRequest) -> Answer:
    """Keep a name."""
    _, subscription_id, _, name = request.segments
    written = resources.put_tag_name(call, subscription_id, name)
    return Answer(201 if written.created else 200, _name(written.value, subscription_id))


def delete_name(call: Call, request: ArmRequest) -> Answer:
    """Forget a name."""
    _, subscription_id, _, name = request.segments
    return Answer(200 if resources.delete_tag_name(call, subscription_id, name) else 204)


def put_value(call: Call, request: ArmRequest) -> Answer:
    """Keep a value."""
    _, subscription_id, _, name, _, value = request.segments
    written = resources.put_tag_value(call, subscription_id, name, value)
    shown = next(
        one for one in _name(written.value, subscription_id)["values"] if one["tagValue"].lower() == value.lower()
    )
    return Answer(201 if written.created else 200, shown)


def delete_value(call: Call, request: ArmRequest) -> Answer:
    """Forget a value."""
    _, subscription_id, _, name, _, value = request.segments
    return Answer(200 if resources.delete_tag_value(call, subscription_id, name, value) else 204)


def _name(one: TagName, subscription_id: str) -> dict[str, Any]:
    id_ = f"/subscriptions/{subscription_id}/tagNames/{one.name}"
    values = [
        {"id": f"{id_}/tagValues/{value}", "tagValue": value, "count": _count(times)}
        for value, times in sorted(one.values.items())
    ]
    return {"id": id_, "tagName": one.name, "count": _count(one.used), "values": values}


def _count(times: int) -> dict[str, Any]:
    return {"type": "Total", "value": times}


_LIST = "/subscriptions/{subscriptionId}/tagNames"
_NAME = f"{_LIST}/{{tagName}}"
_VALUE = f"{_NAME}/tagValues/{{tagValue}}"
OPERATIONS = [
    Operation("GET", _LIST, actions.READ_TAG_NAMES, (200,), list_names, VERSIONS),
    Operation("PUT", _NAME, actions.WRITE_TAG_NAMES, (200, 201), put_name, VERSIONS),
    Operation("DELETE", _NAME, actions.DELETE_TAG_NAMES, (200, 204), delete_name, VERSIONS),
    Operation("PUT", _VALUE, actions.WRITE_TAG_VALUES, (200, 201), put_value, VERSIONS),
    Operation("DELETE", _VALUE, actions.DELETE_TAG_VALUES, (200, 204), delete_value, VERSIONS),
]
