"""A small house to apply worlds in: SQLite, the real services, the real gate."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lightkeeper.access import operations, roles
from lightkeeper.access.gate import AccessGate
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.sources import Memberships, ResourceTree, RoleAssignments
from lightkeeper.directory.passwords import Hashing
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.publishing import account_store  # noqa: F401 (its tables)
from lightkeeper.resources.seams import seams
from lightkeeper.wire.operator.desk import OperatorDesk
from tests.databases import furnish

CHEAP = Hashing(time_cost=1, memory_kib=8)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OperatorDesk]:
    database = Database(f"sqlite:///{tmp_path / 'world.db'}", durable=False)
    furnish(database)
    index = AccessIndex(roles.built_in(), [RoleAssignments(), Memberships(), ResourceTree()])
    monkeypatch.setattr(seams, "catalogue", operations)
    office = Office(database, Clock(), AccessGate(index))
    office.readers.append(index.follow)
    yield OperatorDesk(office, index, "the-key", hashing=CHEAP)
    database.close()
