"""Leads and reports on the command line, against a running server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import DEMO_WORLD, Server, until
from tests.stories.cast import Cast


@pytest.fixture
def cast(tmp_path: Path) -> Iterator[Cast]:
    server = Server(tmp_path / "data", DEMO_WORLD).start()
    yield Cast(server, "on-the-line")
    server.stop()


def told(cast: Cast, *arguments: str) -> Any:
    done = cast.server.cli(*arguments, "--output", "json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_publisher_reads_leads_and_reports(cast: Cast, tmp_path: Path) -> None:
    """List, answer, export; a report as a table, as CSV and as a chart."""
    cast.publish()
    assert cast.accept().status_code == 200
    asked = cast.owner.portal(
        "POST", f"storefront/{cast.publisher_id}/care/contact", {"consent": True, "comment": "=1+1"}
    )
    assert asked.status_code == 200
    leads = until(lambda: len(found := told(cast, "leads", "list", cast.publisher_id)) == 2 and found)

    request = next(one for one in leads if one["kind"] == "contactMe")
    assert told(cast, "leads", "accept", cast.publisher_id, request["id"])["status"] == "Accepted"
    assert cast.server.cli("leads", "decline", cast.publisher_id, request["id"]).returncode == 1
    assert "urgent" not in cast.server.cli("leads", "list", cast.publisher_id).stdout

    files = {name: tmp_path / name for name in ("leads.csv", "orders.csv", "adoption.svg")}
    assert cast.server.cli("leads", "export", cast.publisher_id, str(files["leads.csv"])).returncode == 0
    assert cast.server.cli("report", "orders", cast.publisher_id, "--csv", str(files["orders.csv"])).returncode == 0
    chart = cast.server.cli("report", "adoption", cast.publisher_id, "--chart", str(files["adoption.svg"]))
    assert chart.returncode == 0, chart.stderr
    assert "'=1+1" in files["leads.csv"].read_text()
    assert len(files["orders.csv"].read_text().splitlines()) == 2
    assert files["adoption.svg"].read_text().startswith("<svg")
    [row] = told(cast, "report", "adoption", cast.publisher_id)
    assert (row["Version"], row["VersionsBehind"]) == ("1.0.0", 0)


def test_webhooks_and_notices_of_a_publisher(cast: Cast) -> None:
    """The secret of a webhook is shown when it is added, and never again."""
    added = told(cast, "webhooks", "add", cast.publisher_id, "https://hooks.example/in", "--kind", "offerLive")

    [shown] = told(cast, "webhooks", "list", cast.publisher_id)

    assert added["secret"].startswith("whsec_")
    assert "secret" not in shown
    assert cast.server.cli("webhooks", "remove", cast.publisher_id, shown["id"]).returncode == 0
    assert told(cast, "notices", "list", cast.publisher_id) == []
    assert cast.server.cli("webhooks", "add", cast.publisher_id, "http://hooks.example").returncode == 1
