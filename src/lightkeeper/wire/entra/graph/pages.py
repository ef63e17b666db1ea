"""Lists, page by page: `$filter`, `$search`, `$orderby`, `$top`, `$count`, `$select` and `@odata.nextLink` for every one.

Pages go by object id, so that each object comes once however the directory changes meanwhile; an ordered list is ordered
anew for each page and goes by position.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph.asked import Answer, Asked, selected
from lightkeeper.wire.entra.graph.filter_reading import Node, read_filter
from lightkeeper.wire.entra.graph.filters import check_paths, matches, pinned, value_at

T = TypeVar("T")

MOST_PER_PAGE = 999
PER_PAGE = 100
BATCH = 500
MOST_SCANNED = 20_000  # objects looked at for one page before it ends early, with a link to the rest

_SEARCHED = re.compile(r'"(\w+):((?:[^"\\]|\\.)*)"')
_AND, _OR = r'(?<=")\s+AND\s+(?=")', r'(?<=")\s+OR\s+(?=")'
_SEARCHABLE = ("displayname", "mail", "userprincipalname", "description", "mailnickname")
_ORDER = re.compile(r"(\w+)(?:\s+(asc|desc))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """What a list is made of.

    `fetch(after, limit, pins)` gives objects by id behind `after`, perhaps narrowed by `filters.pinned`; `sample` is one in
    Graph's shape, which says what may be asked about.
    """

    name: str
    kind: str
    fetch: Callable[[str, int, Mapping[str, str]], Sequence[T]]
    id_of: Callable[[T], str]
    shapes: Callable[[Sequence[T]], list[dict[str, Any]]]
    sample: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Query:
    fits: Callable[[Mapping[str, Any]], bool] | None
    pins: Mapping[str, str]
    order: Sequence[tuple[str, bool]]
    top: int
    after: str
    position: int
    count: bool


def page(asked: Asked, listing: Listing[T]) -> Answer:
    """Return a page of a list, or its length when only that is asked for."""
    query = _read(asked, listing)
    if asked.counting:
        return Answer(200, sum(1 for _ in _matching(listing, query, "")))
    body: dict[str, Any] = {"@odata.context": f"{asked.root}/$metadata#{listing.name}"}
    if query.count:
        body["@odata.count"] = sum(1 for _ in _matching(listing, query, ""))
    if query.order:
        every = [shape for _, shape in _matching(listing, query, "")]
        for path, descending in reversed(query.order):
            every.sort(key=lambda shape: _sortable(value_at(shape, path)), reverse=descending)
        shown = every[query.position : query.position + query.top]
        more = f"at:{query.position + query.top}" if len(every) > query.position + query.top else ""
    else:
        shown, more = _in_order_of_id(listing, query)
    if more:
        body["@odata.nextLink"] = _next(asked, more)
    return Answer(200, body | {"value": [selected(asked, shape) for shape in shown]})


def _in_order_of_id(listing: Listing[T], query: _Query) -> tuple[list[dict[str, Any]], str]:
    shown: list[dict[str, Any]] = []
    last = ""
    for scanned, (one, shape) in enumerate(_matching(listing, query, query.after, every=True)):
        if len(shown) == query.top or (scanned >= MOST_SCANNED and shape is None):
            return shown, f"id:{last}"
        if shape is not None:
            shown.append(shape)
        last = listing.id_of(one)
    return shown, ""


def _matching(listing: Listing[T], query: _Query, after: str, *, every: bool = False) -> Iterator[tuple[T, Any]]:
    """Yield objects that fit with their shapes; with `every` also those that do not, without a shape."""
    limit = query.top + 1 if query.fits is None and every else BATCH
    while True:
        found = listing.fetch(after, limit, query.pins)
        for one, shape in zip(found, listing.shapes(found), strict=True):
            if query.fits is None or query.fits(shape):
                yield one, shape
            elif every:
                yield one, None
        if len(found) < limit:
            return
        after = listing.id_of(found[-1])


def _read(asked: Asked, listing: Listing[T]) -> _Query:
    known = frozenset(name.lower() for name in listing.sample)
    node = read_filter(asked.query.get("$filter", ""))
    check_paths(node, known, listing.kind)
    search = _search(asked.query.get("$search", ""))
    order = _order(asked.query.get("$orderby", ""), known, listing.kind)
    if asked.query.get("$skip"):
        raise Invalid("Request_BadRequest", "'$skip' is not supported by the service.")
    _insist_on_eventual(asked, node, search=bool(search), order=bool(order))
    kind, _, place = _token(asked).partition(":")
    return _Query(
        fits=_fits(node, search, asked.cast),
        pins=pinned(node),
        order=order,
        top=_top(asked),
        after=place if kind == "id" else "",
        position=int(place) if kind == "at" else 0,
        count=asked.query.get("$count", "").lower() == "true" and asked.eventual,
    )


def _insist_on_eventual(asked: Asked, node: Node | None, *, search: bool, order: bool) -> None:
    if asked.eventual:
        return
    if search:
        raise Invalid(
            "Request_UnsupportedQuery",
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'",
        )
    if asked.counting:
        raise Invalid("Request_BadRequest", "$count is not currently supported without 'ConsistencyLevel: eventual'.")
    if node is not None and (node.advanced or order):
        raise Invalid(
            "Request_UnsupportedQuery",
            "Operator is not supported because the 'ConsistencyLevel:eventual' header is missing. Refer to "
            "https://aka.ms/graph-docs/advanced-queries for more information",
        )


def _fits(
    node: Node | None, search: Sequence[Sequence[tuple[str, str]]], cast: str
) -> Callable[[Mapping[str, Any]], bool] | None:
    if node is None and not search and not cast:
        return None

    def fits(shape: Mapping[str, Any]) -> bool:
        if cast and str(shape.get("@odata.type", "")).rpartition(".")[2].lower() != cast:
            return False
        if search and not any(all(_found(text, value_at(shape, path)) for path, text in each) for each in search):
            return False
        return node is None or matches(node, shape)

    return fits


def _found(text: str, value: Any) -> bool:
    """Return whether every word of a text begins a word of the value, as Graph's search goes by words."""
    words = re.findall(r"\w+", value.lower()) if isinstance(value, str) else []
    wanted = re.findall(r"\w+", text.lower())
    return bool(wanted) and all(any(word.startswith(each) for word in words) for each in wanted)


