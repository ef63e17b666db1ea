"""What an application signs in with: secrets that we make, certificates, and tokens of other issuers.

Only what is public is kept of a certificate, and only a hash of a secret; neither is ever logged. `credentials` sets
secrets that somebody else has thought of.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from lightkeeper.directory import application_store, credential_rules, credential_store, sign_in_store, store
from lightkeeper.directory.authority import administer, insist, not_found, read
from lightkeeper.directory.certificate_reading import read_certificate
from lightkeeper.directory.entitlement_rules import Deed
from lightkeeper.directory.model import (
    Certificate,
    FederatedCredential,
    ObjectId,
    Secret,
    ServicePrincipal,
    ServicePrincipalKind,
    TenantId,
)
from lightkeeper.directory.passwords import Hashing, random_token
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, refuse_if

SECRET_FOR = timedelta(days=730)  # "startDateTime + 2 years" (Graph, application: addPassword)
_UPDATE = "microsoft.directory/applications/credentials/update"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose credentials they are: an application's, good wherever it is present, or one service principal's, good there.

    `id` is what they are kept under: the application's id, or the service principal's object id.
    """

    id: str
    tenant_id: TenantId
    object_id: ObjectId
    deed: Deed


@dataclass(frozen=True, slots=True)
class IssuedSecret:
    """A secret we made: what is kept of it, and the secret itself, which is shown this once."""

    secret: Secret
    text: str = field(repr=False)


