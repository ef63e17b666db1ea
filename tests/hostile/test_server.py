"""A real server: what it leaves on disk, and what raw bytes on its socket do to it."""

import json
import socket
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.server import DEMO_WORLD, Person, Server

PASSWORD = "battery staple"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server in a folder that was there before, open to everybody."""
    folder: Path = tmp_path_factory.mktemp("data")
    folder.chmod(0o755)
    started = Server(folder, DEMO_WORLD).start()
    yield started
    started.stop()


def raw(server: Server, data: bytes, *, half: bool = False) -> bytes:
    """Send bytes over TLS and return what comes back until the server is done with us."""
    parts = urlsplit(server.ready["arm"])
    context = ssl.create_default_context(cafile=server.ready["ca_file"])
    with (
        socket.create_connection((parts.hostname, parts.port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=parts.hostname) as stream,
    ):
        stream.settimeout(5)
        got = b""
        try:
            stream.sendall(data)
            while not half and (chunk := stream.recv(65536)):
                got += chunk
        except (TimeoutError, OSError):  # the server may have closed already
            pass
        return got


def alive(server: Server) -> bool:
    with server.client() as client:
        return client.get(server.ready["arm"].rstrip("/") + "/subscriptions?api-version=2022-12-01").status_code == 401


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /subscriptions%00?api-version=2022-12-01 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"GET /subscriptions?api-version=2022-12-01 HTTP/1.1\r\nhost: x\rset-cookie: y\r\nconnection: close\r\n\r\n",
        b"GET /\xff\xfe HTTP/1.1\r\nhost: \xff\r\nconnection: close\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * 2_000_000 + b"\r\nconnection: close\r\n\r\n",
        b"PUT /subscriptions/x HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\nconnection: close\r\n\r\n",
        b"PUT /subscriptions/x HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n0\r\n\r\n",
        b"POST /organizations/oauth2/v2.0/token HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\n"
        b"transfer-encoding: chunked\r\nconnection: close\r\n\r\nzz\r\n\r\n",
        b"\x00" * 1000,
    ],
)
def test_malformed_http_is_refused_and_the_server_goes_on(server: Server, request_: bytes) -> None:
    """Q7: no bytes on the socket stop the server or get a 5xx out of it."""
    got = raw(server, request_)

    assert not got or got.split(b" ", 2)[1][:1] in (b"2", b"3", b"4"), got[:300]
    assert b"set-cookie: y" not in got.lower()
    assert alive(server)


def test_a_body_cut_short_changes_nothing(server: Server) -> None:
    """A request whose sender goes away in the middle is not done."""
    owner = Person(server, "owner@contoso.example", PASSWORD)
    token = server.token("owner@contoso.example", PASSWORD)
    [scope] = [
        one["id"] for one in owner.ask("GET", "/subscriptions").json()["value"] if one["displayName"] == "contoso-lab"
    ]
    path = f"{scope}/resourceGroups/half?api-version=2022-12-01"
    head = f"PUT {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-type: application/json\r\n"

    raw(server, f'{head}content-length: 500\r\n\r\n{{"location": "westeurope"}}'.encode(), half=True)
    raw(server, f'{head}transfer-encoding: chunked\r\n\r\n1a\r\n{{"location": "westeurope"}}\r\n'.encode(), half=True)

    assert owner.ask("GET", f"{scope}/resourceGroups/half").status_code == 404


@pytest.mark.parametrize("how", ["declared", "chunked"])
def test_a_body_beyond_the_bound_is_not_read_to_its_end(server: Server, how: str) -> None:
    """The public limit of a request to Azure Resource Manager is four megabytes."""
    token = server.token("owner@contoso.example", PASSWORD)

    def parts() -> Iterator[bytes]:
        for _ in range(64):
            yield b" " * 100_000

    with server.client() as client:
        got = client.request(
            "PUT",
            server.ready["arm"].rstrip("/") + "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/x",
            params={"api-version": "2022-12-01"},
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
            content=b" " * 6_400_000 if how == "declared" else parts(),
        )

    assert got.status_code in (404, 413)
    assert alive(server)


def test_files_are_their_owners_and_hold_no_secret_in_the_clear(server: Server) -> None:
    """Keys, hashes and tokens are readable by their owner only; no password and no token is in log or ready file."""
    token = server.token("owner@contoso.example", PASSWORD)
    Person(server, "owner@contoso.example", PASSWORD).ask("GET", "/subscriptions")
    made = server.cli("login", "--user", "reader@contoso.example", "--password-stdin", stdin="battery reads")
    key = (server.data / "operator.key").read_text().strip()

    files = [file for file in server.data.rglob("*") if file.is_file()]
    shown = [file for file in files if file.name not in ("ready-for-tests.json", "output.txt")]
    loose = [file.name for file in shown if stat.S_IMODE(file.stat().st_mode) & 0o077]
    assert loose == [], made.stderr
    for file in (*server.data.glob("*.log"), *server.data.glob("*ready*.json"), server.data / "output.txt"):
        text = file.read_text(errors="replace")
        for secret in (PASSWORD, "battery reads", "s3cret-of-automation", key, token):
            assert secret not in text, file.name
    for file in server.data.glob("*.db*"):
        content = file.read_bytes()
        for kept in (PASSWORD.encode(), b"s3cret-of-automation", token.encode(), key.encode()):
            assert kept not in content, file.name
    with server.client() as client:
        entries = client.get(
            f"{server.ready['arm'].rstrip('/')}/operator/log?limit=1000", headers={"authorization": f"Bearer {key}"}
        )
    assert PASSWORD not in json.dumps(entries.json())
