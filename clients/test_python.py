"""The Python SDKs, blocking and asynchronous, in two generations: every operation they offer that is served.

Each sweep is one text, played twice; both ways must ask the server for the same, and for nothing more.
"""

import importlib
import re

import pytest
from tests.server import Server

from clients.conftest import STEWARD, STEWARD_SECRET
from clients.test_sdks import GIVEN, played

SWEEPS = {
    "managedservices": ("python", "python-stable"), "subscriptions": ("python",), "resources": ("python",),
    "authorization": ("python",), "managementgroups": ("python",), "deployments": ("python",),
}  # fmt: skip
WHO = GIVEN | {"CLIENT_ID": STEWARD, "CLIENT_SECRET": STEWARD_SECRET}


@pytest.mark.parametrize(("name", "environment"), [(name, one) for name, all_ in SWEEPS.items() for one in all_])
def test_sweep(server: Server, name: str, environment: str) -> None:
    """Values are asserted by the sweep; what was asked, and in which api-version, here."""
    sweep = importlib.import_module(f"clients.sweeps.{name}")

    asked = played(server, environment, "sweeps/way.py", name, WHO)

    lines = _without_repeats(asked.lines, getattr(sweep, "PAGES", ()))
    half = len(lines) // 2
    assert lines[:half] == lines[half:], "blocking and asynchronous clients ask for the same"
    assert lines[:half] == sweep.ASKED[environment]
    assert {one["api-version"] for one in asked.queries if "api-version" in one} == sweep.VERSIONS[environment]


def _without_repeats(lines: list[str], pages: tuple[str, ...]) -> list[str]:
    """Leave out polls of a running deployment, and every page of a list but its first."""
    kept = [
        re.sub(r"/operations/[0-9A-F]{16}", "/operations/*", one) for one in lines if "operationStatuses" not in one
    ]
    return [one for n, one in enumerate(kept) if not (one in pages and n and kept[n - 1] == one)]
