"""The SDKs of two languages, each in its own environment: a script that asserts, and what the server was asked meanwhile."""

import subprocess

import pytest
from tests.server import Server

from clients.conftest import (
    CONTOSO,
    FABRIKAM,
    HERE,
    INSTALLED,
    PIPELINE,
    PIPELINE_SECRET,
    PRODUCTION,
    READER,
    TECHNICIANS,
    TEST,
    Asked,
    run,
    variables,
)
from lightkeeper.world import names

GIVEN = {
    "TENANT_ID": CONTOSO, "CLIENT_ID": PIPELINE, "CLIENT_SECRET": PIPELINE_SECRET, "SUBSCRIPTION_ID": PRODUCTION,
    "UNREGISTERED": TEST, "PROVIDER": FABRIKAM, "TECHNICIANS": TECHNICIANS, "READER": READER,
    "OWNER": names.user_id("contoso", "owner"), "NODE_FOLDER": str(INSTALLED / "node"),
}  # fmt: skip
MANAGED = "/subscriptions/PROD/providers/Microsoft.ManagedServices"


def played(server: Server, environment: str, script: str, argument: str = "", given: dict[str, str] = GIVEN) -> Asked:
    """Run a script and return what the server was asked."""
    program = INSTALLED / environment / "bin" / "python" if environment != "node" else "node"
    if not (INSTALLED / environment).exists():
        pytest.skip(f"{environment} is not installed: run make test-clients")
    with Asked(server) as asked:
        done: subprocess.CompletedProcess[str] = run(
            [str(program), str(HERE / script), *filter(None, [argument])],
            variables(server, "node" if environment == "node" else "python") | given,
        )
    assert done.returncode == 0, done.stderr[-3000:] + "\n".join(asked.lines)
    assert done.stdout.strip().endswith("done")
    return asked


def play(server: Server, environment: str, script: str) -> list[str]:
    """Run a script and return the requests alone."""
    return played(server, environment, script).lines


def test_python_blocking(server: Server) -> None:
    """Nothing that is done at once is polled; a deleted group is looked for once."""
    asked = play(server, "python", "python_sync.py")

    assert [one for one in asked if "operationresults" in one] == [
        "GET /subscriptions/PROD/operationresults/* 200",
    ]
    assert [one for one in asked if MANAGED in one and "PUT" in one] == [
        f"PUT {MANAGED}/registrationDefinitions/* 201",
        f"PUT {MANAGED}/registrationAssignments/* 201",
    ]
    assert not [one for one in asked if "registrationAssignments/*" in one and one.startswith("GET")]


@pytest.mark.parametrize("environment", ["python", "python-stable"])
def test_python_asynchronous(server: Server, environment: str) -> None:
    """Two generations of one client; each of the seven calls is one request."""
    asked = play(server, environment, "python_async.py")

    assert asked == [
        f"PUT {MANAGED}/registrationDefinitions/* 201",
        f"PUT {MANAGED}/registrationAssignments/* 201",
        f"GET {MANAGED}/registrationAssignments 200",
        f"DELETE {MANAGED}/registrationAssignments/* 200",
        f"DELETE {MANAGED}/registrationDefinitions/* 200",
        f"GET {MANAGED}/registrationDefinitions 200",
        "GET /providers/Microsoft.ManagedServices/operations 200",
    ]


def test_javascript(server: Server) -> None:
    """A deployment is asked for until it is done and then read once."""
    asked = play(server, "node", "node.mjs")

    assert sum("operationStatuses" in one for one in asked) <= 8
    assert sum(one.startswith("PUT") for one in asked) == 2
