"""Durable work whose workflow is gone: the process that looks after it takes it up again."""

import time
from pathlib import Path

from lightkeeper.deployments import workflow
from lightkeeper.deployments.model import State
from lightkeeper.kernel import log
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.workflows import CURSOR, Workflows
from tests.deployments.town import Cloud, accept, look, template


def test_a_deployment_whose_workflow_was_lost_is_taken_up(office: Office, cloud: Cloud, tmp_path: Path) -> None:
    """The log's reader had passed the entry and the workflow is not known any more: the next look finds the run."""
    accept(office, template({"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": "a"}))
    with office.database.write() as connection:
        log.move_cursor(connection, CURSOR, log.head_of(connection)[0])
    office.clock.shift += workflow._LEFT_ALONE_FOR * 2
    durable = Workflows(office, workflow.WORKFLOWS, url=f"sqlite:///{tmp_path}/workflows.db", node="n")

    durable.launch()
    deadline = time.monotonic() + 20
    while look(office).state is not State.SUCCEEDED and time.monotonic() < deadline:
        time.sleep(0.02)
    durable.close()

    assert look(office).state is State.SUCCEEDED
    assert cloud.names() == ["a"]
