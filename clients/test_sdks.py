"""The SDKs of two languages: every operation they offer that is served, as they are installed.

A sweep asserts values; here the server says what it was asked. A Python sweep is one text, played with the blocking and with
the asynchronous clients; its JavaScript brother does the same in the same order. So all three must ask for the same, and for
nothing more.
"""

import importlib
import re
from collections.abc import Sequence

import pytest
from tests.server import Server

from clients.playing import AS_STEWARD, played

PYTHON = (
    "subscriptions",
    "managementgroups",
    "managedservices",
    "authorization",
    "resources",
    "deployments",
    "monitor",
)
JAVASCRIPT = ("subscriptions", "authorization", "resources", "deployments")
MANAGED = "/subscriptions/PROD/providers/Microsoft.ManagedServices"


@pytest.mark.parametrize(
    ("name", "environment"), [*((name, "python") for name in PYTHON), ("managedservices", "python-stable")]
)
def test_python(server: Server, name: str, environment: str) -> None:
    """Blocking and asynchronous clients ask for the same; each package sends its own api-version."""
    sweep = importlib.import_module(f"clients.sweeps.{name}")

    asked = played(server, environment, "sweeps/way.py", name, given=AS_STEWARD)

    lines = _told_apart(asked.lines)
    half = len(lines) // 2
    assert lines[:half] == sweep.ASKED[environment]
    assert lines[half:] == lines[:half]
    assert {one["api-version"] for one in asked.queries if "api-version" in one} == sweep.VERSIONS[environment]


@pytest.mark.parametrize("name", JAVASCRIPT)
def test_javascript(server: Server, name: str) -> None:
    """The same requests as Python's, but for upper and lower case and doubled slashes."""
    sweep = importlib.import_module(f"clients.sweeps.{name}")

    asked = played(server, "node", f"sweeps/{name}.mjs", given=AS_STEWARD)

    lines = _told_apart(asked.lines)
    assert [_plain(one) for one in lines] == [_plain(one) for one in sweep.ASKED["python"]]


def test_javascript_without_a_package(server: Server) -> None:
    """Nobody publishes a package for Microsoft.ManagedServices; a plain client delegates all the same."""
    asked = played(server, "node", "sweeps/managedservices.mjs", given=AS_STEWARD)

    assert asked.lines == [
        f"PUT {MANAGED}/registrationDefinitions/* 201",
        f"PUT {MANAGED}/registrationAssignments/* 201",
        f"GET {MANAGED}/registrationAssignments 200",
        f"DELETE {MANAGED}/registrationAssignments/* 200",
        f"DELETE {MANAGED}/registrationDefinitions/* 200",
        f"GET {MANAGED}/registrationDefinitions/* 404",
    ]


def _told_apart(lines: Sequence[str]) -> list[str]:
    """Leave out polls of a running deployment, whose number is the clock's, and names of operations."""
    kept = (one for one in lines if "operationStatuses" not in one)
    return [re.sub(r"/operations/[0-9A-F]{16}", "/operations/*", one) for one in kept]


def _plain(line: str) -> str:
    return line.replace("//", "/").lower()
