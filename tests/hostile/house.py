"""The whole house in this process, and an ASGI client that sends exactly the bytes it is told to.

No ordinary HTTP client would send most of what is tried here, so requests are handed to the application as the server
hands them over.
"""

import asyncio
import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lightkeeper import bootstrap
from lightkeeper.directory import store, tenant_store, tokens
from lightkeeper.directory.signing_keys import known_keys
from lightkeeper.directory.tokens import Subject
from lightkeeper.kernel.certificates import Certificates
from lightkeeper.kernel.database import Database, metadata
from lightkeeper.settings import Settings
from tests.house import from_the_morning, move_in
from tests.server import AZ_CLIENT, DEMO_WORLD

ARM = "https://management.core.windows.net/"
ORIGIN = "https://localhost:8443"


@dataclass
class Got:
    """What came back."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def text(self) -> str:
        return self.raw.decode("utf-8", "replace")


@dataclass
class House:
    """The applications of one server on a database of its own."""

    main: Any
    graph: Any
    inner: bootstrap.House
    key: str
    data: Path
    runner: asyncio.Runner
    _tokens: dict[tuple[str, str, str], str] = field(default_factory=dict, repr=False)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterable[bytes] = b"",
        token: str | None = None,
        app: Any = None,
        cut: bool = False,
    ) -> Got:
        """Send one request whose raw path and query are exactly these; `cut` leaves before the end of the body."""
        given = {"host": "localhost:8443", **(headers or {})}
        if token is not None:
            given["authorization"] = f"Bearer {token}"
        parts = [body] if isinstance(body, bytes) else list(body)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "https",
            "path": unquote(path),
            "raw_path": path.encode("utf-8"),
            "query_string": query.encode("utf-8"),
            "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in given.items()],
            "client": ("127.0.0.1", 50000),
            "server": ("localhost", 8443),
        }
        return self.runner.run(_ask(app or self.main, scope, parts, cut=cut))

    def arm(self, method: str, path: str, body: Any = None, *, token: str | None, version: str = "2022-12-01") -> Got:
        """Send an ordinary ARM request."""
        path, _, query = path.partition("?")
        raw = b"" if body is None else json.dumps(body).encode()
        return self.send(
            method, path, query=f"api-version={version}" + (f"&{query}" if query else ""), body=raw, token=token
        )

    def form(self, path: str, headers: Mapping[str, str] | None = None, /, **fields: str) -> Got:
        """Post a form."""
        from urllib.parse import urlencode

        given = {"content-type": "application/x-www-form-urlencoded", **(headers or {})}
        return self.send("POST", path, headers=given, body=urlencode(fields).encode())

    def subject(self, who: str, tenant: str = "") -> Subject:
        """Return `tenant/user` of the demo world as tokens speak of it; `tenant` is where it is a guest."""
        domain, _, name = who.partition("/")
        with self.inner.office.database.read() as connection:
            home = tenant_store.tenant_by_domain(connection, f"{domain}.example")
            assert home is not None
            account = store.user_by_upn(connection, home.id, f"{name}@{domain}.example")
            assert account is not None
            if not tenant:
                return Subject(home, account, account, AZ_CLIENT)
            place = tenant_store.tenant_by_domain(connection, f"{tenant}.example")
            assert place is not None
            guest = store.guest_of(connection, place.id, account.id)
            assert guest is not None
            return Subject(place, guest, account, AZ_CLIENT)

    def token(self, who: str, tenant: str = "", audience: str = ARM) -> str:
        """Return an access token, signed by the house itself."""
        key = (who, tenant, audience)
        if key not in self._tokens:
            now = self.inner.office.clock.now()
            with self.inner.office.database.read() as connection:
                signing = known_keys(connection, now)[0]
            self._tokens[key] = tokens.issue_access_token(signing, self.subject(who, tenant), audience, now)
        return self._tokens[key]

    def subscription(self, name: str) -> str:
        """Return the path of a subscription of the demo world."""
        from lightkeeper.kernel import ids

        return f"/subscriptions/{ids.named('subscription', name)}"

    def state(self) -> str:
        """Return a fingerprint of everything that is stored, but for the log (which also tells of what was refused)."""
        found = hashlib.sha256()
        with self.inner.office.database.read() as connection:
            for table in metadata.sorted_tables:
                if table.name not in ("events", "log_cursors"):
                    found.update(
                        repr(
                            (table.name, connection.exec_driver_sql(f"SELECT * FROM {table.name}").fetchall())
                        ).encode()
                    )
        return found.hexdigest()


async def _ask(app: Any, scope: dict[str, Any], parts: list[bytes], *, cut: bool = False) -> Got:
    waiting = [
        {"type": "http.request", "body": part, "more_body": cut or n < len(parts) - 1} for n, part in enumerate(parts)
    ] or [{"type": "http.request", "body": b"", "more_body": False}]
    sent: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    return Got(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


def build(data: Path) -> House:
    """Return a house with the demo world in it; its durable work is not started."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Settings(data)
    move_in(data, DEMO_WORLD.read_text())
    database = Database(settings.database_url, durable=False)
    inner = bootstrap.build(database, from_the_morning(), data / "sealing.key")
    nowhere = data / "none.pem"
    doors = bootstrap.doors_of(settings, 8443, 8444, Certificates(nowhere, nowhere, nowhere, nowhere))
    main, graph = bootstrap.apps(inner, settings, doors)
    key = (data / "operator.key").read_text().strip()
    return House(main, graph, inner, key, data, asyncio.Runner())


def close(house: House) -> None:
    """Give everything back."""
    house.runner.close()
    with suppress(Exception):
        house.inner.office.database.close()
