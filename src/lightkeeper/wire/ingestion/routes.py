"""The endpoints of the Product Ingestion API.

A client of several accounts names the one it works for with `?publisher=`, which the original has no need of.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from starlette.routing import Route

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.publishing import configuring, service
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.ingestion.names import (
    VERSIONS,
    durable,
    guids_of,
    is_version,
    schema,
    schema_parts,
)
from lightkeeper.publishing.ingestion.writing import resources_of
from lightkeeper.publishing.jobs import JobStatus
from lightkeeper.publishing.model import Content, OfferRecord
from lightkeeper.publishing.offer import read_offer
from lightkeeper.wire.ingestion.documents import announced_end, job_document, spoken, submission_documents
from lightkeeper.wire.partner.desk import Answer, Asked, Endpoint, PartnerDesk, framed

PREFIX = "/rp/product-ingestion"
TARGETS = ("draft", "preview", "live")
MOST_PER_PAGE = 200


def insist_on_schema_version(query: Mapping[str, str]) -> None:
    """Raise `Invalid` without a `$version` we speak; it is the greatest version the client understands."""
    version = query.get("$version", "")
    if not is_version(version):
        raise Invalid("invalidRequest", f"Send $version, one of {', '.join(VERSIONS)} or later.", target="$version")


def configure(desk: PartnerDesk, asked: Asked) -> Answer:
    """Accept a job: 202 with its status and address."""
    body = asked.body
    parts = schema_parts(body.get("$schema"))
    if parts is None or parts[0] != "configure":
        raise Invalid("schemaValidationError", f"The body's $schema must be {schema('configure')}.", target="$schema")
    resources = body.get("resources")
    if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
        raise Invalid("schemaValidationError", "'resources' must be a list of resources.", target="resources")
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        job = configuring.configure(call, resources, asked.query.get("publisher", "").lower())
    address = f"{PREFIX}/configure/{job.id}/status?$version={asked.query['$version']}"
    return Answer(202, job_document(job), {"location": address})


def get_status(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return how far a job is."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        return Answer(200, job_document(configuring.get_job(call, asked.path["job"])))


def get_detail(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the resources of a job as they were stored, once it is over."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        job = configuring.get_job(call, asked.path["job"])
    if job.status is not JobStatus.COMPLETED:
        raise Invalid("invalidState", f"The job is {job.status}. Ask for its detail when it is completed.")
    return Answer(200, {**job_document(job), "$schema": schema("configure-detail"), "resources": job.results})


def cancel(desk: PartnerDesk, asked: Asked) -> Answer:
    """Cancel a job that has not begun."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        return Answer(200, job_document(configuring.cancel_job(call, asked.path["job"])))


