"""`lightkeeper rest`: any request to the server, as somebody signed in."""

import json
import sys
from typing import Annotated, Any

import typer

from lightkeeper.cli.client import refusal_of
from lightkeeper.cli.desk import Desk, command
from lightkeeper.cli.failures import usage
from lightkeeper.cli.output import Output

_METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "HEAD")


def register(app: typer.Typer) -> None:
    """Register the command."""
    command(app, "rest")(rest)


def rest(
    desk: Desk,
    method: Annotated[str, typer.Argument(help="GET, PUT, POST, PATCH, DELETE or HEAD.")],
    url: Annotated[str, typer.Argument(help="A path of the server, or a whole URL of it, with its api-version.")],
    body: Annotated[
        str, typer.Option("--body", "-b", help="JSON, @FILE, or - for standard input.", show_default=False)
    ] = "",
    header: Annotated[
        list[str] | None,
        typer.Option("--header", help="A header, 'Name: value'; several are possible.", show_default=False),
    ] = None,
    include: Annotated[bool, typer.Option("--include", "-i", help="Show status and headers too.")] = False,
) -> None:
    """Send one request as the signed-in caller and print what comes back."""
    if method.upper() not in _METHODS:
        raise usage(f"'{method}' is not a method.", f"Use one of {', '.join(_METHODS)}.")
    headers = dict(_header(one) for one in header or ())
    given = _body(body)
    if given is not None:
        headers.setdefault("content-type", "application/json")
    reply = desk.ask(method, url, content=given, headers=headers)
    if reply.status >= 400:
        failure = refusal_of(reply)
        failure.info = {"status": reply.status, **failure.info}
        raise failure
    if include:
        desk.show({"status": reply.status, "headers": dict(reply.headers), "body": reply.body})
    elif reply.body is not None:
        if desk.for_people:  # an unknown answer has no table
            desk.output = Output.JSON
        desk.show(reply.body)
    else:
        desk.say(f"{reply.status}, without a body.")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise usage(f"'{text}' is not a header.", "Write 'Name: value'.")
    return name.strip().lower(), value.strip()


def _body(text: str) -> Any:
    if not text:
        return None
    if text == "-":
        text = sys.stdin.read()
    elif text.startswith("@"):
        from pathlib import Path

        from lightkeeper.cli.world import read_text

        text = read_text(Path(text[1:]))
    try:
        json.loads(text)
    except ValueError as fault:
        raise usage(f"The body is not JSON: {fault}.") from fault
    return text.encode()
