"""What Graph answers: each operation asks the directory and writes the result in OData's form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from lightkeeper.directory import reading, service
from lightkeeper.directory.model import Principal, PrincipalType
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call, CallerKind
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph.filters import read_filter
from lightkeeper.wire.entra.graph.objects import graph_object

MOST_PER_PAGE = 999
PER_PAGE = 100
MOST_IDS = 1000  # of one getByIds request


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to Graph; names of query parameters are in lower case."""

    base: str
    path: str
    query: Mapping[str, str]
    named: Mapping[str, str]
    body: Any

    def with_body(self, body: Any) -> "Asked":
        """Return the same request with its body."""
        return replace(self, body=body)

    @property
    def version(self) -> str:
        """Return the address of the version that was called."""
        return f"{self.base}/{self.path.split('/')[1]}"


def me(call: Call, asked: Asked) -> dict[str, Any]:
    """Return the caller, who must be a person."""
    if call.caller.kind is not CallerKind.USER:
        call.open_to_all("nothing is shown")
        raise Invalid("BadRequest", "/me request is only valid with delegated authentication flow.")
    found = reading.read_user(call, call.caller.tenant_id, call.caller.object_id)
    return _one(asked, "users", found)


def users(call: Call, asked: Asked) -> dict[str, Any]:
    """Return a page of users."""
    return _page(call, asked, PrincipalType.USER, "users")


def user(call: Call, asked: Asked) -> dict[str, Any]:
    """Return a user, by object id or sign-in name."""
    return _one(asked, "users", reading.read_user(call, call.caller.tenant_id, asked.named["id"]))


def groups(call: Call, asked: Asked) -> dict[str, Any]:
    """Return a page of groups."""
    return _page(call, asked, PrincipalType.GROUP, "groups")


def group(call: Call, asked: Asked) -> dict[str, Any]:
    """Return a group."""
    return _one(asked, "groups", _object(call, asked, PrincipalType.GROUP))


def members(call: Call, asked: Asked) -> dict[str, Any]:
    """Return the direct members of a group, each with its type."""
    found = reading.list_members(call, call.caller.tenant_id, asked.named["id"])
    return _list(asked, "directoryObjects", [graph_object(each, typed=True) for each in found])


def service_principals(call: Call, asked: Asked) -> dict[str, Any]:
    """Return a page of service principals."""
    return _page(call, asked, PrincipalType.SERVICE_PRINCIPAL, "servicePrincipals")


def service_principal(call: Call, asked: Asked) -> dict[str, Any]:
    """Return a service principal by its object id."""
    return _one(asked, "servicePrincipals", _object(call, asked, PrincipalType.SERVICE_PRINCIPAL))


def directory_object(call: Call, asked: Asked) -> dict[str, Any]:
    """Return an object of any type."""
    found = _object(call, asked, None)
    return _context(asked, "directoryObjects/$entity") | graph_object(found, typed=True)


def by_ids(call: Call, asked: Asked) -> dict[str, Any]:
    """Return those of the objects that exist, narrowed to `types` when given."""
    body = asked.body if isinstance(asked.body, dict) else {}
    wanted, types = _texts(body, "ids"), _texts(body, "types") if body.get("types") is not None else []
    if len(wanted) > MOST_IDS:
        raise Invalid("Request_BadRequest", f"'ids' names more than {MOST_IDS} objects.", target="ids")
    found = reading.list_by_ids(call, call.caller.tenant_id, [each for each in wanted if ids.is_guid(each)])
    kinds = {each.lower() for each in types}
    shown = [each for each in found if not kinds or kinds & {each.type.value.lower(), "directoryobject"}]
    return _list(asked, "directoryObjects", [graph_object(each, typed=True) for each in shown])


def check_member_groups(call: Call, asked: Asked) -> dict[str, Any]:
    """Return those of the groups the object is in, directly or through other groups."""
    body = asked.body if isinstance(asked.body, dict) else {}
    wanted = _texts(body, "groupIds")
    found = _object(call, asked, None)
    mine = set(service.groups_of(call, found.id))
    return _list(asked, "Collection(Edm.String)", [each for each in wanted if each.lower() in mine])


def _object(call: Call, asked: Asked, type: PrincipalType | None) -> Principal:
    return reading.read_object(call, call.caller.tenant_id, asked.named["id"], type)


def _page(call: Call, asked: Asked, type: PrincipalType, name: str) -> dict[str, Any]:
    narrowed = read_filter(asked.query.get("$filter", ""))
    limit = _top(asked)
    after = asked.query.get("$skiptoken", "").lower()
    found = reading.list_objects(call, call.caller.tenant_id, type, after=after, limit=limit + 1, **narrowed)
    body = _list(asked, name, [_selected(asked, graph_object(each)) for each in found[:limit]])
    if len(found) > limit:
        kept = {key: value for key, value in asked.query.items() if key != "$skiptoken"}
        link = urlencode(kept | {"$skiptoken": found[limit - 1].id}, safe="$")
        body = {"@odata.context": body["@odata.context"], "@odata.nextLink": f"{asked.base}{asked.path}?{link}"} | body
    return body


def _top(asked: Asked) -> int:
    text = asked.query.get("$top", str(PER_PAGE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST_PER_PAGE):
        raise Invalid("Request_BadRequest", f"Invalid page size specified: '{text[:32]}'. Must be between 1 and 999.")
    return int(text)


def _selected(asked: Asked, body: dict[str, Any]) -> dict[str, Any]:
    wanted = {each.strip().lower() for each in asked.query.get("$select", "").split(",") if each.strip()}
    if not wanted:
        return body
    return {name: value for name, value in body.items() if name.lower() in wanted or name.startswith("@")}


def _one(asked: Asked, name: str, found: Principal) -> dict[str, Any]:
    return _context(asked, f"{name}/$entity") | _selected(asked, graph_object(found))


def _list(asked: Asked, name: str, values: list[Any]) -> dict[str, Any]:
    return _context(asked, name) | {"value": values}


def _context(asked: Asked, name: str) -> dict[str, Any]:
    return {"@odata.context": f"{asked.version}/$metadata#{name}"}


def _texts(body: Mapping[str, Any], name: str) -> list[str]:
    value = body.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid("Request_BadRequest", f"'{name}' must be a list of texts.", target=name)
    return value
