"""What people let programs do in their name: asked once, remembered, for one person or for everybody in a tenant.

The programs that exist in every tenant are our own and need no leave.
"""

from dataclasses import dataclass, replace
from typing import Any

from lightkeeper.directory import browser_store, clients, naming, refusals, service, store
from lightkeeper.directory.browser_store import Consent
from lightkeeper.directory.model import Application, Audience, Tenant, User
from lightkeeper.directory.sign_in import WHY, subject_of, tenant_named
from lightkeeper.directory.tokens import Subject
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office

EVERYBODY = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a program wants to do: on which resource, with which permissions (`.default`: whatever the person may)."""

    resource: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asking:
    """A question for a person: may this program do this? `whole` says that an answer for the tenant may be given."""

    subject: Subject
    client: Application
    publisher: str
    missing: tuple[str, ...]
    whole: bool


class Consents:
    """Knows what was consented to; opens calls itself."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def ask(self, segment: str, client_id: str, account: User, wanted: Wanted, *, present: bool = True) -> Asking:
        """Return the question, with `missing` empty when it needs no answer.

        `present` insists that the program is in the tenant already; otherwise it is enough that it may be let in.

        Raises what keeps the account from the program in that tenant, such as AADSTS50020.
        """
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            tenant = tenant_named(call, segment)
            client = clients.get_client(call, client_id, tenant if present else None)
            subject = subject_of(call, account.id, tenant, client)
            if not present and client.tenant_id != subject.tenant.id and client.audience is Audience.MY_TENANT:
                raise refusals.unknown_client(client.app_id, subject.tenant.display_name)
            owner = store.tenant_by_id(call.connection, client.tenant_id)
            missing = _missing(call, subject, wanted)
        return Asking(subject, client, owner.display_name if owner else "", missing, _may_decide_for_all(subject))

    def insist(self, subject: Subject, wanted: Wanted) -> None:
        """Return quietly when the program may do this; raise AADSTS65001 otherwise."""
        with self.office.reading(PLATFORM) as call:
            call.open_to_all(WHY)
            if _missing(call, subject, wanted):
                client = clients.get_client(call, subject.client_id, None)
                raise refusals.consent_missing(client.app_id, client.display_name)

    def give(self, asking: Asking, wanted: Wanted, *, for_all: bool = False) -> None:
        """Remember that the person lets the program do this; for everybody in the tenant where they may decide that."""
        subject = asking.subject
        if for_all and not asking.whole:
            raise refusals.administrator_needed(asking.client.display_name)
        account_id = EVERYBODY if for_all else subject.home.id
        with self.office.writing(PLATFORM) as call:
            call.open_to_all(WHY)
            call.hold(f"consents:{subject.tenant.id}")
            if for_all:
                _install(call, asking.client, subject.tenant)
            resource = _resource(wanted)
            known = browser_store.consents_of(call.connection, subject.tenant.id, subject.client_id, [account_id])
            before = next((one for one in known if one.resource == resource), None)
            permissions = tuple(sorted({*wanted.permissions, *(before.permissions if before else ())}))
            fresh = Consent(
                ids.new_guid(),
                subject.tenant.id,
                subject.client_id,
                account_id,
                resource,
                permissions,
                subject.principal.id,
                call.now,
            )
            if before is None or before.permissions != permissions:
                browser_store.save_consent(call.connection, replace(fresh, id=before.id if before else fresh.id))
                call.record(_event(fresh))


def _missing(call: Call, subject: Subject, wanted: Wanted) -> tuple[str, ...]:
    if subject.client_id in clients.EVERYWHERE:
        return ()
    whose = (EVERYBODY, subject.home.id)
    known = browser_store.consents_of(call.connection, subject.tenant.id, subject.client_id, whose)
    resource = _resource(wanted)
    allowed = {each for one in known if one.resource == resource for each in one.permissions}
    return tuple(each for each in wanted.permissions if each not in allowed)


def _resource(wanted: Wanted) -> str:
    return wanted.resource.rstrip("/").lower()[:512]


def _may_decide_for_all(subject: Subject) -> bool:
    return isinstance(subject.principal, User) and subject.principal.global_administrator


def _install(call: Call, client: Application, tenant: Tenant) -> None:
    """Let a program of another tenant be present in this one: what an administrator's consent does."""
    if store.service_principal_of(call.connection, tenant.id, client.app_id) is None:
        name = f"{client.display_name} {client.app_id}"
        fresh = naming.service_principal(tenant, name, app_id=client.app_id, display_name=client.display_name)
        service.put_service_principal(call, fresh)


def _event(consent: Consent) -> Event:
    body: dict[str, Any] = {
        "app_id": consent.app_id,
        "account_id": consent.account_id or None,
        "consent_type": "Principal" if consent.account_id else "AllPrincipals",
        "resource": consent.resource,
        "permissions": list(consent.permissions),
        "granted_by": consent.granted_by,
    }
    return Event("ConsentGranted", "microsoft.directory/oAuth2PermissionGrants/create", consent.tenant_id, body=body)
