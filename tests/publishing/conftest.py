"""A publisher, the people of its account, and an office on each kind of database."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import ServicePrincipal, Tenant, User
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import OPERATOR, Caller, CallerKind, ObjectId, TenantId
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.publishing import service, shelf, workflow
from lightkeeper.publishing.account import Designation, MemberRole, Publisher, Verification
from lightkeeper.publishing.account_rules import COMMERCIAL_MARKETPLACE
from tests.conftest import OpenGate
from tests.databases import furnish
from tests.publishing.offers import LOGO, TENANT, good_offer


def person(name: str) -> Caller:
    tenant, object_id = TenantId(TENANT), ObjectId(ids.named("person", name))
    return Caller(object_id, tenant, f"{name}@fabrikam.example", CallerKind.USER, tenant, object_id)


OWNER, MANAGER, DEVELOPER, STRANGER = person("owner"), person("manager"), person("developer"), person("stranger")

FABRIKAM = Publisher(
    id="fabrikam",
    tenant_id=TENANT,
    display_name="Fabrikam",
    programs=(COMMERCIAL_MARKETPLACE,),
    verification=Verification.AUTHORIZED,
    designations=(Designation("solutionsPartner.infrastructureAzure"),),
    members=(
        (OWNER.object_id, MemberRole.OWNER),
        (MANAGER.object_id, MemberRole.MANAGER),
        (DEVELOPER.object_id, MemberRole.DEVELOPER),
    ),
)

OFFER = ("fabrikam", "managed-operations")


@dataclass
class Desk:
    """Publishing as a person sees it, one transaction per line."""

    office: Office
    who: Caller = DEVELOPER

    def save(self, document: object = None) -> None:
        with self.office.writing(self.who) as call:
            service.put_offer(call, *OFFER, document or good_offer(), LOGO)

    def submit(self) -> str:
        with self.office.writing(self.who) as call:
            return service.publish(call, *OFFER).id

    def sign_off(self) -> str:
        with self.office.writing(self.who) as call:
            return service.go_live(call, *OFFER).id

    def preview(self, document: object = None) -> str:
        self.save(document)
        submission = self.submit()
        workflow.run_preview(self.office, submission)
        return submission

    def live(self, document: object = None) -> str:
        submission = self.preview(document)
        self.sign_off()
        workflow.run_live(self.office, submission)
        return submission

    def status(self) -> str:
        with self.office.reading(self.who) as call:
            return str(service.get_offer(call, *OFFER).status)

    def on_shelf(self) -> list[tuple[str, str, bool]]:
        with self.office.database.read() as connection:
            return [(p.plan_id, p.version, p.preview) for p in shelf.PublishingShelf().published_plans(connection)]


def publisher_in(office: Office, publisher: Publisher = FABRIKAM) -> None:
    with office.writing(OPERATOR) as call:
        service.put_publisher(call, publisher)


def colleagues_in(office: Office, *people: Caller) -> None:
    """Let the directory know the organisation of the account and these people and programs of it."""
    with office.writing(OPERATOR) as call:
        directory.put_tenant(call, Tenant(TenantId(TENANT), "fabrikam", "fabrikam.example", "Fabrikam"))
        for one in people:
            known = {"id": one.object_id, "tenant_id": one.tenant_id, "display_name": one.name}
            if one.kind is CallerKind.APPLICATION:
                directory.put_service_principal(call, ServicePrincipal(**known, app_id=str(ids.named("app", one.name))))
            else:
                directory.put_user(call, User(**known, upn=one.name))


@pytest.fixture
def desk(office: Office) -> Desk:
    """Fabrikam's desk, on SQLite and on PostgreSQL."""
    publisher_in(office)
    return Desk(office)


@pytest.fixture
def sqlite_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('db')}/lightkeeper.db", durable=False)
    furnish(database)
    yield Office(database, Clock(), OpenGate())
    database.close()
