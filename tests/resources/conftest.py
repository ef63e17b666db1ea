from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from lightkeeper.kernel.call import OPERATOR, Call, Caller, CallerKind, ObjectId, Occasion, TenantId
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Forbidden
from lightkeeper.resources import service
from lightkeeper.resources.model import Subscription
from lightkeeper.resources.seams import Seams, seams
from lightkeeper.wire.arm.subscriptions import Views, views
from tests.databases import furnish

CONTOSO = TenantId("10000000-0000-0000-0000-000000000000")
PROD = "20000000-0000-0000-0000-000000000001"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN = Caller(ObjectId("a"), CONTOSO, "ann@contoso.example", CallerKind.USER, CONTOSO, ObjectId("a"))


class SmallCatalogue:
    types: ClassVar = {
        "Microsoft.Compute": ("virtualMachines", "virtualMachines/extensions", "virtualMachines/instanceView", "disks"),
        "Microsoft.Storage": ("storageAccounts",),
        "Microsoft.Network": ("virtualNetworks", "virtualNetworks/subnets"),
        "Microsoft.Insights": ("diagnosticSettings",),
        "Microsoft.Authorization": ("locks",),
    }
    actions = frozenset(
        (
            "microsoft.compute/virtualmachines/restart/action",
            "microsoft.compute/virtualmachines/deallocate/action",
            "microsoft.compute/virtualmachines/capture/action",
            "microsoft.storage/storageaccounts/listkeys/action",
            "microsoft.storage/storageaccounts/regeneratekey/action",
        )
    )

    def namespaces(self) -> Sequence[str]:
        return tuple(self.types)

    def types_of(self, namespace: str) -> Sequence[str]:
        return next((types for known, types in self.types.items() if known.lower() == namespace.lower()), ())

    def is_known(self, action: str) -> bool:
        return action.lower() in self.actions


class Door:
    """Lets everything through but what `refuses` names; scopes are compared by their beginning."""

    def __init__(self) -> None:
        self.refused: list[tuple[str, str]] = []

    def refuses(self, action: str, scope: str) -> None:
        self.refused.append((action.lower(), scope.lower()))

    def allows(self, call: Call, action: str, scope: str) -> bool:
        if call.caller.unrestricted:
            return True
        return not any(
            action.lower() == verb and (scope.lower() + "/").startswith(at.rstrip("/") + "/")
            for verb, at in self.refused
        )

    def demand(self, call: Call, action: str, scope: str) -> None:
        if not self.allows(call, action, scope):
            raise Forbidden("AuthorizationFailed", f"{action} at {scope}")


class House:
    """A database with Contoso's one subscription, and ways to speak to it."""

    def __init__(self, url: str) -> None:
        self.wall = NOW
        self.door = Door()
        self.office = Office(Database(url, durable=False), Clock(lambda: self.wall), self.door)
        furnish(self.office.database)
        with self.office.writing(OPERATOR) as call:
            service.put_subscription(call, Subscription(PROD, CONTOSO, "Production"))
            for namespace in ("Microsoft.Compute", "Microsoft.Network", "Microsoft.Storage", "Microsoft.Insights"):
                service.register(call, PROD, namespace)

    @contextmanager
    def calling(self, caller: Caller = ANN) -> Iterator[Call]:
        occasion = Occasion("PUT", "https://arm.example/x", "c1")
        with self.office.writing(caller, correlation_id="k1", occasion=occasion) as call:
            yield call

    def log(self) -> list[tuple[str, dict[str, object]]]:
        from lightkeeper.kernel import log

        with self.office.database.read() as connection:
            return [(entry.kind, dict(entry.body)) for entry in log.after(connection, 0)]


@pytest.fixture
def house(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Contoso's house, with every open end as it is before anybody ties it; on PostgreSQL where a file asks for both."""
    elsewhere = getattr(request, "param", "sqlite") == "postgresql"
    url = str(request.getfixturevalue("furnished_postgresql")) if elsewhere else f"sqlite:///{tmp_path}/house.db"
    untied = Seams()
    for end in fields(Seams):
        if end.name != "on_scope_deleted":
            monkeypatch.setattr(seams, end.name, getattr(untied, end.name))
    tied = list(seams.on_scope_deleted)
    seams.on_scope_deleted.clear()
    seams.catalogue = SmallCatalogue()
    for end in fields(Views):
        monkeypatch.setattr(views, end.name, getattr(Views(), end.name))
    house = House(url)
    yield house
    house.office.database.close()
    seams.on_scope_deleted[:] = tied
