"""`lightkeeper deployment`: a template file deployed to a subscription, over plain ARM."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.failures import Failure, usage
from lightkeeper.cli.output import Column
from lightkeeper.cli.places import subscription_id
from lightkeeper.cli.world import read_text

API_VERSION = "2024-11-01"
_ENDED = ("Succeeded", "Failed", "Canceled")

_SUBSCRIPTION = Annotated[
    str, typer.Option("--subscription", "-s", help="The subscription: id or name.", show_default=False)
]
_TEMPLATE = Annotated[Path, typer.Option("--template-file", "-f", help="The template.", show_default=False)]
_PARAMETERS = Annotated[
    list[str] | None,
    typer.Option(
        "--parameters", "-p", help="A parameter file, or NAME=VALUE; several are possible.", show_default=False
    ),
]
_LOCATION = Annotated[str, typer.Option("--location", "-l", help="Where the deployment's own record is kept.")]
_NAME = Annotated[
    str, typer.Option("--name", "-n", help="The deployment's name; the template's when left out.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Register the commands."""
    commands = group(app, "deployment", "Template deployments at a subscription.")
    command(commands, "create")(create)
    command(commands, "validate")(validate)
    command(commands, "show")(show)


def create(
    desk: Desk,
    subscription: _SUBSCRIPTION,
    template_file: _TEMPLATE,
    parameters: _PARAMETERS = None,
    location: _LOCATION = "westeurope",
    name: _NAME = "",
    timeout: Annotated[int, typer.Option(help="How many seconds to wait at most.", min=1)] = 300,
) -> None:
    """Deploy a template to a subscription and wait for the end."""
    path = _path(desk, subscription, name or template_file.stem)
    body = {"location": location, "properties": _properties(template_file, parameters)}
    reply = desk.arm("PUT", path, query={"api-version": API_VERSION}, body=body)
    deadline = time.monotonic() + timeout
    deployment: dict[str, Any] = reply.body
    while deployment["properties"].get("provisioningState") not in _ENDED:
        if time.monotonic() > deadline:
            raise Failure(f"The deployment was not done within {timeout} seconds; it goes on.", "WaitTimedOut")
        time.sleep(0.3)
        deployment = desk.arm("GET", path, query={"api-version": API_VERSION}).body
    _insist_on_success(deployment["properties"])
    _tell(desk, deployment)


def validate(
    desk: Desk,
    subscription: _SUBSCRIPTION,
    template_file: _TEMPLATE,
    parameters: _PARAMETERS = None,
    location: _LOCATION = "westeurope",
    name: _NAME = "",
) -> None:
    """Say whether a template could be deployed, without deploying it."""
    path = _path(desk, subscription, name or template_file.stem)
    body = {"location": location, "properties": _properties(template_file, parameters)}
    answer = desk.arm("POST", f"{path}/validate", query={"api-version": API_VERSION}, body=body).body
    if isinstance(answer, Mapping) and isinstance(answer.get("error"), Mapping):
        _refuse(answer["error"])
    if desk.for_people:
        desk.say("The template can be deployed.")
    else:
        desk.show(answer)


def show(
    desk: Desk,
    subscription: _SUBSCRIPTION,
    name: Annotated[str, typer.Argument(help="The deployment's name.", show_default=False)],
) -> None:
    """Show a deployment: its state, its outputs, what it made."""
    _tell(desk, desk.arm("GET", _path(desk, subscription, name), query={"api-version": API_VERSION}).body)


def _path(desk: Desk, subscription: str, name: str) -> str:
    return f"/subscriptions/{subscription_id(desk, subscription)}/providers/Microsoft.Resources/deployments/{name}"


def _properties(template: Path, parameters: list[str] | None) -> dict[str, Any]:
    return {"mode": "Incremental", "template": _json(template), "parameters": _given(parameters or [])}


def _json(path: Path) -> Any:
    try:
        return json.loads(read_text(path))
    except ValueError as fault:
        raise usage(f"{path} is not JSON: {fault}.") from fault


def _given(parameters: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for text in parameters:
        name, equals, value = text.partition("=")
        if equals and not Path(text).exists():
            try:
                found[name] = {"value": json.loads(value)}
            except ValueError:
                found[name] = {"value": value}
            continue
        read = _json(Path(text.removeprefix("@")))
        if not isinstance(read, dict):
            raise usage(f"{text} is no parameter file.")
        inner = read.get("parameters", read)
        found |= {key: one for key, one in inner.items() if isinstance(one, dict)}
    return found


def _insist_on_success(properties: Mapping[str, Any]) -> None:
    if properties["provisioningState"] != "Succeeded":
        _refuse(properties.get("error") or {"message": f"The deployment is {properties['provisioningState']}."})


def _refuse(error: Mapping[str, Any]) -> None:
    details = [dict(one) for one in error.get("details") or () if isinstance(one, Mapping)]
    raise Failure(
        str(error.get("message") or "The deployment failed."), str(error.get("code") or "DeploymentFailed"), details
    )


def _tell(desk: Desk, deployment: Mapping[str, Any]) -> None:
    if not desk.for_people:
        desk.show(deployment)
        return
    properties = deployment["properties"]
    desk.say(f"{deployment['name']}: {properties['provisioningState']}")
    if properties.get("outputs"):
        desk.show(
            [{"name": name, "value": output.get("value")} for name, output in properties["outputs"].items()],
            Column("OUTPUT", "name", "bold"), Column("VALUE", lambda row: json.dumps(row["value"], ensure_ascii=False)),
        )  # fmt: skip
    made = [{"id": one["id"]} for one in properties.get("outputResources") or ()]
    if made:
        desk.show(made, Column("MADE", "id"))
