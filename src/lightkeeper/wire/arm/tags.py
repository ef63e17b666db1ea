"""Tags on the wire: `tags/default` at a subscription, group or resource."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, read
from lightkeeper.wire.arm.subscriptions import VERSIONS

TYPE = "Microsoft.Resources/tags"


class TagsProperties(Body):
    """The tags; the service judges names and values, so that all faults come together."""

    tags: dict[str, Any] = Field(default_factory=dict)


class TagsBody(Body):
    """The body of a PUT, and with `operation` of a PATCH."""

    properties: TagsProperties
    operation: str = ""


def get_tags(call: Call, request: ArmRequest) -> Answer:
    """Answer the tags."""
    return _shown(request, resources.get_tags(call, _at(request)))


def put_tags(call: Call, request: ArmRequest) -> Answer:
    """Give these tags and no others."""
    return _shown(request, resources.put_tags(call, _at(request), read(TagsBody, request.body).properties.tags))


def patch_tags(call: Call, request: ArmRequest) -> Answer:
    """Merge, replace or delete tags."""
    said = read(TagsBody, request.body)
    return _shown(request, resources.patch_tags(call, _at(request), said.operation, said.properties.tags))


def delete_tags(call: Call, request: ArmRequest) -> Answer:
    """Take all tags away."""
    resources.delete_tags(call, _at(request))
    return Answer(200)


def _at(request: ArmRequest) -> Any:
    if request.id.name.lower() != "default" or request.id.parent is None:
        raise NotFound("ResourceNotFound", f"Tags are called 'default', not '{request.id.name[:100]}'.")
    return request.id.parent


def _shown(request: ArmRequest, tags: Mapping[str, str]) -> Answer:
    at = request.id.scope.rstrip("/")
    shown = {
        "id": f"{at}/providers/{TYPE}/default",
        "name": "default",
        "type": TYPE,
        "properties": {"tags": dict(tags)},
    }
    return Answer(200, shown)


_PATH = "/{scope}/providers/Microsoft.Resources/tags/default"
OPERATIONS = [
    Operation("GET", _PATH, actions.READ_TAGS, (200,), get_tags, VERSIONS),
    Operation("PUT", _PATH, actions.WRITE_TAGS, (200,), put_tags, VERSIONS),
    Operation("PATCH", _PATH, actions.WRITE_TAGS, (200,), patch_tags, VERSIONS),
    Operation("DELETE", _PATH, actions.DELETE_TAGS, (200,), delete_tags, VERSIONS),
]
