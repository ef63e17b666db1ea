"""What an ARM operation is: a verb on a type, the permission it needs, the function that serves it.

The dispatcher, the provider's operation list and the authorization matrix are read from these; a path template is never
matched as a pattern, it only gives the key under which the dispatcher finds the operation.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.resource_id import ResourceId

ANY_TYPE = "*"
"""The type under which the fallback operations for generic resources are listed (path `/{resourceId}`)."""


@dataclass(frozen=True, slots=True)
class ArmRequest:
    """A request after the clauses of the common contract have had their say."""

    id: ResourceId
    method: str
    query: Mapping[str, str]  # names in lower case: '$filter', 'api-version', '$expandregistrationdefinition'
    headers: Mapping[str, str]  # names in lower case
    body: Any  # parsed JSON, None when the request had no body
    api_version: str
    base: str  # 'https://host:port' as the client spelled it, for links
    segments: tuple[str, ...] = ()  # the whole path, for the few front-door paths that follow no `providers` grammar

    def link(self, path: str, **query: str) -> str:
        """Return an absolute link to `path` with this request's api-version, for `nextLink` and polling headers."""
        return f"{self.base}{quote(path)}?{urlencode({'api-version': self.api_version, **query}, quote_via=quote, safe='$')}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, a JSON value (None: no body) and headers beyond the common ones."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call, ArmRequest], Answer]
Refused = Callable[[Call, ArmRequest, str], None]


class Key(NamedTuple):
    """Where the dispatcher finds an operation: verb, lower-case type, and which form of path it is."""

    method: str
    type: str
    form: str  # 'item' | 'list' | 'action'


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table.

    `path` is a template as the public documentation writes it; literals name the type, `{...}` stands for names and
    scopes. `action` is the permission (with `{type}` for generic resources). `versions` are the api-versions accepted,
    newest first; empty means any well-formed one. `jsonc` lets the body be what az sends for deployments. `refused` is
    told of a failure that is being logged, with the status in a word, so that others whom it concerns hear of it.
    """

    method: str
    path: str
    action: str
    answers: tuple[int, ...]
    handle: Handler
    versions: tuple[str, ...] = ()
    jsonc: bool = False
    writes: bool | None = None
    refused: Refused | None = None

    @property
    def key(self) -> Key:
        """Return where the dispatcher finds this operation."""
        return key_of(self.method, self.path)

    @property
    def changes(self) -> bool:
        """Return whether it needs a transaction that writes."""
        return self.method not in ("GET", "HEAD") if self.writes is None else self.writes


def key_of(method: str, path: str) -> Key:
    """Return the key a path template stands for.

    A path with a provider's type gives that type. The front door's own paths (`/subscriptions/{s}/resourceGroups`)
    give their words with `*` for each name; words and names alternate there.
    """
    if path == "/{resourceId}":
        return Key(method, ANY_TYPE, "item")
    if path == "/{resourceId}/{action}":
        return Key(method, ANY_TYPE, "action")
    if path == "/{scope}/providers/{namespace}/{type}":
        return Key(method, ANY_TYPE, "list")
    segments = [part for part in path.split("/") if part]
    last = max((n for n, part in enumerate(segments) if part.lower() == "providers"), default=-1)
    if last < 0 or last + 2 >= len(segments):
        return Key(method, "/".join(_word(part) for part in segments), "front")
    namespace, rest = segments[last + 1], segments[last + 2 :]
    if namespace.startswith("{"):
        return Key(method, "/".join(_word(part) for part in segments), "front")
    types = list(rest[0::2])
    form = "item" if len(rest) % 2 == 0 else ("action" if method == "POST" else "list")
    return Key(method, "/".join((namespace, *types)).lower(), form)


def _word(part: str) -> str:
    return "*" if part.startswith("{") else part.lower()
