"""One town for each process that tests, and the table at the end: called, valid, not served."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from conformance.descriptions import ABSENT, PRESENT, asked_for
from conformance.not_served import NOT_SERVED
from conformance.town import Town

NOTED = "described"
"""The user property under which a test says which namespace's operation it called, and how it went."""


@pytest.fixture(autouse=True, scope="session")
def descriptions() -> None:
    """Everything here needs the public descriptions."""
    if not PRESENT:
        pytest.skip(ABSENT)


@pytest.fixture(autouse=True, scope="session")
def quiet() -> None:
    """Refusals are part of what is tested and need not be told one by one."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A town that the tests of a file share; each makes what it needs under names of its own."""
    built = Town.build(tmp_path_factory.mktemp("town"))
    yield built
    built.close()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what was called, namespace by namespace, and what is not served, with the reasons."""
    called: Counter[tuple[str, str]] = Counter()
    valid: Counter[tuple[str, str]] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            for name, value in report.user_properties:
                if name == NOTED:
                    kind, namespace = value.split(" ", 1)
                    called[kind, namespace] += 1
                    valid[kind, namespace] += outcome == "passed"
    if not called:
        return
    write = terminalreporter.write_line
    terminalreporter.section("conformance")
    for kind in sorted({kind for kind, _ in called}):
        write(f"{kind:<32} called  valid  not served")
        for namespace in sorted({namespace for one, namespace in called if one == kind}):
            left_out = sum(one.namespace == namespace and one.label in NOT_SERVED for one in asked_for())
            shown = str(left_out) if kind == "operations" else ""
            write(f"  {namespace:<30} {called[kind, namespace]:>6} {valid[kind, namespace]:>6}  {shown:>10}")
    write("not served:")
    for label, reason in sorted(NOT_SERVED.items()):
        write(f"  {label}: {reason}")
