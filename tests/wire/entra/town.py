"""A directory with everybody who may do something in it, and Graph in front of it; a token is the name of its holder."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from lightkeeper.directory import naming, service, signing_keys
from lightkeeper.directory.model import DirectoryRole, Group, ServicePrincipal, User
from lightkeeper.kernel import log
from lightkeeper.kernel.call import Caller, CallerKind
from lightkeeper.wire.entra.graph.app import graph_app
from tests.directory.people import CHEAP, People, people_on
from tests.house import NameTokens
from tests.wire.entra.places import GRAPH, SETTINGS

ADMINS = {
    "global": DirectoryRole.GLOBAL_ADMINISTRATOR,
    "users-admin": DirectoryRole.USER_ADMINISTRATOR,
    "groups-admin": DirectoryRole.GROUPS_ADMINISTRATOR,
    "apps-admin": DirectoryRole.APPLICATION_ADMINISTRATOR,
    "writer": DirectoryRole.DIRECTORY_WRITERS,
    "reader": DirectoryRole.DIRECTORY_READERS,
    "inviter": DirectoryRole.GUEST_INVITER,
}
PASSWORD = "Correct-Horse-7"


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer."""

    status: int
    body: Any
    headers: Any

    @property
    def code(self) -> str:
        return str(self.body["error"]["code"])

    @property
    def said(self) -> str:
        return str(self.body["error"]["message"])

    @property
    def ids(self) -> list[str]:
        return [each["id"] for each in self.body["value"]]

    @property
    def names(self) -> list[str]:
        return sorted(each["displayName"] for each in self.body["value"])


@dataclass
class Town:
    """Contoso's directory: administrators of each kind, a plain member, a guest, programs with and without a role."""

    people: People
    client: TestClient
    callers: dict[str, Caller]
    known: dict[str, User | Group | ServicePrincipal] = field(default_factory=dict, repr=False)

    def __call__(self, method: str, path: str, body: Any = None, by: str = "global", **headers: str) -> Heard:
        address = path if path.startswith("http") else f"/v1.0{path}"
        answer = self.client.request(method, address, json=body, headers={"Authorization": f"Bearer {by}", **headers})
        return Heard(answer.status_code, answer.json() if answer.content else None, answer.headers)

    def get(self, path: str, by: str = "global", **headers: str) -> Heard:
        return self("GET", path, by=by, **headers)

    def id(self, name: str) -> str:
        return self.known[name].id

    def ref(self, name_or_id: str) -> dict[str, str]:
        found = self.known[name_or_id].id if name_or_id in self.known else name_or_id
        return {"@odata.id": f"{GRAPH}/v1.0/directoryObjects/{found}"}

    def make(self, collection: str, by: str = "global", **body: Any) -> str:
        """Make an object and return its id."""
        heard = self("POST", f"/{collection}", {**DEFAULTS.get(collection, {}), **body}, by=by)
        assert heard.status == 201, heard.body
        return str(heard.body["id"])

    def logged(self) -> list[tuple[str, Any]]:
        """Every entry of the log so far."""
        with self.people.office.database.read() as connection:
            return [(each.kind, each.body) for each in log.after(connection, 0, limit=100_000)]


DEFAULTS: dict[str, dict[str, Any]] = {
    "groups": {"mailEnabled": False, "securityEnabled": True, "mailNickname": "nick"},
    "users": {"accountEnabled": True, "mailNickname": "nick", "passwordProfile": {"password": PASSWORD}},
}


@contextmanager
def town_on(url: str) -> Iterator[Town]:
    """A town on an empty database."""
    people = people_on(url)
    contoso = people.contoso
    known: dict[str, User | Group | ServicePrincipal] = {}
    with people.writing() as call:
        signing_keys.ensure_signing_key(call)
        for name, role in ADMINS.items():
            user = naming.member(contoso, name)
            known[name] = service.put_user(call, _with(user, role))
        for name in ("member", "colleague"):
            known[name] = service.put_user(call, naming.member(contoso, name))
        known["guest"] = people.guest
        known["owner"] = people.owner
        known["staff"] = service.put_group(call, naming.group(contoso, "staff"))
        service.add_member(call, known["staff"].id, known["member"].id)
        service.add_member(call, known["staff"].id, people.guest.id)
        for name, role in (("robot", None), ("robot-reader", ADMINS["reader"]), ("robot-global", ADMINS["global"])):
            program = naming.service_principal(contoso, name)
            known[name] = service.put_service_principal(call, _with(program, role) if role else program)
        known["foreign-admin"] = service.put_user(
            call, _with(naming.member(people.fabrikam, "foreign-admin"), ADMINS["global"])
        )
    callers = {name: _caller(one) for name, one in known.items() if not isinstance(one, Group)}
    app = graph_app(people.office, NameTokens(callers), SETTINGS, hashing=CHEAP)  # type: ignore[arg-type]
    try:
        with TestClient(app, base_url=GRAPH) as client:
            yield Town(people, client, callers, known)
    finally:
        people.office.database.close()


def _with(one: Any, role: DirectoryRole) -> Any:
    return replace(one, directory_roles=frozenset({role}))


def _caller(one: Any) -> Caller:
    if isinstance(one, User):
        return Caller(one.id, one.tenant_id, one.upn, CallerKind.USER, one.home_tenant_id, one.home_object_id)
    return Caller(one.id, one.tenant_id, one.app_id, CallerKind.APPLICATION, one.tenant_id, one.id, one.app_id)


def sqlite(folder: Path) -> str:
    return f"sqlite:///{folder}/town.db"
