"""What a scene has at hand: a server in a process of its own, people who talk HTTPS, the command line, and a narrator.

Nothing here imports the program: scenes go through its public surfaces only. Whatever a scene shows it also asserts;
`expect` ends the story with a non-zero exit code when the outcome is another one.
"""

import contextlib
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

REPOSITORY = Path(__file__).parents[1]
ARM_AUDIENCE = "https://management.core.windows.net/"
AZ_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


class WrongOutcome(AssertionError):
    """The program did something else than the story says."""


@dataclass
class Stage:
    """Everything the scenes share."""

    console: Console
    folder: Path
    ready: dict[str, Any] = field(default_factory=dict)
    world: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    _server: subprocess.Popen[bytes] | None = None
    _client: httpx2.Client | None = None
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    # --- telling ---------------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Tell one step with the time it took."""
        started = time.perf_counter()
        self.console.print(f"  [bold]{title}[/bold]")
        yield
        self.console.print(f"  [green]✓[/green] [dim]{time.perf_counter() - started:5.2f} s[/dim]\n")

    def say(self, text: str) -> None:
        """Print one line under the current step."""
        self.console.print(f"    {text}", highlight=False)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
        """Print a small table under the current step."""
        drawn = Table(
            *columns, title=title or None, title_justify="left", title_style="dim", header_style="bold", pad_edge=False
        )
        for row in rows:
            drawn.add_row(*row)
        self.console.print(Padding(drawn, (0, 0, 0, 4)))

    def expect(self, truth: object, what: str) -> None:
        """Go on when `truth` holds; end the story otherwise."""
        if not truth:
            raise WrongOutcome(what)

    # --- the server ------------------------------------------------------------------------------------------------

    def start(self, world: Path) -> None:
        """Start a server on free ports with a new data folder and wait until it is ready."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        ready_file = self.folder / "ready.json"
        command = [sys.executable, "-m", "lightkeeper", "up", "--data", str(self.folder / "data")]
        command += ["--port", "0", "--graph-port", "0", "--world", str(world), "--ready-file", str(ready_file)]
        with (self.folder / "server.txt").open("wb") as output:
            self._server = subprocess.Popen(command, stdout=output, stderr=output, cwd=REPOSITORY)
        deadline = time.monotonic() + 60
        while not ready_file.exists():
            if self._server.poll() is not None or time.monotonic() > deadline:
                raise WrongOutcome(f"the server did not start:\n{(self.folder / 'server.txt').read_text()[-3000:]}")
            time.sleep(0.02)
        self.ready = json.loads(ready_file.read_text())
        self._client = httpx2.Client(verify=ssl.create_default_context(cafile=self.ready["ca_file"]), timeout=30)

    def stop(self) -> int | None:
        """End the server politely; return its exit code."""
        if self._client is not None:
            self._client.close()
        if self._server is None or self._server.poll() is not None:
            return None
        self._server.send_signal(signal.SIGTERM)
        return self._server.wait(timeout=30)

    # --- people ----------------------------------------------------------------------------------------------------

    def sign_in(self, user: str, password: str, tenant: str = "organizations") -> "Person":
        """Sign a person in with a password and return them."""
        answer = self.http(
            "POST",
            f"{self.ready['login']}/{tenant}/oauth2/v2.0/token",
            data={
                "grant_type": "password",
                "client_id": AZ_CLIENT,
                "username": user,
                "password": password,
                "scope": f"{ARM_AUDIENCE}/.default",
            },
        )
        self.expect(answer.status_code == 200, f"{user} could not sign in: {answer.text}")
        return Person(self, user, answer.json()["access_token"])

    def http(self, method: str, url: str, **options: Any) -> httpx2.Response:
        """Send one HTTPS request."""
        assert self._client is not None
        return self._client.request(method, url, **options)

    def show(self, *arguments: str) -> None:
        """Run the command line as a person would and let it print to the terminal, progress bars included."""
        self.say(f"[dim]$ lightkeeper {' '.join(arguments)}[/dim]")
        finished = subprocess.run(
            [sys.executable, "-m", "lightkeeper", *arguments],
            env={**os.environ, "LIGHTKEEPER_DATA": str(self.folder / "data")},
            cwd=REPOSITORY,
            timeout=120,
            check=False,
        )
        self.expect(finished.returncode == 0, f"lightkeeper {' '.join(arguments)} ended with {finished.returncode}")

    def run(self, *arguments: str, stdin: str | None = None, ok: bool = True) -> Any:
        """Run the command line with `--output json` and return what it printed; `ok` is whether it should succeed."""
        finished = subprocess.run(
            [sys.executable, "-m", "lightkeeper", *arguments, "--output", "json"],
            input=stdin,
            capture_output=True,
            text=True,
            env={**os.environ, "LIGHTKEEPER_DATA": str(self.folder / "data"), "NO_COLOR": "1"},
            cwd=REPOSITORY,
            timeout=120,
            check=False,
        )
        shown = " ".join(
            str(Path(part).relative_to(REPOSITORY)) if part.startswith(f"{REPOSITORY}/") else part for part in arguments
        )
        self.say(f"[dim]$ lightkeeper {shown}[/dim]")
        self.expect(
            finished.returncode == (0 if ok else 1),
            f"lightkeeper {' '.join(arguments)} ended with {finished.returncode}:\n{finished.stdout}{finished.stderr}",
        )
        return json.loads(finished.stdout or finished.stderr or "null")


@dataclass(frozen=True)
class Person:
    """Somebody signed in, talking to Resource Manager."""

    stage: Stage
    name: str
    token: str

    def ask(self, method: str, path: str, body: Any = None, version: str = "2022-12-01") -> httpx2.Response:
        """Send one ARM request."""
        joint = "&" if "?" in path else "?"
        return self.stage.http(
            method,
            f"{self.stage.ready['arm'].rstrip('/')}{path}{joint}api-version={version}",
            json=body,
            headers={"authorization": f"Bearer {self.token}"},
        )

    def portal(self, method: str, path: str, body: Any = None, code: str = "") -> Any:
        """Ask the portal's own API; with `code` it must be refused with that code. Return the document."""
        answer = self.stage.http(
            method,
            f"{self.stage.ready['portal']}/api/{path}",
            json=body,
            headers={"authorization": f"Bearer {self.token}"},
        )
        document = answer.json()
        found = document.get("error", {}).get("code", "") if isinstance(document, dict) else ""
        self.stage.expect(found == code, f"{self.name} {method} {path}: {answer.status_code} {answer.text}")
        colour, told = ("red", f"  [yellow]{code}[/yellow]") if code else ("green", "")
        self.stage.say(
            f"[{colour}]{answer.status_code}[/{colour}] {self.name}  {method} /portal/api/{short(path)}{told}"
        )
        return document

    def may(self, method: str, path: str, body: Any = None, version: str = "2024-07-01") -> Mapping[str, Any]:
        """Send a request that must succeed; return its document and tell it."""
        answer = self.ask(method, path, body, version)
        self.stage.expect(answer.status_code < 300, f"{self.name} {method} {path}: {answer.status_code} {answer.text}")
        self.stage.say(f"[green]{answer.status_code}[/green] {self.name}  {method} {short(path)}")
        return answer.json() if answer.content else {}

    def may_not(self, code: str, method: str, path: str, body: Any = None, version: str = "2024-07-01") -> str:
        """Send a request that must be refused with `code`; return the message and tell it."""
        answer = self.ask(method, path, body, version)
        found = answer.json().get("error", {}) if answer.content else {}
        self.stage.expect(
            answer.status_code >= 400 and found.get("code") == code,
            f"{self.name} {method} {path} should be refused with {code}: {answer.status_code} {answer.text}",
        )
        self.stage.say(f"[red]{answer.status_code}[/red] {self.name}  {method} {short(path)}  [yellow]{code}[/yellow]")
        return str(found["message"])


def short(path: str) -> str:
    """Return an ARM path with its GUIDs shortened, for reading."""
    return "/".join(part[:8] + "…" if len(part) == 36 and part.count("-") == 4 else part for part in path.split("/"))
