"""Moving resources and exporting them as a template, on the wire."""

from typing import Any

from pydantic import Field

from lightkeeper.kernel.call import Call
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, read
from lightkeeper.wire.arm.subscriptions import VERSIONS


class MoveBody(Body):
    """What to move where."""

    resources: list[str] = Field(default_factory=list)
    target_resource_group: str = ""


class ExportBody(Body):
    """What to export, and how."""

    resources: list[str] = Field(default_factory=lambda: ["*"])
    options: str = ""


def move(call: Call, request: ArmRequest) -> Answer:
    """Move resources; they are there when this is answered."""
    said = read(MoveBody, request.body)
    resources.move_resources(call, *_group(request), said.resources, said.target_resource_group)
    return Answer(204)


def validate_move(call: Call, request: ArmRequest) -> Answer:
    """Say whether the resources could move."""
    said = read(MoveBody, request.body)
    resources.validate_move(call, *_group(request), said.resources, said.target_resource_group)
    return Answer(204)


def export_template(call: Call, request: ArmRequest) -> Answer:
    """Answer the group's resources as a template."""
    said = read(ExportBody, request.body)
    template: Any = resources.export_template(call, *_group(request), said.resources, said.options.split(","))
    return Answer(200, {"template": template})


def _group(request: ArmRequest) -> tuple[str, str]:
    return request.id.subscription_id or "", request.id.resource_group or ""


_ITEM = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
OPERATIONS = [
    Operation("POST", f"{_ITEM}/moveResources", actions.MOVE_RESOURCES, (204,), move, VERSIONS),
    Operation("POST", f"{_ITEM}/validateMoveResources", actions.VALIDATE_MOVE, (204,), validate_move, VERSIONS),
    Operation(
        "POST", f"{_ITEM}/exportTemplate", actions.EXPORT_TEMPLATE, (200,), export_template, VERSIONS, writes=False
    ),
]
