"""A server that is asked to stop finishes what it was asked before; a second one on the same data is refused."""

import errno
import json
import signal
import socket
import ssl
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.server import PATIENCE, Server, until
from tests.stories.cast import ARM_GROUPS, Cast


def test_an_open_request_is_answered(cast: Cast) -> None:
    """On SIGTERM open requests are finished; the exit code is 0, and what was answered is there after a restart."""
    server, body = cast.server, b'{"location": "westeurope"}'
    path = f"{cast.subscription('prod')}/resourceGroups/late"
    assert server.process is not None

    with connection(server) as stream:
        stream.sendall(head(cast, f"{path}?api-version={ARM_GROUPS}", len(body)))
        assert stream.recv(1000).startswith(b"HTTP/1.1 100 ")  # it reads the body now
        server.process.send_signal(signal.SIGTERM)
        until(lambda: is_deaf(server))
        assert server.process.poll() is None
        stream.sendall(body)
        answer = stream.recv(1000)
    code = server.process.wait(timeout=PATIENCE)
    server.start()

    assert answer.startswith(b"HTTP/1.1 201 ")
    assert code == 0
    assert cast.owner.ask("GET", path, version=ARM_GROUPS).status_code == 200


def connection(server: Server) -> ssl.SSLSocket:
    """A connection of our own, over which half a request can be sent."""
    parts = urlsplit(server.ready["arm"])
    plain = socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE)
    return ssl.create_default_context(cafile=server.ready["ca_file"]).wrap_socket(plain, server_hostname=parts.hostname)


def head(cast: Cast, path: str, length: int) -> bytes:
    """The head of a PUT that waits until its body is wanted (RFC 9110, 10.1.1)."""
    owner = cast.owner
    lines = [
        f"PUT {path} HTTP/1.1", "host: localhost", "content-type: application/json", f"content-length: {length}",
        f"authorization: Bearer {cast.server.token(owner.user, owner.password, owner.tenant)}", "expect: 100-continue",
    ]  # fmt: skip
    return "\r\n".join([*lines, "", ""]).encode()


def is_deaf(server: Server) -> bool:
    """Whether it takes no more connections."""
    parts = urlsplit(server.ready["arm"])
    with socket.socket() as knock:
        return knock.connect_ex((parts.hostname, parts.port)) == errno.ECONNREFUSED


def test_a_phase_under_way_does_not_keep_it(cast: Cast) -> None:
    """Durable work goes on after the restart, so stopping does not wait for a phase of ten minutes."""
    server, usual = cast.server, cast.server.options
    server.stop()
    server.options = ("--phase-takes", "PT10M")
    server.start()
    cast.submit(cast.offer())
    cast.wait_for("validating")

    code = server.stop()
    server.options = usual
    server.start()

    assert code == 0
    assert cast.wait_for("awaitingSignOff", "attentionNeeded") == "awaitingSignOff"


def test_a_second_server_on_the_same_data_is_refused(frail: Server) -> None:
    """It says so in a sentence; the first one is not disturbed."""
    refused = frail.cli("up", "--data", str(frail.data), "--port", "0", "--graph-port", "0", "--output", "json")

    assert refused.returncode == 2
    assert "Another server works in" in json.loads(refused.stderr)["error"]["message"]
    assert frail.operator("GET", "health").json()["status"] == "ok"
    assert (frail.data / "ready.json").exists()


@pytest.mark.parametrize("phase", ["soon", "PT11M", "-PT1S", "P1M"])
def test_phases_take_a_sensible_time(tmp_path: Path, phase: str) -> None:
    """`--phase-takes` is an ISO 8601 duration of at most ten minutes."""
    refused: subprocess.CompletedProcess[str] = Server(tmp_path).cli(
        "up", "--data", str(tmp_path), "--phase-takes", phase, "--output", "json"
    )

    assert refused.returncode == 2
    assert json.loads(refused.stderr)["error"]["code"] == "InvalidDuration"
