"""Which tests run on the same worker: those that share a server, so that each server is started once.

`xdist_group` marks would say the same, but the worker's way of passing them on (a suffix of the node id) is lost in
recent versions of pytest; so the scheduler reads the node id itself.
"""

import re

import pytest
from xdist.scheduler import LoadGroupScheduling

_SHARED = re.compile(r"tests/(?:stories|stores|(crash))/.*[\[-](sqlite|postgresql)[\]-]")
_ONE_PAIR = "tests/crash/test_two_nodes.py"
"""A file whose tests share two servers of its own."""


class ByServer(LoadGroupScheduling):
    """Hands out tests one by one, but all tests of one server together."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_ONE_PAIR):
            return _ONE_PAIR
        found = _SHARED.match(nodeid)
        return f"{found[1] or 'stories'} on {found[2]}" if found else str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> ByServer | None:
    """Use it for `--dist loadgroup`."""
    return ByServer(config, log) if config.getvalue("dist") == "loadgroup" else None