def get_tree(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return every resource of a product in a target (draft when left out)."""
    target = _target(asked) or "draft"
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        publisher, offer = configuring.find_product(call, asked.path["guid"])
        resources = _resources(call, publisher, offer, target)
        submissions = [one for one in _submissions(call, publisher, offer) if one["target"]["targetType"] == target]
    tree = {
        "$schema": schema("resource-tree"),
        "root": durable("product", asked.path["guid"]),
        "target": {"targetType": target},
        "resources": [*resources, *submissions],
    }
    return Answer(200, tree)


def _resources(call: Call, publisher: Publisher, offer: OfferRecord, target: str) -> list[dict[str, Any]]:
    content = service.content_of(call, publisher.id, offer.id, "draft")
    if target != "draft":
        try:
            content = service.content_of(call, publisher.id, offer.id, target)
        except NotFound as fault:
            raise NotFound("notDeployed", f"Product '{offer.id}' is not in {target}.", target="targetType") from fault
    product, *others = resources_of(read_offer(content.document), url_of=_addresses(content))
    return [{**product, **announced_end(offer, target)}, *others]


def _addresses(content: Content) -> Any:
    return lambda path: f"/media/{content.assets[path]}.png" if path in content.assets else path


def _submissions(call: Call, publisher: Publisher, offer: OfferRecord) -> list[dict[str, Any]]:
    current = service.get_submission(call, publisher.id, offer.id)
    live = service.live_submission(call, publisher.id, offer.id)
    return submission_documents(offer, current, live)


def _target(asked: Asked) -> str | None:
    target = asked.query.get("targetType")
    if target is not None and target.lower() not in TARGETS:
        raise Invalid("invalidRequest", f"targetType must be one of {', '.join(TARGETS)}.", target="targetType")
    return target.lower() if target else None


def list_submissions(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the active submissions of a product, of one target or of all."""
    target = _target(asked)
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        publisher, offer = configuring.find_product(call, asked.path["guid"])
        found = _submissions(call, publisher, offer)
    return Answer(200, {"value": [one for one in found if target in (None, one["target"]["targetType"])]})


def list_products(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return products, of an external id or a type or all, page by page."""
    wanted, kind = asked.query.get("externalId", ""), asked.query.get("type", "managedService")
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        accounts = configuring.accounts_of(call, asked.query.get("publisher", "").lower())
        keys = [(one.id, offer_id) for one in accounts for offer_id in service.offer_ids(call, one.id)]
        keys = [key for key in keys if wanted in ("", key[1]) and kind.lower() == "managedservice"]
        page, link = _page(keys, asked, "product")
        found = [resources_of(read_offer(service.get_offer(call, *key).draft.document))[0] for key in page]
    return Answer(200, {"value": found, **({"@nextLink": link} if link else {})})


def list_plans(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the plans of a product, of an external id or all, page by page."""
    parts = guids_of(asked.query.get("product", ""))
    if parts is None or parts[0] != "product" or len(parts[1]) != 1:
        raise Invalid("invalidRequest", "Name the product: ?product=product/{id}.", target="product")
    wanted = asked.query.get("externalId", "")
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        publisher, offer = configuring.find_product(call, parts[1][0])
        every = _resources(call, publisher, offer, "draft")
    plans = [one for one in every if one["id"].startswith("plan/") and wanted in ("", one["identity"]["externalId"])]
    page, link = _page(plans, asked, "plan")
    return Answer(200, {"value": page, **({"@nextLink": link} if link else {})})


def get_resource(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return one resource of a draft by its durable id."""
    durable_id = f"{asked.path['type']}/{asked.path['rest']}".strip("/")
    parts = guids_of(durable_id)
    if parts is None:
        raise Invalid("invalidId", f"'{durable_id[:120]}' is no id of a resource.")
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        publisher, offer = configuring.find_product(call, parts[1][0])
        every = [*_resources(call, publisher, offer, "draft"), *_submissions(call, publisher, offer)]
    found = next((one for one in every if one["id"] == durable_id), None)
    if found is None:
        raise NotFound("resourceNotFound", f"Product '{offer.id}' has no '{durable_id[:120]}'.")
    return Answer(200, found)


def _page(items: list[Any], asked: Asked, path: str) -> tuple[list[Any], str]:
    """Return the items of the page that is asked for, and the address of the next one (empty for the last)."""
    query = asked.query
    if "$top" in query and "$maxpagesize" in query:
        raise Invalid("invalidRequest", "$top and $maxpagesize exclude each other.", target="$top")
    token = query.get("continuationToken")
    begin = _number(query, "continuationToken" if token is not None else "$skip", 0)
    size = min(_number(query, "$maxpagesize", MOST_PER_PAGE), MOST_PER_PAGE) or MOST_PER_PAGE
    end = len(items) if "$top" not in query else min(len(items), begin + _number(query, "$top", 0))
    page = items[begin : min(end, begin + size)]
    if begin + len(page) >= end or not page:
        return page, ""
    more = {key: value for key, value in query.items() if key not in ("$skip", "continuationToken", "$top")}
    if "$top" in query:
        more["$top"] = str(end - begin - len(page))
    more["continuationToken"] = str(begin + len(page))
    return page, f"https://{asked.headers.get('host', '')}{PREFIX}/{path}?{urlencode(more, safe='$/')}"


def _number(query: Mapping[str, str], name: str, otherwise: int) -> int:
    text = query.get(name)
    if text is None:
        return otherwise
    if not text.isdecimal() or len(text) > 9:
        raise Invalid("invalidRequest", f"'{name}' must be a whole number.", target=name)
    return int(text)


ENDPOINTS = [
    ("POST", f"{PREFIX}/configure", configure),
    ("GET", f"{PREFIX}/configure/{{job}}/status", get_status),
    ("GET", f"{PREFIX}/configure/{{job}}", get_detail),
    ("POST", f"{PREFIX}/configure/{{job}}/cancel", cancel),
    ("GET", f"{PREFIX}/resource-tree/product/{{guid}}", get_tree),
    ("GET", f"{PREFIX}/submission/{{guid}}", list_submissions),
    ("GET", f"{PREFIX}/product", list_products),
    ("GET", f"{PREFIX}/plan", list_plans),
    ("GET", f"{PREFIX}/{{type}}/{{rest:path}}", get_resource),
]


def ingestion_routes(desk: PartnerDesk) -> list[Route]:
    """Return the routes of the API, for the main origin and for Graph's."""
    return [
        Route(path, framed(desk, _in_version(endpoint), insist_on_schema_version), methods=[method])
        for method, path, endpoint in ENDPOINTS
    ]


def _in_version(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with an answer of no later version than `$version`."""

    def answered(desk: PartnerDesk, asked: Asked) -> Answer:
        answer = endpoint(desk, asked)
        return replace(answer, value=spoken(answer.value, asked.query["$version"]))

    return answered
