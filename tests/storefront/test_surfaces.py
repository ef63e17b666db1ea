"""The portal's JSON API and the public catalog, asked as ASGI applications."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request

from lightkeeper.delegation.model import Visibility
from lightkeeper.kernel.call import Caller
from lightkeeper.kernel.problems import Unauthenticated
from lightkeeper.wire.catalog import catalog_routes
from lightkeeper.wire.portal_api import PortalApi, portal_api_routes
from tests.delegation.market import READ_VM, READER, RESTART, VM_CONTRIBUTOR, Market, plan, scope_of, sub, vm


class Client:
    """Asks the surfaces as one of the market's people; nobody without a name."""

    def __init__(self, market: Market) -> None:
        def caller_of(request: Request) -> Caller:
            name = request.headers.get("authorization", "")
            if not name:
                raise Unauthenticated("AuthenticationFailed", "Authentication failed.")
            return market.caller(name)

        deps = PortalApi(market.office, caller_of, "https://login.example")
        self.app = Starlette(routes=[*portal_api_routes(deps), *catalog_routes(market.office)])

    def ask(self, method: str, path: str, body: Any = None, *, by: str = "") -> tuple[int, Any]:
        return asyncio.run(self._ask(method, path, body, by))

    async def _ask(self, method: str, path: str, body: Any, by: str) -> tuple[int, Any]:
        path, _, query = path.partition("?")
        raw = json.dumps(body).encode() if body is not None else b""
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"localhost"), *([(b"authorization", by.encode())] if by else [])],
            "scheme": "https",
            "server": ("localhost", 443),
        }
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            return {"type": "http.request", "body": raw, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        content = b"".join(message.get("body", b"") for message in sent[1:])
        return sent[0]["status"], json.loads(content)


@pytest.fixture
def client(market: Market) -> Client:
    market.shelf.plans = [plan("1.0.0", ("tier1", READER)), plan(plan_id="own", visibility=Visibility.PRIVATE)]
    return Client(market)


GOLD = "/portal/api/storefront/fabrikam/care/gold"
HELD = "/portal/api/service-providers/fabrikam.care.gold"


def test_whole_way_through_the_portal_api(market: Market, client: Client) -> None:
    """Search, accept, notice, delegate, update with its difference, remove."""
    status, found = client.ask("GET", f"/portal/api/storefront?words=care&subscription={sub('prod')}", by="owner")
    assert (status, [one["plan"] for one in found["value"][0]["plans"]]) == (200, ["gold"])

    status, accepted = client.ask("POST", f"{GOLD}/accept", {"subscription": sub("prod")}, by="owner")
    assert (status, accepted["version"]) == (200, "1.0.0")
    _, notices = client.ask("GET", "/portal/api/service-providers/notices", by="reader")
    assert "nothing is delegated" in notices["value"][0]["notice"]

    status, _ = client.ask("POST", f"{HELD}/delegate", {"scopes": [scope_of("prod/web")], "consent": True}, by="owner")
    assert status == 200
    assert market.may("tech", READ_VM, vm())

    market.shelf.plans.append(plan("1.1.0", ("tier1", READER), ("tier1", VM_CONTRIBUTOR)))
    _, offers = client.ask("GET", "/portal/api/service-providers", by="reader")
    assert offers["value"][0]["update"] == "1.1.0"
    _, difference = client.ask("GET", f"{HELD}/update", by="reader")
    assert RESTART in difference["changes"][0]["operationsGained"]
    status, _ = client.ask("POST", f"{HELD}/accept-update", by="owner")
    assert (status, market.may("tech", RESTART, vm())) == (200, True)

    _, customers = client.ask("GET", "/portal/api/my-customers", by="tech")
    assert customers["value"][0]["tenantName"] == "Contoso"
    _, delegations = client.ask("GET", "/portal/api/my-customers/delegations", by="tech")
    assert delegations["value"][0]["scope"] == scope_of("prod/web")

    status, gone = client.ask("POST", f"{HELD}/remove", by="owner")
    assert (status, gone) == (200, {"delegationsEnded": 1})
    assert not market.may("tech", READ_VM, vm())


def test_refusals_come_in_the_envelope(client: Client) -> None:
    """Nobody, a reader, a guest, no consent, a malformed id: each has its status and code."""

    def refused(*asked: Any, by: str = "") -> tuple[int, str]:
        status, body = client.ask(*asked, by=by)
        return status, body["error"]["code"]

    accept = ("POST", f"{GOLD}/accept", {"subscription": sub("prod")})
    assert refused(*accept) == (401, "AuthenticationFailed")
    assert refused(*accept, by="reader") == (403, "AuthorizationFailed")
    assert refused(*accept, by="guest") == (403, "InsufficientPrivilegesForManagedServiceResource")
    assert refused("POST", f"{GOLD}/accept", {"subscription": "x"}, by="owner") == (400, "InvalidSubscriptionId")
    assert refused("POST", f"{GOLD}/accept", ["x"], by="owner") == (400, "InvalidRequestContent")
    unticked = {"scopes": [scope_of("prod")]}
    assert refused("POST", f"{HELD}/delegate", unticked, by="owner") == (400, "ConsentRequired")
    assert refused("GET", f"{HELD}", by="owner") == (404, "OfferNotAccepted")


def test_reason_and_owners_are_told(client: Client) -> None:
    """'Why not' has an answer, and so has 'who could'."""
    own = "/portal/api/storefront/fabrikam/care/own"

    _, why = client.ask("GET", f"{own}/why-not?subscription={sub('prod')}", by="reader")
    _, owners = client.ask("GET", f"/portal/api/subscriptions/{sub('prod')}/owners", by="reader")

    assert [one["code"] for one in why["reasons"]] == [
        "NotInPrivateAudience",
        "InsufficientPrivilegesForManagedServiceResource",
    ]
    assert [one["displayName"] for one in owners["value"]] == ["owner"]


def test_catalog_shows_public_plans_to_anybody(client: Client) -> None:
    """Both generations list public offers without a token; private plans are not in them.

    P7-stores, P7-byol, P7-url.
    """
    status, offers = client.ask("GET", "/offers?api-version=2021-10-01")
    _, products = client.ask("GET", "/products?api-version=2023-05-01-preview")
    _, one = client.ask("GET", "/offers/fabrikam.care?api-version=2021-10-01")

    assert (status, offers["count"], offers["nextPageLink"]) == (200, 1, None)
    assert [each["planId"] for each in offers["items"][0]["plans"]] == ["gold"]
    assert products["items"][0]["uniqueProductId"] == "fabrikam.care"
    assert one["legacyId"] == "fabrikam.care"
    assert client.ask("GET", "/offers/fabrikam.none?api-version=2021-10-01")[0] == 404
    assert client.ask("GET", "/offers")[1]["error"]["code"] == "MissingApiVersionParameter"
    assert client.ask("GET", "/offers?api-version=1999-01-01")[0] == 400


SEARCHING = "api-version=2023-01-01-preview&language=en&market=US"


def test_products_are_searched_counted_and_suggested(client: Client) -> None:
    """Catalog search API: words, filters by what is sold, facets, pages; nothing fits a filter for other goods."""
    everything = client.ask("GET", f"/search?{SEARCHING}&select=All&facets=ProductType,RatingBuckets")[1]
    total = everything["totalCount"]
    assert total >= 1 and {one["productType"] for one in everything["results"]} == {"ManagedServices"}
    assert everything["facets"] == {
        "ProductType": {"facetValues": {"ManagedServices": {"count": total}}},
        "RatingBuckets": {"facetValues": {}},
    }
    first = everything["results"][0]
    short = client.ask("GET", f"/search?{SEARCHING}&select=DisplayName&searchQuery={first['displayName']}")[1]
    assert {"productType": "ManagedServices", "displayName": first["displayName"]} in short["results"]
    for other in ("productTypes=SaaS", "publisherIds=nobody", "operatingSystems=Linux", "publishingStage=Preview"):
        assert client.ask("GET", f"/search?{SEARCHING}&{other}")[1] == {"results": [], "totalCount": 0}
    typed = client.ask("GET", f"/suggestions/products?{SEARCHING}&searchQuery={first['displayName'][:3]}&top=1")[1]
    assert [one["suggestionType"] for one in typed["value"]] == ["Entity"]
    facets = client.ask("GET", f"/facets?{SEARCHING}&facets=PricingTypes&productTypes=managedservices")[1]
    assert facets == {"value": {"PricingTypes": {"facetValues": {"Byol": {"count": total}}}}}


def test_a_search_is_read_page_by_page(client: Client) -> None:
    """Catalog search API: `skip`, `top` and `nextLink` show each product once."""
    found, address = [], f"/search?{SEARCHING}&top=1"
    while address:
        page = client.ask("GET", address)[1]
        found += [one["uniqueProductId"] for one in page["results"]]
        address = page.get("nextLink", "").removeprefix("https://localhost")

    assert len(found) == len(set(found)) == page["totalCount"]


@pytest.mark.parametrize("path", ["/facets?", "/facets?facets=Colour&", "/suggestions/products?", "/search?top=-1&"])
def test_a_search_that_makes_no_sense_is_refused(client: Client, path: str) -> None:
    """Catalog search API: the parameters that are required, and numbers that are numbers."""
    assert client.ask("GET", f"{path}{SEARCHING}")[0] == 400