def _search(text: str) -> list[list[tuple[str, str]]]:
    """Return what is searched for: any of the lists, and of that list everything."""
    if not text.strip():
        return []
    return [[_clause(each) for each in re.split(_AND, part)] for part in re.split(_OR, text.strip())]


def _clause(text: str) -> tuple[str, str]:
    read = _SEARCHED.fullmatch(text)
    if read is None or read[1].lower() not in _SEARCHABLE:
        raise Invalid("Request_BadRequest", f"Unrecognized query argument specified: '{text[:128]}'.")
    return read[1], read[2]


def _order(text: str, known: frozenset[str], kind: str) -> list[tuple[str, bool]]:
    found = []
    for clause in (each.strip() for each in text.split(",") if each.strip()):
        read = _ORDER.fullmatch(clause)
        if read is None or read[1].lower() not in known:
            message = f"Could not find a property named '{clause[:64]}' on type 'microsoft.graph.{kind}'."
            raise Invalid("BadRequest", message)
        found.append((read[1], (read[2] or "").lower() == "desc"))
    return found


def _sortable(value: Any) -> tuple[int, str]:
    return (0, "") if value is None else (1, str(value).lower())


def _top(asked: Asked) -> int:
    text = asked.query.get("$top", str(PER_PAGE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST_PER_PAGE):
        raise Invalid("Request_BadRequest", f"Invalid page size specified: '{text[:32]}'. Must be between 1 and 999.")
    return int(text)


def _token(asked: Asked) -> str:
    text = asked.query.get("$skiptoken", "")
    if not text:
        return ""
    try:
        token = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        token = ""
    if re.fullmatch(r"id:[0-9a-f-]{36}|at:\d{1,9}", token) is None:
        raise Invalid(
            "Directory_ExpiredPageToken", "The specified page token value has expired and can no longer be used."
        )
    return token


def _next(asked: Asked, token: str) -> str:
    kept = {key: value for key, value in asked.query.items() if key != "$skiptoken"}
    kept["$skiptoken"] = base64.urlsafe_b64encode(token.encode()).rstrip(b"=").decode()
    return f"{asked.address}?{urlencode(kept, safe='$')}"


def in_memory(found: Sequence[T], id_of: Callable[[T], str]) -> Callable[[str, int, Mapping[str, str]], Sequence[T]]:
    """Return the `fetch` of a list that is known as a whole, by id."""

    def fetch(after: str, limit: int, _pins: Mapping[str, str]) -> Sequence[T]:
        return [each for each in found if id_of(each) > after][:limit]

    return fetch
