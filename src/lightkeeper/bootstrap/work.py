"""The work of one node beside answering: workflows, chores, and the heartbeat that other nodes watch."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lightkeeper.bootstrap.house import House
from lightkeeper.deployments import workflow as deployment_workflow
from lightkeeper.kernel.chores import Chore, Chores
from lightkeeper.kernel.nodes import Nodes
from lightkeeper.kernel.workflows import Workflow, Workflows
from lightkeeper.outbound import workflow as outbound_workflow
from lightkeeper.outbound.chores import CHORES
from lightkeeper.publishing import configuring
from lightkeeper.publishing import workflow as publishing_workflow
from lightkeeper.settings import Settings


def workflows() -> list[Workflow]:
    """Return the durable work of every context."""
    return [
        *publishing_workflow.WORKFLOWS,
        *configuring.WORKFLOWS,
        *deployment_workflow.WORKFLOWS,
        *outbound_workflow.WORKFLOWS,
    ]


@contextmanager
def at_work(house: House, settings: Settings) -> Iterator[None]:
    """Resume what this node had begun, and keep up the work until the block ends."""
    database = house.office.database
    node = _node_name(settings.data)
    durable = Workflows(house.office, workflows(), url=settings.workflows_url, node=node)
    durable.launch()
    nodes = Nodes(database, node, durable.take_over)
    if not database.local:
        nodes.start()
    chores = Chores(house.office, (Chore("follower", (), lambda _: house.follower.recover()), *CHORES))
    chores.start()
    try:
        yield
    finally:
        chores.close()
        nodes.close()
        durable.close()


def _node_name(data: Path) -> str:
    """Return this node's stable name: a restarted process resumes the work of its own name only."""
    file = data / "node"
    if not file.exists():
        file.write_text(uuid.uuid4().hex + "\n")
    return file.read_text().strip()
