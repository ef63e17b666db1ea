from collections.abc import Iterator
from pathlib import Path

import pytest

from lightkeeper.deployments import seams
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Forbidden
from tests.databases import furnish
from tests.deployments.town import NOW, Cloud


class Door:
    """Lets everything through but the actions in `refused`."""

    def __init__(self) -> None:
        self.refused: set[str] = set()

    def allows(self, call: Call, action: str, scope: str) -> bool:
        return action not in self.refused

    def demand(self, call: Call, action: str, scope: str) -> None:
        if action in self.refused:
            raise Forbidden("AuthorizationFailed", f"'{action}' is refused.")


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def cloud() -> Cloud:
    made = Cloud()
    seams.install(made.seams())
    return made


@pytest.fixture
def office(tmp_path: Path, cloud: Cloud, door: Door) -> Iterator[Office]:
    database = Database(f"sqlite:///{tmp_path}/lightkeeper.db", durable=False)
    furnish(database)
    yield Office(database, Clock(wall=lambda: NOW), door)
    database.close()
