"""Lists of directory objects as the caller may see them: what `pages` needs for each collection."""

from collections.abc import Mapping, Sequence
from typing import Any

from lightkeeper.directory import reading, registrations, service_principals
from lightkeeper.directory.model import (
    Application,
    Principal,
    PrincipalType,
    ServicePrincipal,
    ServicePrincipalKind,
    User,
)
from lightkeeper.directory.resource_applications import APPLICATIONS
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.wire.entra.graph import shapes
from lightkeeper.wire.entra.graph.asked import tenant_of
from lightkeeper.wire.entra.graph.credentials import credentials_of
from lightkeeper.wire.entra.graph.pages import Listing, in_memory

Thing = Principal | Application

_KINDS = {
    PrincipalType.USER: ("users", "user"),
    PrincipalType.GROUP: ("groups", "group"),
    PrincipalType.SERVICE_PRINCIPAL: ("servicePrincipals", "servicePrincipal"),
}


def id_of(one: Thing) -> str:
    """Return the object id."""
    return one.object_id if isinstance(one, Application) else one.id


def shape_of(call: Call, one: Thing, *, typed: bool = False) -> dict[str, Any]:
    """Return one object as the caller may see it."""
    [found] = shapes_of(call, [one], typed=typed)
    return found


def shapes_of(call: Call, found: Sequence[Thing], *, typed: bool = False) -> list[dict[str, Any]]:
    """Return objects as the caller may see them: a guest sees little of other users."""
    applications = registrations.applications_of(call, shapes.app_ids_in(found))
    return [_shape(call, one, applications, typed=typed) for one in found]


def principals(call: Call, type: PrincipalType) -> Listing[Principal]:
    """Return the tenant's objects of one type."""
    name, kind = _KINDS[type]

    def fetch(after: str, limit: int, pins: Mapping[str, str]) -> Sequence[Principal]:
        narrowed = _narrowed(call, pins)
        if type is PrincipalType.SERVICE_PRINCIPAL:
            return service_principals.list_service_principals(
                call, tenant_of(call), after=after, limit=limit, **narrowed
            )
        return reading.list_objects(call, tenant_of(call), type, after=after, limit=limit, **narrowed)

    return Listing(name, kind, fetch, id_of, lambda found: shapes_of(call, found), shapes.SAMPLES[kind])


def applications(call: Call) -> Listing[Application]:
    """Return the tenant's registrations."""

    def fetch(after: str, limit: int, pins: Mapping[str, str]) -> Sequence[Application]:
        narrowed = {name: value for name, value in _narrowed(call, pins).items() if name != "upn"}
        return registrations.list_applications(call, tenant_of(call), after=after, limit=limit, **narrowed)

    sample = shapes.SAMPLES["application"]
    return Listing("applications", "application", fetch, id_of, lambda found: shapes_of(call, found), sample)


def mixed(call: Call, found: Sequence[Thing]) -> Listing[Thing]:
    """Return objects of several types, which are known as a whole, by id."""
    return Listing(
        "directoryObjects",
        "directoryObject",
        in_memory(found, id_of),
        id_of,
        lambda some: shapes_of(call, some, typed=True),
        shapes.ANY_SAMPLE,
    )


def members(call: Call, group_id: str, *, transitive: bool) -> Listing[Principal]:
    """Return the members of a group."""

    def fetch(after: str, limit: int, _pins: Mapping[str, str]) -> Sequence[Principal]:
        return reading.list_members(call, tenant_of(call), group_id, after=after, limit=limit, transitive=transitive)

    return Listing(
        "directoryObjects",
        "directoryObject",
        fetch,
        id_of,
        lambda some: shapes_of(call, some, typed=True),
        shapes.ANY_SAMPLE,
    )


_PINS = {"id": "id", "userprincipalname": "upn", "appid": "app_id", "displayname": "name", "startswith": "name_prefix"}


def _narrowed(call: Call, pins: Mapping[str, str]) -> dict[str, str | None]:
    """Return what the store can look up, in its words."""
    found: dict[str, str | None] = {_PINS[name]: value for name, value in pins.items() if name in _PINS}
    named = pins.get("serviceprincipalnames/any", "")
    if ids.is_guid(named):
        found["app_id"] = named
    return found


def _shape(call: Call, one: Thing, known: Mapping[str, Application], *, typed: bool) -> dict[str, Any]:
    shape = shapes.any_of(one, known, typed=typed)
    if isinstance(one, Application):
        return shape | credentials_of(call, one.app_id)
    if isinstance(one, User):
        whole = reading.shows_all_of(call, tenant_of(call), one.id)
        return shape if whole else shapes.little_of(shape)
    if not isinstance(one, ServicePrincipal) or one.app_id in APPLICATIONS:
        return shape
    return shape | credentials_of(call, one.id) if one.kind is ServicePrincipalKind.APPLICATION else shape
