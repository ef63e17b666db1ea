from collections.abc import Iterator

import pytest

from tests.house import House
from tests.wire.flows.client import OWNER, PROD, WORLD, Client


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for each family of clients; each flow leaves it as it was."""
    made = House.of(tmp_path_factory.mktemp("house"), WORLD)
    Client(made, "2021-04-01", OWNER).ask("POST", f"{PROD}/providers/Microsoft.ManagedServices/register", None, 200)
    yield made
    made.close()
