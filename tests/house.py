"""The whole house in this process, without a socket: every surface, a small world, and people whose tokens are their names.

    house = House.of(tmp_path, WORLD)
    house.send("GET", "/subscriptions?api-version=2022-12-01", by="fabrikam/technician")

Durable work runs to its end right after the request that started it.
"""

import asyncio
import base64
import json
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lightkeeper import bootstrap
from lightkeeper.access.gate import AccessGate
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import ServicePrincipal, User
from lightkeeper.directory.passwords import Hashing
from lightkeeper.kernel.call import OPERATOR, Call, Caller, CallerKind, ObjectId, TenantId
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Unauthenticated
from lightkeeper.settings import Settings
from lightkeeper.world import apply
from lightkeeper.world import store as world_store
from tests.databases import lay_out

ORIGIN = "https://localhost:8443"
CHEAP = Hashing(time_cost=1, memory_kib=64)
MORNING = datetime(2027, 3, 10, 9, 30, tzinfo=UTC)


def from_the_morning() -> Clock:
    """A clock that goes on from one morning in the middle of a month: no test meets midnight or the turn of an hour."""
    begun = time.monotonic()
    return Clock(lambda: MORNING + timedelta(seconds=time.monotonic() - begun))


class RecordingGate(AccessGate):
    """The real gate, which remembers what it was asked."""

    asked: list[tuple[str, str]]

    def allows(self, call: Call, action: str, scope: str) -> bool:
        self.asked.append((action, scope))
        return super().allows(call, action, scope)


class NameTokens:
    """A verifier whose tokens are names: `contoso/owner` signs that user in to the own tenant."""

    def __init__(self, people: dict[str, Caller]) -> None:
        self.people = people

    def verify_access_token(self, token: str, now: datetime, audiences: Any) -> Caller:
        if token not in self.people:
            raise Unauthenticated("InvalidAuthenticationToken", "The access token is invalid.")
        return self.people[token]


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw) if self.raw else None

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"]) if self.raw else ""


@dataclass
class House:
    """Both applications over one database, and everybody who can speak to them."""

    office: Office
    gate: RecordingGate
    main: Any
    graph: Any
    people: dict[str, Caller]
    runner: asyncio.Runner
    due: list[Entry] = field(default_factory=list)
    busy: bool = False  # while set, durable work waits

    @classmethod
    def of(cls, folder: Path, world: str) -> "House":
        move_in(folder, world)
        database = Database(f"sqlite:///{folder}/lightkeeper.db", durable=False)
        built = bootstrap.build(database, from_the_morning(), folder / "sealing.key")
        gate = RecordingGate(built.index)
        gate.asked = []
        built.office.gate = gate
        with built.office.reading(OPERATOR) as call:
            people = _people(call)
        built = replace(built, verifier=NameTokens(people))  # type: ignore[arg-type]
        doors = dict.fromkeys(("arm", "login", "graph", "partner", "catalog", "portal"), ORIGIN)
        main, graph = bootstrap.apps(built, Settings(folder), doors)
        house = cls(built.office, gate, main, graph, people, asyncio.Runner())
        built.office.readers.append(house.due.extend)
        return house

    def close(self) -> None:
        self.runner.close()
        self.office.database.close()

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: str | None = None,
        graph: bool = False,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Send one request; `body` is JSON or bytes."""
        raw = body if isinstance(body, bytes) else (b"" if body is None else json.dumps(body).encode())
        sent = {"host": "localhost:8443", **(headers or {})}
        if by is not None:
            sent.setdefault("authorization", f"Bearer {by}")
        if raw:
            sent.setdefault("content-type", "application/json")
        path, _, query = path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("localhost", 8443),
        }
        reply = self.runner.run(_exchange(self.graph if graph else self.main, scope, raw))
        self.work()
        return reply

    def publish(self, definition: Any, assets: dict[str, bytes], *, by: str) -> None:
        """Take an offer document through every phase until it is live."""
        offer = f"/api/publishers/{definition['offer']['publisher']}/offers/{definition['offer']['id']}"
        pictures = {path: base64.b64encode(content).decode() for path, content in assets.items()}
        steps: list[tuple[str, str, Any]] = [
            ("PUT", offer, {"definition": definition, "assets": pictures}),
            ("POST", f"{offer}/publish", {}),
            ("POST", f"{offer}/golive", {}),
        ]
        for method, path, body in steps:
            reply = self.send(method, f"{path}?api-version=2017-10-31", body, by=by, headers={"if-match": "*"})
            assert reply.status < 300, reply.json

    def work(self) -> None:
        """Bring all durable work that is due to its end."""
        while self.due and not self.busy:
            entry = self.due.pop(0)
            for workflow in bootstrap.workflows():
                if workflow.started_by == entry.kind:
                    for step in workflow.steps:
                        if not step.act(self.office, str(entry.body[workflow.subject])):
                            break


def move_in(folder: Path, world: str) -> None:
    """Put the files of a house there in which this world was made so an hour ago; the first time takes as long as it takes."""
    for name, content in _moved_in(world).items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_bytes(content)


@cache
def _moved_in(world: str) -> dict[str, bytes]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder / "lightkeeper.db")
        database = Database(f"sqlite:///{folder}/lightkeeper.db", durable=False)
        built = bootstrap.build(database, Clock(lambda: MORNING - timedelta(hours=1)), folder / "sealing.key")
        with built.office.writing(OPERATOR) as call:
            apply.apply_text(call, world, "world.yaml", CHEAP)
        database.close()
        return {file.name: file.read_bytes() for file in folder.iterdir()}


async def _exchange(app: Any, scope: dict[str, Any], body: bytes) -> Reply:
    said: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        said.append(message)

    await app(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in said[0]["headers"]}
    return Reply(said[0]["status"], headers, b"".join(one.get("body", b"") for one in said[1:]))


def _people(call: Call) -> dict[str, Caller]:
    """Return everybody a world file names, as their tokens would speak for them."""
    call.open_to_all("tests ask who there is")
    found: dict[str, Caller] = {}
    for one in world_store.all_names(call.connection):
        who = directory.find_principal(call, one.id) if "/" in one.name else None
        if isinstance(who, User):
            home = (TenantId(who.home_tenant_id or who.tenant_id), ObjectId(who.home_object_id or who.id))
            found[one.name] = Caller(ObjectId(who.id), TenantId(who.tenant_id), who.upn, CallerKind.USER, *home)
        elif isinstance(who, ServicePrincipal):
            tenant, oid = TenantId(who.tenant_id), ObjectId(who.id)
            found[one.name] = Caller(oid, tenant, who.app_id, CallerKind.APPLICATION, tenant, oid, who.app_id)
    return found
