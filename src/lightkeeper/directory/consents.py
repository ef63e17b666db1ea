"""What people let programs do in their name: asked once, remembered, for one person or for everybody in a tenant.

The programs that exist in every tenant are our own and need no leave.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lightkeeper.directory import (
    application_store,
    clients,
    consent_store,
    entitlement_rules,
    naming,
    refusals,
    resource_applications,
    service,
    store,
    tenant_store,
)
from lightkeeper.directory.consent_store import Consent
from lightkeeper.directory.entitlement_rules import Actor, Deed
from lightkeeper.directory.model import Application, Audience, Tenant, User
from lightkeeper.directory.sign_in import WHY, subject_of, tenant_named
from lightkeeper.directory.tokens import Subject
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office

EVERYBODY = ""
SIGN_IN_PERMISSIONS = frozenset({"openid", "profile", "email", "offline_access"})
DEFAULT = ".default"


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
            owner = tenant_store.tenant_by_id(call.connection, client.tenant_id)
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
            resource = resource_of(call, subject.tenant.id, wanted.resource)
            known = given(call, subject.tenant.id, subject.client_id, (account_id,), resource)
            before = known[0] if known else None
            permissions = tuple(sorted({*wanted.permissions, *(before.permissions if before else ())}))
            fresh = Consent(
                before.id if before else ids.new_guid(),
                subject.tenant.id,
                subject.client_id,
                account_id,
                before.resource if before else resource,
                permissions,
                subject.principal.id,
                call.now,
            )
            if before is None or before.permissions != permissions:
                keep(call, fresh)


def given(call: Call, tenant_id: str, app_id: str, account_ids: Sequence[str], resource: str) -> list[Consent]:
    """Return what a program was let do on a resource (`resource_of`) by any of these accounts; a look-up."""
    known = consent_store.consents_of(call.connection, tenant_id, app_id, account_ids)
    return [one for one in known if resource_of(call, tenant_id, one.resource) == resource]


def keep(call: Call, consent: Consent) -> None:
    """Write a consent, in place of the one with its id, and note it in the log."""
    consent_store.remove_consent(call.connection, consent.id)
    consent_store.save_consent(call.connection, consent)
    call.record(_event("ConsentGranted", "create", consent))


def take_back(call: Call, consent: Consent) -> None:
    """Forget a consent, and note it in the log."""
    consent_store.remove_consent(call.connection, consent.id)
    call.record(_event("ConsentRevoked", "delete", consent))


def resource_of(call: Call, tenant_id: str, named: str) -> str:
    """Return how a resource is kept however a program has named it: the id of its application where there is one."""
    plain = named.rstrip("/").lower()[:512]
    plain = plain.removeprefix("api://") if ids.is_guid(plain.removeprefix("api://")) else plain
    for app_id, application in resource_applications.APPLICATIONS.items():
        if plain in (app_id, *application.identifier_uris):
            return app_id
    if ids.is_guid(plain):
        return plain
    known = application_store.application_with_uri(call.connection, tenant_id, plain)
    return known.app_id if known else plain


def resource_id_of(call: Call, tenant_id: str, resource: str) -> str:
    """Return the object id of a resource's service principal; one that stands for nothing where it has none."""
    app_id = resource_of(call, tenant_id, resource)
    own = resource_applications.service_principal_of(tenant_id, app_id)
    found = own or store.service_principal_of(call.connection, tenant_id, app_id)
    return found.id if found else ids.named("resource", f"{tenant_id}/{app_id}")


def _missing(call: Call, subject: Subject, wanted: Wanted) -> tuple[str, ...]:
    """Return what nobody has let the program do yet.

    Whoever let it do anything on the resource lets it know who they are as well, and come back; whoever consented to one
    permission has answered for `.default`, which means those that were consented to.
    """
    if subject.client_id in clients.EVERYWHERE:
        return ()
    resource = resource_of(call, subject.tenant.id, wanted.resource)
    known = given(call, subject.tenant.id, subject.client_id, (EVERYBODY, subject.home.id), resource)
    allowed = {each.lower() for one in known for each in one.permissions}
    if allowed - SIGN_IN_PERMISSIONS:
        allowed |= SIGN_IN_PERMISSIONS | {DEFAULT}
    return tuple(each for each in wanted.permissions if each.lower() not in allowed)


def _may_decide_for_all(subject: Subject) -> bool:
    return entitlement_rules.may(Actor(subject.principal), Deed.GRANT_PERMISSIONS)


def _install(call: Call, client: Application, tenant: Tenant) -> None:
    """Let a program of another tenant be present in this one: what an administrator's consent does."""
    if store.service_principal_of(call.connection, tenant.id, client.app_id) is None:
        name = f"{client.display_name} {client.app_id}"
        fresh = naming.service_principal(tenant, name, app_id=client.app_id, display_name=client.display_name)
        service.put_service_principal(call, fresh)


def _event(kind: str, verb: str, consent: Consent) -> Event:
    body: dict[str, Any] = {
        "app_id": consent.app_id,
        "account_id": consent.account_id or None,
        "consent_type": "Principal" if consent.account_id else "AllPrincipals",
        "resource": consent.resource,
        "permissions": list(consent.permissions),
        "granted_by": consent.granted_by,
    }
    return Event(kind, f"microsoft.directory/oAuth2PermissionGrants/{verb}", consent.tenant_id, body=body)
