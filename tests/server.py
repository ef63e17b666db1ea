"""A real server in a process of its own, and a person who talks to it over HTTPS."""

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.databases import lay_out

REPOSITORY = Path(__file__).parents[1]
DEMO_WORLD = REPOSITORY / "examples" / "worlds" / "demo.yaml"
PATIENCE = 180.0
"""Seconds that anything may take before a test gives it up. When all goes well nobody waits, so it is long: other people's
machines are slower than ours, and busy."""

ARM = "https://management.core.windows.net/"
AZ_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


def surroundings(**more: str) -> dict[str, str]:
    """Return the environment of this process without what would lead a program elsewhere, and with what is said here.

    Whoever runs the tests may live behind a proxy, or have a Lightkeeper or an Azure of their own.
    """
    foreign = ("LIGHTKEEPER_", "AZURE_", "ARM_")
    proxies = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    own = {k: v for k, v in os.environ.items() if not k.startswith(foreign) and k.lower() not in proxies}
    return own | more


def until(what: Callable[[], Any], told: Callable[[], Any] = lambda: "it did not happen") -> Any:
    """Return what `what` returns as soon as that is true; `told` says in the end what there is instead."""
    deadline = time.monotonic() + PATIENCE
    while not (found := what()):
        assert time.monotonic() < deadline, told()
        time.sleep(0.02)
    return found


@dataclass
class Server:
    """`lightkeeper up` on free ports with a data folder; `ready` is what it wrote into its ready file."""

    data: Path
    world: Path | None = None
    database: str = ""
    options: tuple[str, ...] = ()
    ready: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    _tokens: dict[tuple[str, str, str], str] = field(default_factory=dict)
    _client: httpx2.Client | None = None

    def start(self) -> "Server":
        ready_file = self.data / "ready-for-tests.json"
        self.data.mkdir(parents=True, exist_ok=True)
        ready_file.unlink(missing_ok=True)
        if not self.database:
            lay_out(self.data / "lightkeeper.db")
        command = [
            sys.executable,
            "-m",
            "lightkeeper",
            "up",
            "--data",
            str(self.data),
            "--port",
            "0",
            "--graph-port",
            "0",
        ]
        command += ["--ready-file", str(ready_file), *self.options]
        command += ["--world", str(self.world)] if self.world else []
        command += ["--database", self.database] if self.database else []
        with (self.data / "output.txt").open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output, cwd=REPOSITORY, env=surroundings())
        deadline = time.monotonic() + PATIENCE
        while not ready_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.data / "output.txt").read_text()[-4000:])
            time.sleep(0.02)
        self.ready = json.loads(ready_file.read_text())
        self._tokens.clear()
        self._hang_up()
        self._client = self.client()
        return self

    def stop(self) -> int:
        """End it politely and return its exit code."""
        assert self.process is not None
        self._hang_up()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=PATIENCE)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=PATIENCE)
        self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def send(self, method: str, url: str, **options: Any) -> httpx2.Response:
        """Send one HTTPS request over the kept connections; threads may share them."""
        assert self._client is not None
        return self._client.request(method, url, **options)

    def operator(self, method: str, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        """Ask the operator's API with the data folder's key."""
        key = (self.data / "operator.key").read_text().strip()
        address = f"{self.ready['login']}/operator/{path}"
        return self.send(method, address, json=body, headers={"authorization": f"Bearer {key}"}, **options)

    def apply(self, world: Any) -> dict[str, Any]:
        """Apply a world, given as text or as a value, and return what the server says about it."""
        key = (self.data / "operator.key").read_text().strip()
        text = world if isinstance(world, str) else json.dumps(world)
        answer = self.send(
            "POST",
            f"{self.ready['login']}/operator/world",
            content=text.encode(),
            headers={"authorization": f"Bearer {key}", "content-type": "application/yaml"},
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def entries(self, after: int = 0) -> list[dict[str, Any]]:
        """Return the log's entries behind a revision, oldest first."""
        found: list[dict[str, Any]] = []
        while batch := self.operator("GET", f"log?after={after}&limit=1000").json()["value"]:
            found += batch
            after = batch[-1]["revision"]
        return found

    def client(self) -> httpx2.Client:
        trusted = ssl.create_default_context(cafile=self.ready["ca_file"])
        return httpx2.Client(verify=trusted, timeout=PATIENCE, trust_env=False)

    def token(self, user: str, password: str, tenant: str = "organizations", scope: str = f"{ARM}/.default") -> str:
        """Sign a person in with a password and return the access token."""
        key = (user, tenant, scope)
        if key not in self._tokens:
            answer = self.send(
                "POST",
                f"{self.ready['login']}/{tenant}/oauth2/v2.0/token",
                data={
                    "grant_type": "password",
                    "client_id": AZ_CLIENT,
                    "username": user,
                    "password": password,
                    "scope": scope,
                },
            )
            assert answer.status_code == 200, answer.text
            self._tokens[key] = answer.json()["access_token"]
        return self._tokens[key]

    def cli(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run the command line against this server's data folder."""
        return subprocess.run(
            [sys.executable, "-m", "lightkeeper", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=surroundings(LIGHTKEEPER_DATA=str(self.data), NO_COLOR="1", COLUMNS="160"),
            cwd=REPOSITORY,
            timeout=PATIENCE,
            check=False,
        )


@dataclass
class Person:
    """Somebody signed in to a tenant, talking ARM."""

    server: Server
    user: str
    password: str
    tenant: str = "organizations"

    def ask(
        self, method: str, path: str, body: Any = None, version: str = "2022-12-01", **headers: str
    ) -> httpx2.Response:
        """Send one ARM request; `path` may carry its own query."""
        joint = "&" if "?" in path else "?"
        return self.to(f"{self.server.ready['arm']}{path}{joint}api-version={version}", method, body, **headers)

    def portal(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """Ask the portal's API."""
        return self.to(f"{self.server.ready['portal']}/api/{path}", method, body)

    def partner(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        """Ask the publisher's API."""
        joint = "&" if "?" in path else "?"
        address = f"{self.server.ready['partner']}/{path}{joint}api-version=2017-10-31"
        return self.to(address, method, body, **{"if-match": "*"})

    def to(self, url: str, method: str, body: Any = None, **headers: str) -> httpx2.Response:
        """Send one request in this person's name."""
        token = self.server.token(self.user, self.password, self.tenant)
        return self.server.send(method, url, json=body, headers={"authorization": f"Bearer {token}", **headers})
