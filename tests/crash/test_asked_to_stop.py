"""A server that is asked to stop finishes what it was asked before; a second one on the same data is refused."""

import json
import signal
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from lightkeeper.kernel.database import Database, hold
from tests.server import Server
from tests.stories.cast import ARM_GROUPS, Cast


def test_an_open_request_is_answered(cast: Cast) -> None:
    """On SIGTERM open requests are finished; the exit code is 0, and what was answered is there after a restart."""
    server, answers = cast.server, list[Any]()
    path = f"{cast.subscription('prod')}/resourceGroups/late"
    cast.owner.ask("GET", path, version=ARM_GROUPS)

    def ask() -> None:
        answers.append(cast.owner.ask("PUT", path, {"location": "westeurope"}, ARM_GROUPS))

    database = Database(server.database or f"sqlite:///{server.data / 'lightkeeper.db'}")
    slow = threading.Thread(target=ask)
    with database.write() as connection:
        hold(connection, "lightkeeper:log-head")  # nobody can commit a change now
        slow.start()
        time.sleep(0.4)
        assert server.process is not None
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.4)
        assert server.process.poll() is None
    database.close()
    slow.join(timeout=20)
    code = server.process.wait(timeout=20)
    server.start()

    [answer] = answers
    assert answer.status_code == 201
    assert code == 0
    assert cast.owner.ask("GET", path, version=ARM_GROUPS).status_code == 200


def test_a_phase_under_way_does_not_keep_it(cast: Cast) -> None:
    """Durable work goes on after the restart, so stopping does not wait for all of it."""
    cast.submit(cast.offer())
    cast.wait_for("validating")

    began = time.monotonic()
    code = cast.server.stop()
    took = time.monotonic() - began
    cast.server.start()

    assert code == 0
    assert took < 15
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
