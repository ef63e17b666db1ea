"""Contoso with a subscription, and Fabrikam that manages a part of it: a database, an office, and the real gate."""

from dataclasses import replace
from datetime import UTC, datetime

from lightkeeper.access import service
from lightkeeper.access.assignment_rules import Asked
from lightkeeper.access.facts import DefinitionSet, Delegated
from lightkeeper.access.gate import AccessGate
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.model import CONTRIBUTOR, OWNER, READER, USER_ACCESS_ADMINISTRATOR
from lightkeeper.access.roles import built_in
from lightkeeper.access.sources import Memberships, ResourceTree, RoleAssignments
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Group, ServicePrincipal, ServicePrincipalKind, Tenant, User
from lightkeeper.kernel.call import OPERATOR, Caller, CallerKind, ObjectId, TenantId
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.office import Office
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Subscription

CONTOSO, FABRIKAM = TenantId(named("tenant", "contoso")), TenantId(named("tenant", "fabrikam"))
PROD, TEST = named("subscription", "prod"), named("subscription", "test")
SUBSCRIPTION = f"/subscriptions/{PROD}"
NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)


def who(name: str) -> ObjectId:
    return ObjectId(named("principal", name))


class Town:
    def __init__(self, database: Database) -> None:
        self.index = AccessIndex(built_in(), [RoleAssignments(), Memberships(), ResourceTree()])
        self.office = Office(database, Clock(lambda: NOON), AccessGate(self.index))
        self.office.readers.append(self.index.follow)
        with self.office.writing(OPERATOR) as call:
            for tenant, name in ((CONTOSO, "contoso"), (FABRIKAM, "fabrikam")):
                directory.put_tenant(call, Tenant(tenant, name, f"{name}.example", name.title()))
            for name in ("owner", "ann", "bob"):
                upn = f"{name}@contoso.example"
                directory.put_user(call, User(who(name), CONTOSO, display_name=name, upn=upn))
            directory.put_user(call, User(who("tech"), FABRIKAM, display_name="tech", upn="tech@fabrikam.example"))
            directory.put_group(call, Group(who("readers"), CONTOSO, display_name="Readers"))
            directory.add_member(call, who("readers"), who("bob"))
            identity = ServicePrincipal(
                who("identity"), CONTOSO, display_name="identity", app_id=named("app", "identity")
            )
            directory.put_service_principal(call, replace(identity, kind=ServicePrincipalKind.MANAGED_IDENTITY))
            for name, subscription in (("prod", PROD), ("test", TEST)):
                resources.put_subscription(call, Subscription(subscription, CONTOSO, name))
        self.gives(OPERATOR, OWNER, "owner", SUBSCRIPTION)

    def caller(self, name: str) -> Caller:
        tenant = FABRIKAM if name == "tech" else CONTOSO
        return Caller(who(name), tenant, f"{name}@example", CallerKind.USER, tenant, who(name))

    def builds(self, *groups: str) -> None:
        """Make resource groups."""
        with self.office.writing(OPERATOR) as call:
            for group in groups:
                resources.put_resource_group(call, SUBSCRIPTION.rpartition("/")[2], group, "westeurope")

    def gives(
        self, by: Caller | str, role: str, to: str, scope: str, **more: str
    ) -> tuple[service.RoleAssignment, bool]:
        caller = self.caller(by) if isinstance(by, str) else by
        name = more.pop("name", named("assignment", f"{role} {to} {scope}"))
        with self.office.writing(caller) as call:
            return service.assign_role(call, scope, Asked(name, who(to), role, **more))

    def delegates(self, role: str, *hands_on: str, scope: str = SUBSCRIPTION) -> None:
        """Fabrikam's technician gets a role in Contoso's subscription."""
        grants = ((who("tech"), role, hands_on),)
        self.index.apply([DefinitionSet("d", FABRIKAM, grants), Delegated(f"a {scope}", scope, "d")])


__all__ = [
    "CONTOSO",
    "CONTRIBUTOR",
    "FABRIKAM",
    "OWNER",
    "READER",
    "SUBSCRIPTION",
    "USER_ACCESS_ADMINISTRATOR",
    "Town",
    "who",
]
