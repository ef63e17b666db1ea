"""A market for tests: Fabrikam and a rival sell, Contoso and Tailspin buy; a real database, log, index and gate.

Names stand for ids: `oid("tech")`, `sub("prod")`. Contoso's owner, reader, contributor and guest hold their roles at the
subscriptions prod and test; Tailspin's subscription was bought through a reseller.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from lightkeeper.access import decide as deciding
from lightkeeper.access import operations
from lightkeeper.access import service as access
from lightkeeper.access.assignment_rules import Asked
from lightkeeper.access.gate import AccessGate
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.model import CONTRIBUTOR, DELETE_ROLE, OWNER, READER, USER_ACCESS_ADMINISTRATOR, Subject
from lightkeeper.access.roles import built_in
from lightkeeper.access.sources import Memberships, ResourceTree, RoleAssignments
from lightkeeper.delegation import service as delegation
from lightkeeper.delegation import shelf
from lightkeeper.delegation.model import (
    Authorization,
    DefinitionAsked,
    Plan,
    PublishedPlan,
    RegistrationDefinition,
    Visibility,
)
from lightkeeper.delegation.model import newest as newest_of
from lightkeeper.delegation.projection import DelegationGrants
from lightkeeper.delegation.shelf import Sought
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Group, ServicePrincipal, Tenant, User
from lightkeeper.kernel import log
from lightkeeper.kernel.call import OPERATOR, Call, Caller, CallerKind, ObjectId, TenantId
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.office import Office
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Channel, Subscription

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
VM_CONTRIBUTOR = "9980e02c-c2be-4d73-94e8-173b1dc7cf3c"
MONITORING_READER = "43d0d8ad-25c7-4714-9337-8ba259a9fe05"
RESTART = "Microsoft.Compute/virtualMachines/restart/action"
READ_VM = "Microsoft.Compute/virtualMachines/read"

PEOPLE = {
    "owner": "contoso",
    "reader": "contoso",
    "contributor": "contoso",
    "guest": "contoso",
    "tech": "fabrikam",
    "boss": "fabrikam",
    "spy": "rival",
    "reseller-owner": "tailspin",
}


def tid(name: str) -> TenantId:
    return TenantId(named("tenant", name))


def oid(name: str) -> ObjectId:
    return ObjectId(named("principal", name))


def sub(name: str) -> str:
    return named("subscription", name)


def scope_of(place: str) -> str:
    """`prod` is a subscription, `prod/web` a resource group in it."""
    subscription, _, group = place.partition("/")
    return f"/subscriptions/{sub(subscription)}" + (f"/resourceGroups/{group}" if group else "")


def vm(place: str = "prod/web", name: str = "vm1") -> str:
    return f"{scope_of(place)}/providers/Microsoft.Compute/virtualMachines/{name}"


class TestShelf:
    """Plans that a test put there."""

    __test__ = False

    def __init__(self) -> None:
        self.plans: list[PublishedPlan] = []

    def published_plans(self, connection: Connection, *, publisher: str = "", product: str = "") -> list[PublishedPlan]:
        kept = {(plan.plan.offering_key): newest_of(self._versions(plan.plan)) for plan in self.plans}
        asked = (publisher.lower(), product.lower())
        found = [plan for plan in kept.values() if plan is not None and plan.on_sale]
        return [
            plan
            for plan in found
            if all(
                not want or has.lower() == want
                for want, has in zip(asked, (plan.plan.publisher, plan.plan.product), strict=True)
            )
        ]

    def find_plan(self, connection: Connection, plan: Plan, *, newest: bool) -> PublishedPlan | None:
        versions = self._versions(plan)
        if newest:
            return newest_of(versions)
        return next((one for one in versions if one.version == plan.version), None)

    def find_offers(self, connection: Connection, sought: Sought, now: datetime, most: int) -> list[PublishedPlan]:
        return self.published_plans(connection)

    def _versions(self, plan: Plan) -> list[PublishedPlan]:
        return [one for one in self.plans if one.plan.same_offering(plan)]


class Market:
    def __init__(self, database: Database) -> None:
        resources.seams.catalogue = operations
        if delegation.on_scope_deleted not in resources.seams.on_scope_deleted:
            resources.seams.on_scope_deleted.append(delegation.on_scope_deleted)
        self.shelf = TestShelf()
        shelf.stock(self.shelf)
        self.index = AccessIndex(built_in(), [RoleAssignments(), Memberships(), ResourceTree(), DelegationGrants()])
        self.office = Office(database, Clock(lambda: NOON), AccessGate(self.index))
        self.office.readers.append(self.index.follow)
        with self.office.writing(OPERATOR) as call:
            self._people(call)
            self._places(call)
        for name, role in (("owner", OWNER), ("reader", READER), ("contributor", CONTRIBUTOR), ("guest", OWNER)):
            for place in ("prod", "test"):
                self.gives(role, name, place)
        self.gives(OWNER, "reseller-owner", "csp")

    def _people(self, call: Call) -> None:
        for name in ("contoso", "fabrikam", "rival", "tailspin"):
            directory.put_tenant(call, Tenant(tid(name), name, f"{name}.example", name.title()))
        for name, tenant in PEOPLE.items():
            if name != "guest":
                user = User(oid(name), tid(tenant), display_name=name, upn=f"{name}@{tenant}.example")
                directory.put_user(call, user)
        guest = User(oid("guest"), tid("contoso"), display_name="guest", upn="guest_rival#EXT#@contoso.example")
        directory.put_user(
            call, replace(guest, home_tenant_id=tid("rival"), home_object_id=oid("spy"), user_type="Guest")
        )
        directory.put_group(call, Group(oid("tier1"), tid("fabrikam"), display_name="Tier 1"))
        directory.add_member(call, oid("tier1"), oid("tech"))
        office_group = Group(oid("office"), tid("fabrikam"), display_name="Office", security_enabled=False)
        directory.put_group(call, replace(office_group, mail_enabled=True, mail_nickname="office"))
        robot = ServicePrincipal(oid("robot"), tid("fabrikam"), display_name="robot", app_id=named("app", "robot"))
        directory.put_service_principal(call, robot)

    def _places(self, call: Call) -> None:
        for name in ("prod", "test"):
            resources.put_subscription(call, Subscription(sub(name), tid("contoso"), name))
            for group in ("web", "data"):
                resources.put_resource_group(call, sub(name), group, "westeurope")
        csp = Subscription(sub("csp"), tid("tailspin"), "csp", channel=Channel.CSP_RESELLER)
        resources.put_subscription(call, csp)
        resources.ensure_registered(call, sub("prod"), "Microsoft.ManagedServices")

    def caller(self, name: str) -> Caller:
        tenant = tid(PEOPLE[name])
        if name == "guest":
            return Caller(oid(name), tenant, "guest", CallerKind.USER, tid("rival"), oid("spy"))
        return Caller(oid(name), tenant, f"{name}@{PEOPLE[name]}.example", CallerKind.USER, tenant, oid(name))

    @contextmanager
    def as_(self, name: str) -> Iterator[Call]:
        caller = OPERATOR if name == "operator" else self.caller(name)
        with self.office.writing(caller) as call:
            yield call

    def gives(self, role: str, to: str, place: str) -> None:
        with self.office.writing(OPERATOR) as call:
            name = named("assignment", f"{role} {to} {place}")
            access.assign_role(call, scope_of(place), Asked(name, oid(to), role))

    def register(self, place: str) -> None:
        with self.office.writing(OPERATOR) as call:
            resources.register(call, sub(place), "Microsoft.ManagedServices")

    def may(self, name: str, action: str, scope: str) -> bool:
        who = self.caller(name)
        return deciding.decide(self.index.view, Subject(who.object_id, who.tenant_id), action, scope, NOON)

    def define(
        self, asked: DefinitionAsked, *, name: str = "", place: str = "prod", by: str = "owner"
    ) -> RegistrationDefinition:
        with self.as_(by) as call:
            guid = name or named("definition", asked.name)
            return delegation.put_definition(call, scope_of(place), guid, asked).value

    def assign(self, definition: RegistrationDefinition, place: str, *, name: str = "", by: str = "owner") -> str:
        guid = name or named("registration-assignment", f"{definition.key} {place}")
        with self.as_(by) as call:
            delegation.put_assignment(call, scope_of(place), guid, definition.resource_id)
        return guid

    def events(self, kind: str) -> list[log.Entry]:
        with self.office.database.read() as connection:
            return [entry for entry in log.after(connection, 0, limit=5000) if entry.kind == kind]


def asks_for(*grants: tuple[str, str], name: str = "Care", tenant: str = "fabrikam", **more: object) -> DefinitionAsked:
    """What Fabrikam asks for: pairs of a principal's name and a role's id."""
    authorizations = tuple(Authorization(oid(who), role, who) for who, role in grants)
    return DefinitionAsked(tid(tenant), authorizations, name=name, **more)  # type: ignore[arg-type]


def plan(version: str = "1.0.0", *grants: tuple[str, str], **more: object) -> PublishedPlan:
    """Fabrikam's plan `gold` of the offer `care`; by default its group may read."""
    authorizations = tuple(Authorization(oid(who), role, who) for who, role in grants or (("tier1", READER),))
    values: dict[str, object] = {
        "publisher_id": "fabrikam",
        "publisher_display_name": "Fabrikam",
        "offer_id": "care",
        "offer_display_name": "Fabrikam Care",
        "plan_id": "gold",
        "plan_display_name": "Gold",
        "version": version,
        "visibility": Visibility.PUBLIC,
        "managed_by_tenant_id": tid("fabrikam"),
        "authorizations": authorizations,
        "published_at": NOON - timedelta(days=1),
    }
    return PublishedPlan(**{**values, **more})  # type: ignore[arg-type]


__all__ = [
    "CONTRIBUTOR",
    "DELETE_ROLE",
    "MONITORING_READER",
    "OWNER",
    "READER",
    "READ_VM",
    "RESTART",
    "USER_ACCESS_ADMINISTRATOR",
    "VM_CONTRIBUTOR",
    "Market",
    "asks_for",
    "oid",
    "plan",
    "scope_of",
    "sub",
    "tid",
    "vm",
]