def add_secret(
    call: Call,
    owner_id: str,
    hashing: Hashing,
    *,
    display_name: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> IssuedSecret:
    """Give an application, or one service principal, a fresh secret of our making: for two years unless told otherwise."""
    owner = _administered(call, owner_id)
    starts_at = starts_at or call.now
    ends_at = ends_at or starts_at + SECRET_FOR
    refuse_if(credential_rules.check_secret(display_name, starts_at, ends_at))
    known = sign_in_store.secrets_of(call.connection, owner.id)
    refuse_if(credential_rules.check_count(len(known), credential_rules.MOST_SECRETS, "secrets"))
    text = random_token()
    secret = Secret(ids.new_guid(), owner.id, display_name, hashing.hash(text), starts_at, ends_at, hint=text[:3])
    sign_in_store.add_secret(call.connection, secret)
    _record(call, "SecretWritten", owner, name=display_name, key_id=secret.id)
    return IssuedSecret(secret, text)


def list_secrets(call: Call, owner_id: str) -> list[Secret]:
    """Return what is kept of an application's secrets, oldest first, expired ones too."""
    return sign_in_store.secrets_of(call.connection, _readable(call, owner_id).id)


def remove_secret(call: Call, owner_id: str, key_id: str) -> None:
    """Take a secret away by its id. Raises `Invalid` when the application has no such secret."""
    owner = _administered(call, owner_id)
    for secret in sign_in_store.secrets_of(call.connection, owner.id):
        if secret.id == key_id.lower():
            sign_in_store.forget_secrets(call.connection, owner.id, ids=[secret.id])
            _record(call, "SecretRemoved", owner, name=secret.name, key_id=secret.id)
            return
    raise Invalid("Request_BadRequest", f"No password credential found with keyId '{key_id}'.", target="keyId")


def add_certificate(
    call: Call,
    owner_id: str,
    key: str,
    *,
    display_name: str = "",
    key_id: str = "",
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Certificate:
    """Let an application sign in with the private half of a certificate (PEM, or base64 of DER).

    It holds as long as the certificate says, or for the part of that time that is asked for. The same certificate again
    changes nothing and returns the one that is there. Raises `Invalid` for what is no certificate with an RSA key.
    """
    owner = _administered(call, owner_id)
    found = read_certificate(key)
    known = credential_store.certificates_of(call.connection, owner.id)
    same = [each for each in known if each.x5t_s256 == found.x5t_s256]
    if same:
        return same[0]
    certificate = Certificate(
        key_id=key_id.lower() or ids.new_guid(),
        app_id=owner.id,
        display_name=display_name or (f"CN={found.common_name}" if found.common_name else ""),
        pem=found.pem,
        x5t=found.x5t,
        x5t_s256=found.x5t_s256,
        not_before=max(found.not_before, starts_at or found.not_before),
        not_after=min(found.not_after, ends_at or found.not_after),
        created_at=call.now,
    )
    refuse_if(credential_rules.check_certificate(certificate))
    refuse_if(credential_rules.check_count(len(known), credential_rules.MOST_CERTIFICATES, "certificates"))
    if any(each.key_id == certificate.key_id for each in known):
        raise Conflict("Request_BadRequest", f"The keyId '{certificate.key_id}' names another certificate.")
    credential_store.add_certificate(call.connection, certificate)
    _record(call, "CertificateWritten", owner, key_id=certificate.key_id, thumbprint=certificate.x5t_s256)
    return certificate


def list_certificates(call: Call, owner_id: str) -> list[Certificate]:
    """Return an application's certificates, oldest first, expired ones too."""
    return credential_store.certificates_of(call.connection, _readable(call, owner_id).id)


def remove_certificate(call: Call, owner_id: str, key_id: str) -> None:
    """Take a certificate away by its id. Raises `Invalid` when the application has no such certificate."""
    owner = _administered(call, owner_id)
    for one in credential_store.certificates_of(call.connection, owner.id):
        if one.key_id == key_id.lower():
            credential_store.remove_certificate(call.connection, one.key_id)
            _record(call, "CertificateRemoved", owner, key_id=one.key_id, thumbprint=one.x5t_s256)
            return
    raise Invalid("Request_BadRequest", f"No key credential found with keyId '{key_id}'.", target="keyId")


def put_federated_credential(
    call: Call,
    app_id: str,
    name: str,
    *,
    issuer: str,
    subject: str,
    audiences: tuple[str, ...] = (credential_rules.EXCHANGE,),
    description: str = "",
) -> FederatedCredential:
    """Let whoever shows a token of `issuer` about `subject` be the application; the name says which entry is meant.

    The same again changes nothing. Raises `Invalid` with every fault, `Conflict` when another entry of the application
    already names this issuer and subject.
    """
    owner = _administered(call, app_id)
    known = credential_store.federated_credentials_of(call.connection, owner.id)
    present = next((each for each in known if each.name.lower() == name.lower()), None)
    wanted = FederatedCredential(
        present.id if present else ids.new_guid(), owner.id, name, issuer, subject, audiences, description
    )
    if present is not None:
        wanted = replace(wanted, name=present.name)  # a name cannot be changed, not even its case
    if wanted == present:
        return wanted
    refuse_if(credential_rules.check_federated_credential(wanted))
    if present is None:
        refuse_if(credential_rules.check_count(len(known), credential_rules.MOST_FEDERATED, "federated credentials"))
    if any((each.issuer, each.subject) == (issuer, subject) and each.id != wanted.id for each in known):
        raise Conflict(
            "Request_MultipleObjectsWithSameKeyValue",
            "FederatedIdentityCredential with the same issuer and subject already exists on this application.",
        )
    credential_store.save_federated_credential(call.connection, wanted)
    _record(call, "FederatedCredentialWritten", owner, name=wanted.name, issuer=issuer, subject=subject)
    return wanted


def list_federated_credentials(call: Call, app_id: str) -> list[FederatedCredential]:
    """Return an application's federated credentials, by name."""
    return credential_store.federated_credentials_of(call.connection, _readable(call, app_id).id)


def get_federated_credential(call: Call, app_id: str, id_or_name: str) -> FederatedCredential:
    """Return a federated credential by its id or name; raise `NotFound` when the application has no such one."""
    for one in list_federated_credentials(call, app_id):
        if id_or_name.lower() in (one.id, one.name.lower()):
            return one
    raise not_found(id_or_name)


def remove_federated_credential(call: Call, app_id: str, id_or_name: str) -> None:
    """Take a federated credential away; raise `NotFound` when the application has no such one."""
    owner = _administered(call, app_id)
    for one in credential_store.federated_credentials_of(call.connection, owner.id):
        if id_or_name.lower() in (one.id, one.name.lower()):
            credential_store.remove_federated_credentials(call.connection, [one.id])
            _record(call, "FederatedCredentialRemoved", owner, name=one.name)
            return
    raise not_found(id_or_name)


def _administered(call: Call, owner_id: str) -> Owner:
    """Return the owner of credentials to one who may change them; two who do come one after the other."""
    owner = _owner(call, owner_id)
    if owner is None:
        administer(call)
        raise not_found(owner_id)
    insist(call, owner.tenant_id, owner.deed, owner.object_id)
    call.hold(f"secrets:{owner.id}")
    return owner


def _readable(call: Call, owner_id: str) -> Owner:
    owner = _owner(call, owner_id)
    read(call, owner.tenant_id if owner else "")
    if owner is None:
        raise not_found(owner_id)
    return owner


def _owner(call: Call, owner_id: str) -> Owner | None:
    application = application_store.application(call.connection, owner_id)
    if application is not None:
        return Owner(application.app_id, application.tenant_id, application.object_id, Deed.CHANGE_APPLICATION)
    principal = store.principal_by_id(call.connection, owner_id)
    if isinstance(principal, ServicePrincipal) and principal.kind is ServicePrincipalKind.APPLICATION:
        return Owner(principal.id, principal.tenant_id, principal.id, Deed.CHANGE_SERVICE_PRINCIPAL)
    return None


def _record(call: Call, kind: str, owner: Owner, **body: str) -> None:
    call.record(Event(kind, _UPDATE, owner.tenant_id, body={"owner_id": owner.id, **body}))
