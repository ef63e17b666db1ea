"""A real server in a process of its own, and a person who talks to it over HTTPS."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.databases import lay_out

REPOSITORY = Path(__file__).parents[1]
DEMO_WORLD = REPOSITORY / "examples" / "worlds" / "demo.yaml"
ARM = "https://management.core.windows.net/"
AZ_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"


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
            self.process = subprocess.Popen(command, stdout=output, stderr=output, cwd=REPOSITORY)
        deadline = time.monotonic() + 60
        while not ready_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError((self.data / "output.txt").read_text()[-4000:])
            time.sleep(0.02)
        self.ready = json.loads(ready_file.read_text())
        self._tokens.clear()
        self._client = self.client()
        return self

    def stop(self) -> int:
        """End it politely and return its exit code."""
        assert self.process is not None
        self._hang_up()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=30)
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
        import ssl

        return httpx2.Client(verify=ssl.create_default_context(cafile=self.ready["ca_file"]), timeout=30)

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
        environment = {**os.environ, "LIGHTKEEPER_DATA": str(self.data), "NO_COLOR": "1", "COLUMNS": "160"}
        return subprocess.run(
            [sys.executable, "-m", "lightkeeper", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=environment,
            cwd=REPOSITORY,
            timeout=120,
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
