"""Groups on the wire: `az ad group`."""

import re
from collections.abc import Mapping
from typing import Any

from lightkeeper.directory import groups as directory
from lightkeeper.directory import reading, relations
from lightkeeper.directory.model import PrincipalType
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph import properties, seeing
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
    texts,
)
from lightkeeper.wire.entra.graph.pages import page

_REFERENCE = re.compile(
    r"(?:https?://[^\s?#]+/)?(?:directoryObjects|users|groups|servicePrincipals)(?:/|\(')([0-9a-fA-F-]{36})(?:'\))?/?"
)


def list_groups(call: Call, asked: Asked) -> Answer:
    """Answer a page of groups."""
    return page(asked, seeing.principals(call, PrincipalType.GROUP))


def get_group(call: Call, asked: Asked) -> Answer:
    """Answer a group."""
    found = reading.read_object(call, tenant_of(call), asked.named["id"], PrincipalType.GROUP)
    return one(asked, "groups", seeing.shape_of(call, found))


def create_group(call: Call, asked: Asked) -> Answer:
    """Make a group, perhaps with owners and members."""
    if asked.document.get("isAssignableToRole"):
        raise Invalid("Request_BadRequest", "Groups that hold roles of the directory are not supported here.")
    made = directory.create_group(
        call,
        tenant_of(call),
        properties.changes_in(asked.document, properties.GROUP, "Group"),
        types=tuple(texts(asked.document, "groupTypes") if asked.document.get("groupTypes") is not None else ()),
        owners=_bound(asked.document, "owners@odata.bind"),
        members=_bound(asked.document, "members@odata.bind"),
    )
    return one(asked, "groups", seeing.shape_of(call, made), made=True)


def change_group(call: Call, asked: Asked) -> Answer:
    """Change a group, or put up to twenty members into it."""
    wanted = properties.changes_in(asked.document, properties.GROUP, "Group")
    members = _bound(asked.document, "members@odata.bind")
    directory.change_group(call, tenant_of(call), asked.named["id"], wanted, members)
    return NOTHING


def delete_group(call: Call, asked: Asked) -> Answer:
    """Delete a group, which can be brought back for a while."""
    directory.delete_group(call, tenant_of(call), asked.named["id"])
    return NOTHING


def list_members(call: Call, asked: Asked) -> Answer:
    """Answer the direct members, each with its type."""
    return page(asked, seeing.members(call, asked.named["id"], transitive=False))


def list_all_members(call: Call, asked: Asked) -> Answer:
    """Answer the members, also those through other groups."""
    return page(asked, seeing.members(call, asked.named["id"], transitive=True))


def add_member(call: Call, asked: Asked) -> Answer:
    """Put an object into the group."""
    relations.add_member(call, tenant_of(call), asked.named["id"], reference_in(asked.document))
    return NOTHING


def remove_member(call: Call, asked: Asked) -> Answer:
    """Take an object out of the group."""
    relations.remove_member(call, tenant_of(call), asked.named["id"], asked.named["member"])
    return NOTHING


def reference_in(document: Mapping[str, Any]) -> str:
    """Return the object that a body refers to."""
    said = document.get("@odata.id")
    return _referred(said if isinstance(said, str) else "", "@odata.id")


def _bound(document: Mapping[str, Any], name: str) -> list[str]:
    if name not in document:
        return []
    said = texts(document, name)
    if len(said) > relations.MOST_AT_ONCE:
        message = f"'{name}' refers to more than {relations.MOST_AT_ONCE} objects."
        raise Invalid("Request_BadRequest", message, target=name)
    return [_referred(each, name) for each in said]


def _referred(address: str, name: str) -> str:
    found = _REFERENCE.fullmatch(address)
    if found is None:
        raise Invalid("Request_BadRequest", f"Invalid URL format specified in {name}: '{address[:256]}'.", target=name)
    return found[1].lower()


ROUTES: tuple[Route, ...] = (
    get("/groups", list_groups),
    post("/groups", create_group),
    get("/groups/{id}", get_group),
    patch("/groups/{id}", change_group),
    delete("/groups/{id}", delete_group),
    get("/groups/{id}/members", list_members),
    get("/groups/{id}/transitiveMembers", list_all_members),
    post("/groups/{id}/members/$ref", add_member),
    delete("/groups/{id}/members/{member}/$ref", remove_member),
)
