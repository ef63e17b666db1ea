"""Scripts of other environments, played against the server."""

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
    STEWARD,
    STEWARD_SECRET,
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
AS_STEWARD = GIVEN | {"CLIENT_ID": STEWARD, "CLIENT_SECRET": STEWARD_SECRET}


def played(server: Server, environment: str, script: str, *arguments: str, given: dict[str, str] = GIVEN) -> Asked:
    """Run a script that asserts and return what the server was asked."""
    program = INSTALLED / environment / "bin" / "python" if environment != "node" else "node"
    if not (INSTALLED / environment).exists():
        pytest.skip(f"{environment} is not installed: run make test-clients")
    with Asked(server) as asked:
        done: subprocess.CompletedProcess[str] = run(
            [str(program), str(HERE / script), *arguments],
            variables(server, "node" if environment == "node" else "python") | given,
        )
    assert done.returncode == 0, done.stderr[-3000:] + "\n".join(asked.lines)
    assert done.stdout.strip().endswith("done")
    return asked


def play(server: Server, environment: str, script: str) -> list[str]:
    """Run a script and return the requests alone."""
    return played(server, environment, script).lines
