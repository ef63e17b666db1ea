"""What every command shares: where the server is, who asks, in which form to answer, how a failure ends.

`command` registers a function as a command and adds `--output`, `--data` and `--as`; the function gets them as one `Desk`.
"""

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

import typer

from lightkeeper.cli.client import Reply, Server, data_folder, ready_file, succeed
from lightkeeper.cli.failures import USAGE, Failure, usage
from lightkeeper.cli.output import Column, Output, say, show, show_failure

PARTNER_VERSION = "2017-10-31"
"""The api-version of the publisher's API."""

_OUTPUT = Annotated[Output, typer.Option("--output", "-o", help="The form of the answer.")]
_DATA = Annotated[
    Path | None, typer.Option("--data", envvar="LIGHTKEEPER_DATA", help="The server's data folder.", show_default=False)
]
_AS = Annotated[
    str | None,
    typer.Option(
        "--as",
        envvar="LIGHTKEEPER_AS",
        help="Who asks: a signed-in account. The operator when left out.",
        show_default=False,
    ),
]


class Desk:
    """One command's surroundings; the server is only looked for when it is needed."""

    def __init__(self, output: Output = Output.TABLE, data: Path | None = None, account: str | None = None) -> None:
        self.output = output
        self.data = data_folder(data)
        self.account = account
        self._server: Server | None = None

    @property
    def server(self) -> Server:
        """Return the running server of the data folder."""
        if self._server is None:
            self._server = Server(ready_file(self.data))
        return self._server

    @property
    def token(self) -> str:
        """Return the token of the one who asks."""
        from lightkeeper.cli.session import token_of

        return token_of(self.data, self.server, self.account)

    def ask(self, method: str, path: str, **more: Any) -> Reply:
        """Return the server's answer to the one who runs the command, whatever its status.

        A token may end before its time, when the sandbox's clock was moved; then it is renewed once.
        """
        from lightkeeper.cli.session import renewed_token_of

        reply = self.server.ask(method, path, token=self.token, **more)
        if reply.status == 401 and (token := renewed_token_of(self.data, self.server, self.account)):
            reply = self.server.ask(method, path, token=token, **more)
        return reply

    def operator(self, method: str, path: str, **more: Any) -> Any:
        """Return the operator API's answer; only the operator may ask it."""
        from lightkeeper.cli.session import operator_token

        reply = self.server.ask(method, f"/operator/{path}", token=operator_token(self.data), **more)
        return succeed(reply).body

    def portal(self, method: str, path: str, **more: Any) -> Any:
        """Return the portal API's answer, asked as the one who runs the command."""
        return succeed(self.ask(method, f"/portal/api/{path}", **more)).body

    def partner(self, method: str, path: str, **more: Any) -> Any:
        """Return the publisher's API's answer, asked as the one who runs the command."""
        return self._partner(method, path, **more).body

    def partner_list(self, path: str) -> list[Any]:
        """Return all of a list of the publisher's API, page after page."""
        found: list[Any] = []
        query: dict[str, str] = {}
        while True:
            reply = self._partner("GET", path, query=query)
            found += reply.body["value"] if isinstance(reply.body, dict) else reply.body
            link, _, _ = reply.headers.get("link", "").partition('>; rel="next"')
            query = dict(parse_qsl(urlsplit(link.removeprefix("<")).query))
            if not query:
                return found

    def _partner(self, method: str, path: str, **more: Any) -> Reply:
        query = {"api-version": PARTNER_VERSION, **(more.pop("query", None) or {})}
        base = str(self.server.ready.get("partner") or f"{self.server.origin}/api").rstrip("/")
        return succeed(self.ask(method, f"{base}/{path}", query=query, **more))

    def arm(self, method: str, path: str, **more: Any) -> Reply:
        """Return ARM's answer, asked as the one who runs the command."""
        return succeed(self.ask(method, path, **more))

    def now(self) -> datetime:
        """Return the server's time, which a sandbox may have moved; the wall clock's when it cannot be asked."""
        try:
            return datetime.fromisoformat(self.operator("GET", "clock")["now"][:19] + "+00:00")
        except (Failure, KeyError, TypeError, ValueError):
            return datetime.now(UTC)

    def show(self, value: Any, *columns: Column, title: str = "", empty: str = "There is nothing to show.") -> None:
        """Print an answer in the form asked for."""
        show(value, self.output, columns=columns, title=title, empty=empty, now=self.now)

    def say(self, text: str) -> None:
        """Print a sentence for people."""
        say(text, self.output)

    @property
    def for_people(self) -> bool:
        """Return whether a person reads the answer."""
        return self.output is Output.TABLE


def command(
    group: typer.Typer, name: str, *, anybody: bool = True
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a command in a group. `anybody` adds `--as`; the operator's own commands do without it."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(function, eval_str=True)
        own = list(signature.parameters.values())[1:]
        shared = [
            inspect.Parameter(
                "shared_output", inspect.Parameter.KEYWORD_ONLY, default=Output.TABLE, annotation=_OUTPUT
            ),
            inspect.Parameter("shared_data", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_DATA),
        ]
        if anybody:
            shared.append(
                inspect.Parameter("shared_account", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=_AS)
            )

        def run(**given: Any) -> None:
            desk = Desk(given.pop("shared_output"), given.pop("shared_data"), given.pop("shared_account", None))
            try:
                function(desk, **given)
            except Failure as failure:
                show_failure(failure, desk.output)
                raise typer.Exit(failure.exit_code) from None
            except OSError as fault:
                if fault.filename is None:  # no file of the user's, so a fault of ours
                    raise
                show_failure(usage(f"{fault.filename}: {fault.strerror}.", "Name another file or folder."), desk.output)
                raise typer.Exit(USAGE) from None
            except KeyboardInterrupt:
                raise typer.Exit(130) from None

        every = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in own] + shared
        run.__signature__ = inspect.Signature(every)  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in every}
        run.__name__, run.__doc__ = function.__name__, function.__doc__
        group.command(name)(run)
        return function

    return register


def group(parent: typer.Typer, name: str, about: str) -> typer.Typer:
    """Return a new group of commands below `parent`."""
    made = typer.Typer(no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False)
    parent.add_typer(made, name=name, help=about)
    return made
