from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.directory.people import People, people_on


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    people = people_on(f"sqlite:///{tmp_path}/directory.db")
    yield people
    people.office.database.close()
