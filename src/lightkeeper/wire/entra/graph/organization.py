"""The tenant itself, objects of any type, what was deleted, and invitations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lightkeeper.directory import (
    deleted,
    groups,
    invitations,
    reading,
    registrations,
    service,
    service_principals,
    users,
)
from lightkeeper.directory.authority import not_found
from lightkeeper.directory.model import Application, Group, Principal, PrincipalType, User, UserType
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph import seeing, shapes
from lightkeeper.wire.entra.graph.asked import (
    NOTHING,
    Answer,
    Asked,
    Route,
    asks,
    delete,
    get,
    many,
    one,
    post,
    tenant_of,
    text,
    texts,
)
from lightkeeper.wire.entra.graph.pages import Listing, in_memory, page

MOST_IDS = 1000  # Graph: "up to 1000 IDs"


def list_organizations(call: Call, asked: Asked) -> Answer:
    """Answer the tenant, in a list of one."""
    reading.see(call, tenant_of(call))
    return many(asked, "organization", [shapes.organization(service.get_tenant(call, tenant_of(call)))])


def get_organization(call: Call, asked: Asked) -> Answer:
    """Answer the tenant; every other one is not there."""
    reading.see(call, tenant_of(call))
    if asked.named["id"].lower() != tenant_of(call):
        raise not_found(asked.named["id"])
    return one(asked, "organization", shapes.organization(service.get_tenant(call, tenant_of(call))))


def list_domains(call: Call, asked: Asked) -> Answer:
    """Answer the tenant's domain, in a list of one."""
    reading.see(call, tenant_of(call))
    return many(asked, "domains", [shapes.domain(service.get_tenant(call, tenant_of(call)))])


def get_domain(call: Call, asked: Asked) -> Answer:
    """Answer the tenant's domain."""
    reading.see(call, tenant_of(call))
    tenant = service.get_tenant(call, tenant_of(call))
    if asked.named["id"].lower() != tenant.domain:
        raise not_found(asked.named["id"])
    return one(asked, "domains", shapes.domain(tenant))


def get_object(call: Call, asked: Asked) -> Answer:
    """Answer an object of any type."""
    found = _any(call, asked.named["id"])
    return one(asked, "directoryObjects", seeing.shape_of(call, found, typed=True))


def delete_object(call: Call, asked: Asked) -> Answer:
    """Delete an object of any type, each by its own rules."""
    found = _any(call, asked.named["id"])
    if isinstance(found, Application):
        registrations.delete_application(call, tenant_of(call), found.object_id)
    elif isinstance(found, User):
        users.delete_user(call, tenant_of(call), found.id)
    elif isinstance(found, Group):
        groups.delete_group(call, tenant_of(call), found.id)
    else:
        service_principals.delete_service_principal(call, tenant_of(call), found.id)
    return NOTHING


def list_by_ids(call: Call, asked: Asked) -> Answer:
    """Answer those of the objects that exist, narrowed to `types` when given."""
    document = asked.document
    wanted = texts(document, "ids")
    kinds = {each.lower() for each in texts(document, "types")} if document.get("types") is not None else set()
    if len(wanted) > MOST_IDS:
        raise Invalid("Request_BadRequest", f"'ids' names more than {MOST_IDS} objects.", target="ids")
    named = [each for each in wanted if ids.is_guid(each)]
    found: list[Principal | Application] = [
        *reading.list_by_ids(call, tenant_of(call), named),
        *reading.list_applications_by_ids(call, tenant_of(call), named),
    ]
    shown = [one for one in found if not kinds or kinds & {shapes.kind_of(one).lower(), "directoryobject"}]
    return many(asked, "directoryObjects", seeing.shapes_of(call, shown, typed=True))


def invite(call: Call, asked: Asked) -> Answer:
    """Make the account of another tenant a guest."""
    document = asked.document
    redirect, address = text(document, "inviteRedirectUrl"), text(document, "invitedUserEmailAddress")
    name = document.get("invitedUserDisplayName") or ""
    kind = document.get("invitedUserType") or UserType.GUEST.value
    if not isinstance(name, str) or kind not in list(UserType):
        raise Invalid("Request_BadRequest", "Invalid value specified for the invited user.")
    guest = invitations.invite(call, tenant_of(call), address, display_name=name, user_type=UserType(kind))
    body = {
        "id": guest.id,
        "inviteRedeemUrl": None,
        "inviteRedirectUrl": redirect,
        "invitedUserDisplayName": guest.display_name,
        "invitedUserEmailAddress": address,
        "invitedUserType": guest.user_type.value,
        "resetRedemption": False,
        "sendInvitationMessage": False,
        "status": "Completed",
        "invitedUser": {"id": guest.id},
    }
    return one(asked, "invitations", body, made=True)


def list_deleted(call: Call, asked: Asked) -> Answer:
    """Answer what was deleted of one type, which the path ends with (`/microsoft.graph.user`)."""
    kind = _DELETED.get(asked.cast)
    if kind is None:
        raise Invalid("Request_BadRequest", "Say of which type: user, group, application or servicePrincipal.")
    found = deleted.list_deleted(call, tenant_of(call), kind)
    shown = sorted((_gone(*each) for each in found), key=lambda shape: str(shape["id"]))
    sample = {**shapes.ANY_SAMPLE, "deletedDateTime": None}
    listing = Listing("directoryObjects", asked.cast, in_memory(shown, _id), _id, list, sample)
    return page(asked, listing)


def get_deleted(call: Call, asked: Asked) -> Answer:
    """Answer something that was deleted."""
    return one(asked, "directoryObjects", _gone(*deleted.read_deleted(call, tenant_of(call), asked.named["id"])))


def restore(call: Call, asked: Asked) -> Answer:
    """Bring something back."""
    found = deleted.restore(call, tenant_of(call), asked.named["id"])
    return one(asked, "directoryObjects", seeing.shape_of(call, found, typed=True))


def purge(call: Call, asked: Asked) -> Answer:
    """Delete something for good."""
    deleted.purge(call, tenant_of(call), asked.named["id"])
    return NOTHING


_DELETED: Mapping[str, str] = {
    "user": PrincipalType.USER.value,
    "group": PrincipalType.GROUP.value,
    "serviceprincipal": PrincipalType.SERVICE_PRINCIPAL.value,
    "application": "Application",
}


def _any(call: Call, object_id: str) -> Principal | Application:
    [*applications] = reading.list_applications_by_ids(call, tenant_of(call), [object_id])
    return applications[0] if applications else reading.read_object(call, tenant_of(call), object_id)


def _gone(one: Principal | Application, at: datetime) -> dict[str, Any]:
    return shapes.any_of(one, typed=True) | {"deletedDateTime": shapes.moment(at)}


def _id(shape: Mapping[str, Any]) -> str:
    return str(shape["id"])


ROUTES: tuple[Route, ...] = (
    get("/organization", list_organizations),
    get("/organization/{id}", get_organization),
    get("/domains", list_domains),
    get("/domains/{id}", get_domain),
    get("/directoryObjects/{id}", get_object),
    delete("/directoryObjects/{id}", delete_object),
    asks("/directoryObjects/getByIds", list_by_ids),
    post("/invitations", invite),
    get("/directory/deletedItems", list_deleted),
    get("/directory/deletedItems/{id}", get_deleted),
    post("/directory/deletedItems/{id}/restore", restore),
    delete("/directory/deletedItems/{id}", purge),
)
