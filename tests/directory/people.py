"""Two tenants with people in them, on a database of their own and a clock that tests move."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from lightkeeper.directory import credentials, naming, service, signing_keys
from lightkeeper.directory.model import Group, ServicePrincipal, Tenant, User
from lightkeeper.directory.passwords import Hashing
from lightkeeper.directory.verifier import Verifier
from lightkeeper.kernel.call import OPERATOR, PLATFORM, Call, Caller, CallerKind
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from tests.databases import file_after, furnish

CHEAP = Hashing(time_cost=1, memory_kib=8)
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PASSWORD, SECRET = "correct horse", "s3cret"


class ShutGate:
    """Refuses every Azure action: nothing in a directory may depend on one."""

    def allows(self, call: Call, action: str, scope: str) -> bool:
        raise AssertionError(f"asked for {action}")

    def demand(self, call: Call, action: str, scope: str) -> None:
        raise AssertionError(f"asked for {action}")


class Now:
    """The wall that the clock reads."""

    def __init__(self) -> None:
        self.at = START

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **how_long: float) -> None:
        self.at += timedelta(**how_long)


@dataclass
class People:
    """Fabrikam with a technician, a group and an automation; Contoso with an owner and the technician as a guest."""

    office: Office
    now: Now
    fabrikam: Tenant = field(default_factory=lambda: naming.tenant("fabrikam", "fabrikam.example"))
    contoso: Tenant = field(default_factory=lambda: naming.tenant("contoso", "contoso.example"))
    technician: User = field(init=False)
    owner: User = field(init=False)
    guest: User = field(init=False)
    tier1: Group = field(init=False)
    automation: ServicePrincipal = field(init=False)

    def __post_init__(self) -> None:
        self.technician = naming.member(self.fabrikam, "technician", display_name="Tess Technician")
        self.tier1 = naming.group(self.fabrikam, "tier1")
        self.automation = naming.service_principal(self.fabrikam, "automation")
        self.owner = naming.member(self.contoso, "owner")
        self.guest = naming.guest(self.contoso, "guest", self.technician)

    def move_in(self) -> "People":
        with self.writing() as call:
            signing_keys.ensure_signing_key(call)
            for tenant in (self.fabrikam, self.contoso):
                service.put_tenant(call, tenant)
            for user in (self.technician, self.owner, self.guest):
                service.put_user(call, user)
            service.put_group(call, self.tier1)
            service.put_service_principal(call, self.automation)
            service.add_member(call, self.tier1.id, self.technician.id)
            credentials.set_password(call, self.technician.id, PASSWORD, CHEAP)
            credentials.set_password(call, self.owner.id, PASSWORD, CHEAP)
            credentials.put_secret(call, self.automation.app_id, "default", SECRET, CHEAP)
        return self

    def writing(self, caller: Caller = OPERATOR) -> AbstractContextManager[Call]:
        return self.office.writing(caller)

    def reading(self, caller: Caller = PLATFORM) -> AbstractContextManager[Call]:
        return self.office.reading(caller)

    def verifier(self) -> Verifier:
        """A verifier as a server has it: loaded once, then fed by the log."""

        def keys() -> list[signing_keys.SigningKey]:
            with self.office.database.read() as connection:
                return signing_keys.known_keys(connection, self.office.clock.now())

        verifier = Verifier(keys)
        with self.office.database.read() as connection:
            verifier.load(connection)
        self.office.readers.append(verifier.follow)
        return verifier


def as_caller(user: User) -> Caller:
    """The caller a user is in the tenant of its object."""
    return Caller(user.id, user.tenant_id, user.upn, CallerKind.USER, user.home_tenant_id, user.home_object_id)


def people_on(url: str) -> People:
    """People on an empty database."""
    database = Database(url, durable=False)
    file = Path(database.url.database or "")
    if database.local and not file.exists():
        file.write_bytes(_moved_in())
        return _people(database)
    furnish(database)
    return _people(database).move_in()


def _people(database: Database) -> People:
    now = Now()
    return People(Office(database, Clock(now), ShutGate()), now)


@cache
def _moved_in() -> bytes:
    """A signing key takes longer to make than most of these tests take: the same people move in once in a process."""

    def move_in(database: Database) -> None:
        furnish(database)
        _people(database).move_in()

    return file_after(move_in)
