from collections.abc import Iterator
from pathlib import Path

import pytest

from lightkeeper.delegation import shelf
from lightkeeper.kernel.database import Database
from tests.databases import furnish
from tests.delegation.market import Market


@pytest.fixture
def market(tmp_path: Path) -> Iterator[Market]:
    database = Database(f"sqlite:///{tmp_path}/market.db", durable=False)
    furnish(database)
    yield Market(database)
    shelf.stock(shelf.EmptyShelf())
    database.close()
