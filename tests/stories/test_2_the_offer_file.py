"""The publisher writes an offer as a file and is told every fault at once, with its place and what to do."""

import json
from pathlib import Path

import pytest

from tests.server import REPOSITORY, Server

GOOD = REPOSITORY / "examples" / "offers" / "fabrikam"
BROKEN = REPOSITORY / "examples" / "offers" / "broken" / "offer.yaml"


@pytest.fixture
def desk(tmp_path: Path) -> Server:
    """No server runs: a file is checked without one."""
    return Server(tmp_path)


def test_every_fault_is_told_at_once(desk: Server) -> None:
    """File, line, rule and remedy stand with each fault."""
    checked = desk.cli("offer", "check", str(BROKEN), "--output", "json")

    assert checked.returncode == 1
    findings = json.loads(checked.stdout or checked.stderr)["findings"]
    assert len({one["rule"] for one in findings}) >= 10
    for one in findings:
        assert one["file"].endswith("offer.yaml") and one["line"] > 0 and one["rule"] and one["remedy"]


def test_the_good_file_has_no_fault(desk: Server) -> None:
    """The example is what a publisher may start from."""
    checked = desk.cli("offer", "check", str(GOOD), "--output", "json")

    assert checked.returncode == 0
    assert json.loads(checked.stdout)["findings"] == []


def test_a_new_offer_file_checks_clean(desk: Server) -> None:
    """`offer init` writes a file that `offer check` has nothing against but what the publisher must fill in."""
    folder = desk.data / "new-offer"

    made = desk.cli("offer", "init", str(folder), "--defaults")
    checked = desk.cli("offer", "check", str(folder), "--output", "json")

    assert made.returncode == 0, made.stderr
    assert checked.returncode in (0, 1), checked.stderr
    findings = json.loads(checked.stdout or checked.stderr)["findings"]
    assert all(one["line"] > 0 and one["remedy"] for one in findings)
