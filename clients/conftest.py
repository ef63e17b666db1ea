"""A server for all clients, what it was asked, and the environments the clients live in.

The clients are installed by `make test-clients` into `.clients/`, each generation by itself.
"""

import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from tests.server import PATIENCE, REPOSITORY, Server, surroundings

from lightkeeper.world import names

HERE = Path(__file__).parent
INSTALLED = REPOSITORY / ".clients"
CONTOSO, FABRIKAM = names.tenant_id("contoso"), names.tenant_id("fabrikam")
PRODUCTION, TEST = names.subscription_id("contoso-prod"), names.subscription_id("contoso-test")
PIPELINE, PIPELINE_SECRET = names.app_id("contoso", "pipeline"), "s3cret-of-the-pipeline"
STEWARD, STEWARD_SECRET = names.app_id("contoso", "steward"), "s3cret-of-the-steward"
TECHNICIANS = names.group_id("fabrikam", "technicians")
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"

_NAMES = {CONTOSO: "CONTOSO", FABRIKAM: "FABRIKAM", PRODUCTION: "PROD", TEST: "TEST"}
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass
class Asked:
    """What the server noted while something ran: `GET /subscriptions/PROD/resourcegroups/web 200`, and the queries."""

    server: Server
    start: int = 0
    lines: list[str] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    signs_in: list[str] = field(default_factory=list)

    @property
    def _log(self) -> Path:
        return self.server.data / "lightkeeper.log"

    def __enter__(self) -> "Asked":
        self.start = self._log.stat().st_size
        return self

    def __exit__(self, *_: object) -> None:
        with self._log.open(encoding="utf-8") as log:
            log.seek(self.start)
            noted = [json.loads(line) for line in log]
        requests = [one for one in noted if one.get("event") == "request"]
        asked = [one for one in requests if one.get("surface") != "portal"]
        self.signs_in = [
            f"{one['method']} {_shortened(one['path'])} {one['status']}"
            for one in requests
            if one.get("surface") == "portal" and ("/oauth2/" in one["path"] or "/.well-known/" in one["path"])
        ]
        self.lines = [f"{one['method']} {_shortened(one['path'])} {one['status']}" for one in asked]
        self.queries = [dict(parse_qsl(one.get("query", ""), keep_blank_values=True)) for one in asked]


def _shortened(path: str) -> str:
    for guid, name in _NAMES.items():
        path = path.replace(guid, name)
    return _GUID.sub("*", path)


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a client with these variables besides the machine's own."""
    return subprocess.run(
        command, env=surroundings(**environment), capture_output=True, text=True, timeout=2 * PATIENCE, check=False,
        cwd=REPOSITORY,
    )  # fmt: skip


def variables(server: Server, client: str) -> dict[str, str]:
    """Return what `lightkeeper env` prints for a client."""
    told = server.cli("env", client, "--output", "json")
    assert told.returncode == 0, told.stderr
    return dict(json.loads(told.stdout))


@dataclass
class Az:
    """`az` with a configuration folder of its own; `asked` are the requests of the last command, sign-in apart."""

    server: Server
    home: Path
    asked: list[str] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        browser = f"{INSTALLED / 'az' / 'bin' / 'python'} {HERE / 'browser.py'} %s &"
        self.environment = variables(self.server, "az") | {
            "AZURE_CONFIG_DIR": str(self.home),
            "AZURE_CORE_LOGIN_EXPERIENCE_V2": "off",
            "AZURE_CORE_OUTPUT": "json",
            "BROWSER": browser,
            "LK_CA": self.server.ready["ca_file"],
        }
        self("cloud", "register", "--name", "Lightkeeper", "--endpoint-resource-manager", self.server.ready["arm"])
        self("cloud", "set", "--name", "Lightkeeper")

    def try_(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command and return how it ended."""
        with Asked(self.server) as asked:
            done = run(
                [str(INSTALLED / "az" / "bin" / "az"), *arguments, "--only-show-errors"], self.environment | more
            )
        self.asked, self.queries = asked.lines, asked.queries
        return done

    @property
    def versions(self) -> list[str]:
        """The api-versions of the last command's requests to Azure Resource Manager, in their order."""
        return [one["api-version"] for one in self.queries if "api-version" in one]

    def __call__(self, *arguments: str, **more: str) -> Any:
        """Run a command that must succeed and return what it printed."""
        done = self.try_(*arguments, **more)
        assert done.returncode == 0, f"az {' '.join(arguments)}\n{done.stderr}\n" + "\n".join(self.asked)
        return json.loads(done.stdout) if done.stdout.strip() else None

    def line(self, text: str, **more: str) -> Any:
        """Run a command written as a line of a shell."""
        return self(*shlex.split(text), **more)

    def fails(self, text: str) -> subprocess.CompletedProcess[str]:
        """Run a command that must fail and return how it did."""
        done = self.try_(*shlex.split(text))
        assert done.returncode != 0, done.stdout
        return done

    def sign_in(self, app_id: str, secret: str, tenant: str, subscription: str = "") -> "Az":
        """Sign in as a program and choose a subscription."""
        self.line(f"login --service-principal -u {app_id} -p {secret} --tenant {tenant}")
        if subscription:
            self.line(f"account set --subscription {subscription}")
        return self


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for each file, with the clients' world: what one client leaves behind is no news to another."""
    started = Server(tmp_path_factory.mktemp("server"), HERE / "world.yaml").start()
    yield started
    started.stop()


@pytest.fixture(scope="module")
def new_az(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Az]:
    """What makes one more `az` that knows nothing of the others."""
    if not (INSTALLED / "az" / "bin" / "az").exists():
        pytest.skip("az is not installed: run make test-clients")
    return lambda: Az(server, tmp_path_factory.mktemp("az"))


@pytest.fixture(scope="module")
def az(new_az: Callable[[], Az]) -> Az:
    """`az`, signed in as Contoso's program."""
    return new_az().sign_in(PIPELINE, PIPELINE_SECRET, CONTOSO, PRODUCTION)


@pytest.fixture(scope="module")
def steward(new_az: Callable[[], Az]) -> Az:
    """`az`, signed in as the program that owns Contoso's whole tree."""
    return new_az().sign_in(STEWARD, STEWARD_SECRET, CONTOSO, PRODUCTION)
