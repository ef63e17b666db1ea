"""What applications and service principals sign in with, on the wire: secrets, certificates, federated credentials."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from lightkeeper.directory import application_credentials as directory
from lightkeeper.directory import registrations, service_principals
from lightkeeper.directory.credential_rules import EXCHANGE
from lightkeeper.directory.model import Certificate, FederatedCredential, Secret, ServicePrincipalKind
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph import shapes
from lightkeeper.wire.entra.graph.asked import (
    NOTHING,
    Answer,
    Asked,
    Route,
    delete,
    get,
    one,
    patch,
    post,
    tenant_of,
    text,
    texts,
)
from lightkeeper.wire.entra.graph.pages import Listing, in_memory, page


def credentials_of(call: Call, owner_id: str) -> dict[str, Any]:
    """Return what is public of the credentials kept for an application or service principal."""
    return {
        "passwordCredentials": [_secret(each) for each in directory.list_secrets(call, owner_id)],
        "keyCredentials": [_certificate(each) for each in directory.list_certificates(call, owner_id)],
    }


def replace_certificates(call: Call, owner_id: str, document: Mapping[str, Any]) -> None:
    """Make the certificates those that a body lists: known ones by their keyId, new ones with their key."""
    if "keyCredentials" not in document:
        return
    said = document["keyCredentials"]
    if not isinstance(said, list) or not all(isinstance(each, dict) for each in said):
        raise Invalid("Request_BadRequest", "'keyCredentials' must be a list of objects.", target="keyCredentials")
    known = {each.key_id for each in directory.list_certificates(call, owner_id)}
    staying = {str(each.get("keyId") or "").lower() for each in said}
    for key_id in known - staying:
        directory.remove_certificate(call, owner_id, key_id)
    for each in said:
        if str(each.get("keyId") or "").lower() not in known:
            _add_certificate(call, owner_id, each)


def add_application_secret(call: Call, asked: Asked) -> Answer:
    """Make a secret for an application; the answer is the only one that shows it."""
    return _add_secret(call, asked, _app_id(call, asked))


def add_principal_secret(call: Call, asked: Asked) -> Answer:
    """Make a secret for one service principal, good in this tenant; the answer is the only one that shows it."""
    return _add_secret(call, asked, _principal_id(call, asked))


def remove_application_secret(call: Call, asked: Asked) -> Answer:
    """Take a secret away from an application."""
    directory.remove_secret(call, _app_id(call, asked), text(asked.document, "keyId"))
    return NOTHING


def remove_principal_secret(call: Call, asked: Asked) -> Answer:
    """Take a secret away from a service principal."""
    directory.remove_secret(call, _principal_id(call, asked), text(asked.document, "keyId"))
    return NOTHING


def list_federated(call: Call, asked: Asked) -> Answer:
    """Answer the tokens of other issuers that an application signs in with."""
    app_id = registrations.read_application(call, tenant_of(call), asked.named["id"]).app_id
    found = sorted(directory.list_federated_credentials(call, app_id), key=lambda each: each.id)
    sample = _federated(FederatedCredential("", "", "", "", "", ()))
    return page(
        asked,
        Listing(
            f"applications('{asked.named['id']}')/federatedIdentityCredentials",
            "federatedIdentityCredential",
            in_memory(found, lambda each: each.id),
            lambda each: each.id,
            lambda some: [_federated(each) for each in some],
            sample,
        ),
    )


def get_federated(call: Call, asked: Asked) -> Answer:
    """Answer one of them, by id or name."""
    app_id = registrations.read_application(call, tenant_of(call), asked.named["id"]).app_id
    found = directory.get_federated_credential(call, app_id, asked.named["credential"].removeprefix("name="))
    return one(asked, "federatedIdentityCredentials", _federated(found))


def create_federated(call: Call, asked: Asked) -> Answer:
    """Let an application sign in with tokens of another issuer."""
    app_id = _app_id(call, asked)
    name = text(asked.document, "name")
    if any(each.name.lower() == name.lower() for each in directory.list_federated_credentials(call, app_id)):
        message = f"FederatedIdentityCredential with name {name[:128]} already exists."
        raise Invalid("Request_MultipleObjectsWithSameKeyValue", message, target="name")
    made = _put_federated(call, app_id, name, asked.document)
    return one(asked, "federatedIdentityCredentials", _federated(made), made=True)


def change_federated(call: Call, asked: Asked) -> Answer:
    """Change one of them."""
    app_id = _app_id(call, asked)
    known = directory.get_federated_credential(call, app_id, asked.named["credential"].removeprefix("name="))
    _put_federated(call, app_id, known.name, {**_federated(known), **asked.document})
    return NOTHING


def delete_federated(call: Call, asked: Asked) -> Answer:
    """Take one of them away."""
    name = asked.named["credential"].removeprefix("name=")
    directory.remove_federated_credential(call, _app_id(call, asked), name)
    return NOTHING


def _app_id(call: Call, asked: Asked) -> str:
    return registrations.changeable(call, tenant_of(call), asked.named["id"]).app_id


def _principal_id(call: Call, asked: Asked) -> str:
    found = service_principals.changeable(call, tenant_of(call), asked.named["id"])
    if found.kind is ServicePrincipalKind.MANAGED_IDENTITY:
        raise Invalid("Request_BadRequest", "A managed identity has no secrets of its own.")
    return found.id


def _add_secret(call: Call, asked: Asked, owner_id: str) -> Answer:
    said = asked.document.get("passwordCredential") or {}
    if not isinstance(said, dict):
        raise Invalid("Request_BadRequest", "'passwordCredential' must be an object.", target="passwordCredential")
    issued = directory.add_secret(
        call,
        owner_id,
        asked.hashing,
        display_name=_text(said, "displayName"),
        starts_at=_time(said, "startDateTime"),
        ends_at=_time(said, "endDateTime"),
    )
    shown = _secret(issued.secret) | {"secretText": issued.text}
    return Answer(200, {"@odata.context": f"{asked.root}/$metadata#microsoft.graph.passwordCredential"} | shown)


def _add_certificate(call: Call, owner_id: str, said: Mapping[str, Any]) -> None:
    key = said.get("key")
    if not isinstance(key, str) or not key:
        raise Invalid("Request_BadRequest", "A new key credential needs its 'key'.", target="key")
    key_id = _text(said, "keyId")
    directory.add_certificate(
        call,
        owner_id,
        key,
        display_name=_text(said, "displayName"),
        key_id=key_id if ids.is_guid(key_id) else "",
        starts_at=_time(said, "startDateTime"),
        ends_at=_time(said, "endDateTime"),
    )


def _put_federated(call: Call, app_id: str, name: str, said: Mapping[str, Any]) -> FederatedCredential:
    return directory.put_federated_credential(
        call,
        app_id,
        name,
        issuer=text(said, "issuer"),
        subject=text(said, "subject"),
        audiences=tuple(texts(said, "audiences")) if "audiences" in said else (EXCHANGE,),
        description=_text(said, "description"),
    )


def _secret(one: Secret) -> dict[str, Any]:
    return {
        "customKeyIdentifier": None,
        "displayName": one.name or None,
        "endDateTime": shapes.moment(one.expires_at),
        "hint": one.hint or None,
        "keyId": one.id,
        "secretText": None,
        "startDateTime": shapes.moment(one.created_at),
    }


def _certificate(one: Certificate) -> dict[str, Any]:
    return {
        "customKeyIdentifier": base64.urlsafe_b64decode(one.x5t + "=" * (-len(one.x5t) % 4)).hex().upper(),
        "displayName": one.display_name or None,
        "endDateTime": shapes.moment(one.not_after),
        "key": None,
        "keyId": one.key_id,
        "startDateTime": shapes.moment(one.not_before),
        "type": "AsymmetricX509Cert",
        "usage": "Verify",
    }


def _federated(one: FederatedCredential) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "issuer": one.issuer,
        "subject": one.subject,
        "description": one.description or None,
        "audiences": list(one.audiences),
    }


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if value is not None and not isinstance(value, str):
        raise Invalid("Request_BadRequest", f"'{name}' must be a text.", target=name)
    return value or ""


def _time(said: Mapping[str, Any], name: str) -> datetime | None:
    value = _text(said, name)
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError as fault:
        raise Invalid("Request_BadRequest", f"'{name}' is no time: '{value[:64]}'.", target=name) from fault
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)


ROUTES: tuple[Route, ...] = (
    post("/applications/{id}/addPassword", add_application_secret),
    post("/applications/{id}/removePassword", remove_application_secret),
    post("/servicePrincipals/{id}/addPassword", add_principal_secret),
    post("/servicePrincipals/{id}/removePassword", remove_principal_secret),
    get("/applications/{id}/federatedIdentityCredentials", list_federated),
    post("/applications/{id}/federatedIdentityCredentials", create_federated),
    get("/applications/{id}/federatedIdentityCredentials/{credential}", get_federated),
    patch("/applications/{id}/federatedIdentityCredentials/{credential}", change_federated),
    delete("/applications/{id}/federatedIdentityCredentials/{credential}", delete_federated),
)
