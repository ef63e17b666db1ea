"""The catalog's search API: products that fit, how they spread over facets, and suggestions while somebody types.

All that is sold here is a Managed Service offer of a third party, for everybody to see and billed elsewhere; a filter that
wants anything else finds nothing.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.storefront import service
from lightkeeper.storefront.model import Listing
from lightkeeper.wire.arm.reading import number
from lightkeeper.wire.catalog.documents import OFFER_TYPE, search_result

VERSIONS = ("2023-01-01-preview",)
PAGE, MOST, SUGGESTED = 30, 100, 5
"""Results on a page unless asked, at most, and suggestions unless asked. The public description names none."""

_EVERY_PRODUCT: Mapping[str, str] = {
    "productTypes": OFFER_TYPE, "publisherTypes": "ThirdParty", "pricingTypes": "Byol", "publishingStage": "Public",
    "azureBenefit": "NotEligible", "industryCloud": "NotApplicable",
}  # fmt: skip
"""What every product here has in common, by the filter that asks for it."""

_NO_PRODUCT = (
    "badges",
    "operatingSystems",
    "supportedProducts",
    "ratingBuckets",
    "vmArchitectureTypes",
    "vmSecurityTypes",
)
"""Filters that ask for what no product here has."""

_FACETS: Mapping[str, str] = {
    "ProductType": "productTypes", "PublisherType": "publisherTypes", "PricingTypes": "pricingTypes",
    "AzureBenefit": "azureBenefit",
}  # fmt: skip
_EMPTY_FACETS = (
    "SupportedProducts", "OperatingSystems", "VmImageGenerations", "VmSecurityTypes", "VmArchitectureTypes", "RatingBuckets",
)  # fmt: skip


def search(call: Call, request: Request) -> dict[str, Any]:
    """Answer a page of the products that fit, the facets asked for, and where the next page is."""
    query = request.query_params
    found = _fitting(call, query)
    skip = _whole(query, "skip") or 0
    top = min(_whole(query, "top") or PAGE, MOST)
    shown = [_selected(search_result(one), query) for one in found[skip : skip + top]]
    answer: dict[str, Any] = {"results": shown, "totalCount": len(found)}
    if "facets" in query:
        answer["facets"] = _facets(found, query)
    if skip + top < len(found):
        address = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"
        following = [(name, value) for name, value in query.multi_items() if name not in ("skip", "top")]
        answer["nextLink"] = f"{address}?{urlencode([*following, ('skip', skip + top), ('top', top)])}"
    return answer


def facets(call: Call, request: Request) -> dict[str, Any]:
    """Answer how many of the products that fit have each value of the facets asked for."""
    query = request.query_params
    if "facets" not in query:
        raise Invalid("BadRequest", "Name the facets you want to see.", target="facets")
    return {"value": _facets(_fitting(call, query), query)}


def suggest(call: Call, request: Request) -> dict[str, Any]:
    """Answer the products that what was typed may lead to; words to search for are not suggested."""
    query = request.query_params
    if not query.get("searchQuery", "").strip():
        raise Invalid("BadRequest", "Say what was typed.", target="searchQuery")
    wanted = _several(query, "suggestionTypes") or ["entity"]
    fitting = _fitting(call, query)
    found = fitting if "entity" in wanted else []
    shown = found[: min(_whole(query, "top") or SUGGESTED, MOST)]
    return {"value": [_suggestion(one) for one in shown], "totalCount": len(found)}


def _fitting(call: Call, query: Mapping[str, str]) -> list[Listing]:
    """Return the public offers that fit the words and every filter."""
    call.open_to_all("public offers are for everybody to see")
    if not _may_fit(query):
        return []
    found: list[Listing] = []
    publishers, named = _several(query, "publisherIds"), query.get("publisherDisplayName", "").lower()
    skip, page = "", None
    while page is None or skip:
        page = service.search(call, query.get("searchQuery", ""), skip=skip)
        for one in page.items:
            if publishers and one.publisher_id.lower() not in publishers:
                continue
            if not named or one.publisher_display_name.lower() == named:
                found.append(one)
        skip = page.next or ""
    return found


def _may_fit(query: Mapping[str, str]) -> bool:
    """Return whether the filters leave room for what is sold here."""
    if any(query.get(name) for name in _NO_PRODUCT):
        return False
    return all(value.lower() in (_several(query, name) or [value.lower()]) for name, value in _EVERY_PRODUCT.items())


def _facets(found: Sequence[Listing], query: Mapping[str, str]) -> dict[str, Any]:
    asked = _several(query, "facets")
    unknown = set(asked) - {name.lower() for name in (*_FACETS, *_EMPTY_FACETS)}
    if unknown:
        raise Invalid("BadRequest", f"There are no facets {', '.join(sorted(unknown))[:200]}.", target="facets")
    counts = {name: Counter({_EVERY_PRODUCT[filter]: len(found)}) for name, filter in _FACETS.items()}
    return {
        name: {"facetValues": {value: {"count": count} for value, count in counts.get(name, {}).items() if count}}
        for name in (*_FACETS, *_EMPTY_FACETS)
        if name.lower() in asked
    }


def _selected(product: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields asked for; the type, without which nobody can read the rest, is always among them."""
    wanted = _several(query, "select")
    if not wanted or "all" in wanted:
        return product
    return {name: value for name, value in product.items() if name.lower() in (*wanted, "producttype")}


def _suggestion(one: Listing) -> dict[str, Any]:
    return {
        "suggestionType": "Entity",
        "displayText": one.display_name,
        "id": one.id,
        "productType": OFFER_TYPE,
        **({"iconUrl": one.plans[0].logo_url} if one.plans[0].logo_url else {}),
    }


def _several(query: Mapping[str, str], name: str) -> list[str]:
    """Return the values of a parameter that takes several, in lower case."""
    return [value.strip().lower() for value in query.get(name, "").split(",") if value.strip()]


def _whole(query: Mapping[str, str], name: str) -> int | None:
    return number(query.get(name, "").lstrip("0"), name)
