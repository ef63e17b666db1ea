"""A request to Graph as its handlers see it, and what they answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from lightkeeper.directory.passwords import Hashing
from lightkeeper.kernel.call import Call, TenantId
from lightkeeper.kernel.problems import Invalid


@dataclass(frozen=True, slots=True)
class Asked:
    """A request; names of query parameters and headers are in lower case.

    `path` is what follows the version. `cast` is the type a list is narrowed to by its last segment, `counting` says that
    only its length is asked for (`/$count`).
    """

    base: str
    version: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    named: Mapping[str, str]
    hashing: Hashing
    body: Any = None
    cast: str = ""
    counting: bool = False

    @property
    def root(self) -> str:
        """Return the address of the version that was called."""
        return f"{self.base}/{self.version}"

    @property
    def address(self) -> str:
        """Return the address that was called, without its query."""
        return self.root + quote(self.path, safe="/$()=',@!")

    @property
    def eventual(self) -> bool:
        """Return whether the caller asks for advanced queries, as Graph wants to be told."""
        return self.headers.get("consistencylevel", "").lower() == "eventual"

    @property
    def document(self) -> Mapping[str, Any]:
        """Return the body, which must be a JSON object; an absent one is empty."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise Invalid("BadRequest", "Unable to read JSON request payload. The payload must be an object.")
        return self.body


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call, Asked], Answer]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation. `writes` says whether it may change something, `proves` whether the caller's password is asked for."""

    method: str
    path: str
    handler: Handler
    writes: bool = False
    proves: bool = False


def get(path: str, handler: Handler) -> Route:
    """Return an operation that reads."""
    return Route("GET", path, handler)


def post(path: str, handler: Handler) -> Route:
    """Return an operation that writes by POST."""
    return Route("POST", path, handler, writes=True)


def asks(path: str, handler: Handler) -> Route:
    """Return an operation that reads although it is a POST."""
    return Route("POST", path, handler)


def patch(path: str, handler: Handler) -> Route:
    """Return an operation that changes an object."""
    return Route("PATCH", path, handler, writes=True)


def delete(path: str, handler: Handler) -> Route:
    """Return an operation that deletes."""
    return Route("DELETE", path, handler, writes=True)


NOTHING = Answer(204)


def one(asked: Asked, collection: str, body: Mapping[str, Any], *, made: bool = False) -> Answer:
    """Return an object of a collection, narrowed to what `$select` names; `made` when it is new."""
    document = {"@odata.context": f"{asked.root}/$metadata#{collection}/$entity"} | selected(asked, body)
    if not made:
        return Answer(200, document)
    return Answer(201, document, {"Location": f"{asked.root}/{collection}/{body.get('id', '')}"})


def many(asked: Asked, collection: str, values: list[Any]) -> Answer:
    """Return a list that is never paged."""
    return Answer(200, {"@odata.context": f"{asked.root}/$metadata#{collection}", "value": values})


def selected(asked: Asked, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return those properties that `$select` names; all of them when it names none."""
    wanted = {each.strip().lower() for each in asked.query.get("$select", "").split(",") if each.strip()}
    return {name: value for name, value in body.items() if not wanted or name.lower() in wanted or name[0] == "@"}


def tenant_of(call: Call) -> TenantId:
    """Return the tenant whose directory is meant: always the token's."""
    return call.caller.tenant_id


def texts(document: Mapping[str, Any], name: str) -> list[str]:
    """Return a list of texts that the body must hold."""
    value = document.get(name)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid("Request_BadRequest", f"'{name}' must be a list of texts.", target=name)
    return value


def text(document: Mapping[str, Any], name: str) -> str:
    """Return a text that the body must hold."""
    value = document.get(name)
    if not isinstance(value, str) or not value:
        raise Invalid("Request_BadRequest", f"A value is required for '{name}'.", target=name)
    return value
