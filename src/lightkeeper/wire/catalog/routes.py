"""The catalog's routes: lists with pages, one item by its id `publisher.offer`, and the search API."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import structlog
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import NOBODY, Call, Caller, CallerKind, ObjectId
from lightkeeper.kernel.ids import new_guid
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import NotFound, Problem
from lightkeeper.storefront import agreements, service
from lightkeeper.storefront.model import Listing
from lightkeeper.wire.arm import api_version, errors
from lightkeeper.wire.arm.operation import Answer
from lightkeeper.wire.catalog import searching
from lightkeeper.wire.catalog.documents import catalog_item, product, product_summary

ANYBODY = Caller(ObjectId("anybody"), NOBODY, "anybody", CallerKind.USER, NOBODY, ObjectId("anybody"))
OFFERS_VERSIONS = ("2021-10-01", "2021-06-01", "2020-05-01", "2018-08-01-beta")
PRODUCTS_VERSIONS = ("2023-05-01-preview",)

Form = Callable[[Listing], dict[str, Any]]
log = structlog.get_logger("lightkeeper.catalog")


def catalog_routes(office: Office, base: str = "") -> list[Route]:
    """Return the catalog's routes below `base`."""
    rows: list[tuple[str, Form, Form, tuple[str, ...]]] = [
        ("offers", catalog_item, catalog_item, OFFERS_VERSIONS),
        ("products", product_summary, product, PRODUCTS_VERSIONS),
    ]
    routes = []
    for name, listed, alone, versions in rows:
        routes.append(Route(f"{base}/{name}", _endpoint(office, _list, listed, versions), methods=["GET"]))
        routes.append(Route(f"{base}/{name}/{{id}}", _endpoint(office, _item, alone, versions), methods=["GET"]))
    for path, answer in (
        ("search", searching.search),
        ("facets", searching.facets),
        ("suggestions/products", searching.suggest),
    ):
        routes.append(Route(f"{base}/{path}", _searching(office, answer), methods=["GET"]))
    routes.append(Route(f"{base}/terms/{{signature}}", _terms_endpoint(office), methods=["GET"]))
    return routes


def _terms_endpoint(office: Office) -> Callable[[Request], object]:
    """Return what shows the legal terms that a link in an agreement leads to, as plain text."""

    def shown(signature: str) -> str:
        with office.reading(ANYBODY) as call:
            return agreements.find_terms(call, signature).terms_of_use

    async def endpoint(request: Request) -> Response:
        try:
            text = await to_thread.run_sync(shown, request.path_params["signature"])
        except Problem as problem:
            answer = errors.answer_of(problem, "")
            return Response(encoding.encode(answer.body), answer.status, dict(answer.headers), "application/json")
        return Response(text, media_type="text/plain")

    return endpoint


Serve = Callable[[Office, Request, Form], dict[str, Any]]


def _endpoint(office: Office, serve: Serve, form: Form, versions: tuple[str, ...]) -> Callable[[Request], object]:
    return _answering(lambda request: serve(office, request, form), versions)


def _searching(office: Office, serve: Callable[[Call, Request], dict[str, Any]]) -> Callable[[Request], object]:
    def answer(request: Request) -> dict[str, Any]:
        with office.reading(ANYBODY) as call:
            return serve(call, request)

    return _answering(answer, searching.VERSIONS)


def _answering(serve: Callable[[Request], dict[str, Any]], versions: tuple[str, ...]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            version = request.query_params.get("api-version", "")
            api_version.check_present(version)
            api_version.check_served(version, versions, "catalog")
            answer = Answer(200, await to_thread.run_sync(serve, request))
        except Problem as problem:
            answer = errors.answer_of(problem, "")
        except Exception:
            correlation_id = new_guid()
            log.exception("request failed", correlation_id=correlation_id, path=request.url.path)
            answer = errors.unexpected(correlation_id)
        return Response(encoding.encode(answer.body), answer.status, dict(answer.headers), "application/json")

    return endpoint


def _list(office: Office, request: Request, form: Form) -> dict[str, Any]:
    query = request.query_params
    with office.reading(ANYBODY) as call:
        skip, category = query.get("$skiptoken", ""), query.get("categoryId")
        page = service.search(call, query.get("search", ""), category=category, skip=skip)
    link = None
    if page.next:
        address = f"{request.url.scheme}://{request.url.netloc}{request.url.path}"
        link = f"{address}?{urlencode({**query, '$skiptoken': page.next})}"
    answer: dict[str, Any] = {"items": [form(one) for one in page.items], "nextPageLink": link}
    return answer | {"count": len(page.items)} if form is catalog_item else answer


def _item(office: Office, request: Request, form: Form) -> dict[str, Any]:
    wanted = request.path_params["id"]
    publisher, _, offer = wanted.partition(".")
    with office.reading(ANYBODY) as call:
        try:
            return form(service.get_listing(call, publisher, offer))
        except NotFound:
            raise NotFound("NotFound", f"There is no public offer '{wanted}'.") from None
