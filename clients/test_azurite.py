"""Leads written into an Azure table, which Azurite keeps: Microsoft's own emulator."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.outbound.test_destinations import KEY, TABLE
from tests.outbound.test_rules import REQUEST
from tests.server import PATIENCE, surroundings, until

from clients.conftest import INSTALLED
from lightkeeper.kernel import encoding
from lightkeeper.kernel.certificates import ensure_certificates
from lightkeeper.outbound import destinations
from lightkeeper.outbound.destinations import table
from lightkeeper.outbound.outlet import Outlet, Undelivered
from lightkeeper.outbound.settings import OutboundSettings
from lightkeeper.server import kept_port

HOST = "leadstore.table.core.windows.net"
PROGRAM = INSTALLED / "azurite/node_modules/.bin/azurite-table"


@pytest.fixture
def azurite(tmp_path: Path) -> Iterator[OutboundSettings]:
    """Azurite under the name of an Azure storage account."""
    files = ensure_certificates(tmp_path / "tls", [HOST], datetime.now(UTC))
    said = tmp_path / "azurite.txt"
    with kept_port("127.0.0.1", 0) as port, said.open("wb") as output:
        command = [str(PROGRAM), "--tableHost", "127.0.0.1", "--tablePort", str(port), "--inMemoryPersistence"]
        command += ["--cert", str(files.cert_file), "--key", str(files.key_file), "--disableTelemetry"]
        environment = surroundings(AZURITE_ACCOUNTS=f"leadstore:{KEY}")
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=tmp_path)
        until(lambda: "successfully" in said.read_text(), said.read_text)
    yield OutboundSettings(local_targets=True, ca_file=files.ca_file, connect_to={HOST: f"127.0.0.1:{port}"})
    process.terminate()
    process.wait(timeout=PATIENCE)


def test_row_is_written_once_however_often_it_is_sent(azurite: OutboundSettings) -> None:
    """The table is made, the signature is taken, and a repetition replaces the row."""
    for _ in range(2):
        destinations.deliver(TABLE, REQUEST, "", datetime.now(UTC), azurite)

    account, key, origin = table.parts_of(TABLE["tableLeadConfiguration"]["storageAccountConnectionString"])
    rows = table._signed("GET", account, key, origin, "/marketplaceleads", {}, datetime.now(UTC))
    [row] = encoding.decode(Outlet(azurite).ask(rows).body)["value"]
    assert (row["RowKey"], row["PlanId"]) == (REQUEST.event_id, "gold")


def test_wrong_key_is_refused(azurite: OutboundSettings) -> None:
    """Otherwise the signature would prove nothing."""
    text = TABLE["tableLeadConfiguration"]["storageAccountConnectionString"].replace(KEY, "eHh4eA==")
    wrong: dict[str, Any] = {"destination": "table", "tableLeadConfiguration": {"storageAccountConnectionString": text}}

    with pytest.raises(Undelivered, match="answers 403"):
        destinations.deliver(wrong, REQUEST, "", datetime.now(UTC), azurite)
