"""What programs were let do for people, on the wire: `az ad app permission grant` and `list-grants`."""

from collections.abc import Mapping, Sequence
from typing import Any

from lightkeeper.directory import permission_grants as directory
from lightkeeper.directory.permission_grants import PermissionGrant
from lightkeeper.kernel.call import Call, ObjectId
from lightkeeper.kernel.problems import Invalid
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
)
from lightkeeper.wire.entra.graph.belonging import subject_of
from lightkeeper.wire.entra.graph.pages import Listing, page

EVERYBODY, PERSON = "AllPrincipals", "Principal"
_COLLECTION = "oauth2PermissionGrants"


def shape_of(grant: PermissionGrant) -> dict[str, Any]:
    """Return a grant in Graph's shape."""
    return {
        "id": grant.id,
        "clientId": grant.client_id,
        "consentType": PERSON if grant.principal_id else EVERYBODY,
        "principalId": grant.principal_id,
        "resourceId": grant.resource_id,
        "scope": " ".join(grant.permissions),
    }


def list_grants(call: Call, asked: Asked) -> Answer:
    """Answer a page of the tenant's grants."""
    return _page(call, asked)


def list_grants_of_person(call: Call, asked: Asked) -> Answer:
    """Answer a page of what a person let programs do."""
    return _page(call, asked, principal_id=subject_of(call, asked).id)


def list_grants_of_program(call: Call, asked: Asked) -> Answer:
    """Answer a page of what a program was let do."""
    return _page(call, asked, client_id=subject_of(call, asked).id)


def get_grant(call: Call, asked: Asked) -> Answer:
    """Answer one grant."""
    return one(asked, _COLLECTION, shape_of(directory.read_grant(call, tenant_of(call), asked.named["id"])))


def create_grant(call: Call, asked: Asked) -> Answer:
    """Let a program act for a person, or for everybody."""
    document = asked.document
    kind, principal_id, scope = document.get("consentType"), document.get("principalId"), document.get("scope") or ""
    if kind not in (EVERYBODY, PERSON):
        raise _invalid("consentType")
    if not isinstance(principal_id, str | None) or bool(principal_id) != (kind == PERSON):
        raise _invalid("principalId")
    if not isinstance(scope, str):
        raise _invalid("scope")
    made = directory.grant_permissions(
        call,
        tenant_of(call),
        client_id=text(document, "clientId"),
        principal_id=principal_id or None,
        resource_id=text(document, "resourceId"),
        scope=scope,
    )
    return one(asked, _COLLECTION, shape_of(made), made=True)


def change_grant(call: Call, asked: Asked) -> Answer:
    """Let a grant be about other permissions; nothing else of it changes."""
    scope = asked.document.get("scope")
    if not isinstance(scope, str):
        raise _invalid("scope")
    directory.change_grant(call, tenant_of(call), asked.named["id"], scope)
    return NOTHING


def revoke_grant(call: Call, asked: Asked) -> Answer:
    """Take a grant back."""
    directory.revoke_grant(call, tenant_of(call), asked.named["id"])
    return NOTHING


def _page(call: Call, asked: Asked, *, client_id: str = "", principal_id: str = "") -> Answer:
    def fetch(after: str, limit: int, pins: Mapping[str, str]) -> Sequence[PermissionGrant]:
        return directory.list_grants(
            call,
            tenant_of(call),
            after=after,
            limit=limit,
            client_id=client_id or pins.get("clientid", ""),
            principal_id=principal_id or pins.get("principalid", ""),
        )

    sample = shape_of(_SAMPLE)
    listing = Listing(_COLLECTION, "oAuth2PermissionGrant", fetch, lambda one: one.id, _shapes, sample)
    return page(asked, listing)


def _shapes(found: Sequence[PermissionGrant]) -> list[dict[str, Any]]:
    return [shape_of(each) for each in found]


def _invalid(name: str) -> Invalid:
    message = f"Invalid value specified for property '{name}' of resource 'OAuth2PermissionGrant'."
    return Invalid("Request_BadRequest", message, target=name)


_SAMPLE = PermissionGrant("", ObjectId(""), None, "", ())

ROUTES: tuple[Route, ...] = (
    get(f"/{_COLLECTION}", list_grants),
    post(f"/{_COLLECTION}", create_grant),
    get(f"/{_COLLECTION}/{{id}}", get_grant),
    patch(f"/{_COLLECTION}/{{id}}", change_grant),
    delete(f"/{_COLLECTION}/{{id}}", revoke_grant),
    get(f"/me/{_COLLECTION}", list_grants_of_person),
    get(f"/users/{{id}}/{_COLLECTION}", list_grants_of_person),
    get(f"/servicePrincipals/{{id}}/{_COLLECTION}", list_grants_of_program),
)
