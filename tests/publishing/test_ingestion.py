"""The Product Ingestion API (section 9.3), as a client nobody here wrote would use it."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lightkeeper.access import roles
from lightkeeper.kernel import log
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Unauthenticated
from lightkeeper.publishing import configuring, workflow
from lightkeeper.publishing.check import check_document
from lightkeeper.publishing.document import of_value
from lightkeeper.publishing.ingestion.names import VERSION, product_guid, schema
from lightkeeper.publishing.ingestion.reading import offer_from_tree
from lightkeeper.publishing.ingestion.writing import configure_of, tree_of
from lightkeeper.publishing.offer import offer_of
from lightkeeper.wire.ingestion import openapi
from lightkeeper.wire.ingestion.routes import PREFIX, ingestion_routes
from lightkeeper.wire.partner.desk import PartnerDesk
from tests.publishing.conftest import DEVELOPER, STRANGER, Desk, publisher_in
from tests.publishing.offers import LOGO, PRIVATE_SUBSCRIPTION, good_offer, with_private_plan

GUID = product_guid("fabrikam", "managed-operations")
PRODUCT = f"product/{GUID}"
DATA = "data:image/png;base64," + base64.b64encode(LOGO["media/logo.png"]).decode()


@pytest.fixture
def client(sqlite_office: Office) -> Iterator[TestClient]:
    publisher_in(sqlite_office)
    callers = {"developer": DEVELOPER, "stranger": STRANGER}

    def caller_of(token: str) -> Any:
        if token not in callers:
            raise Unauthenticated("unauthorized", "The token is not valid.")
        return callers[token]

    app = Starlette(routes=ingestion_routes(PartnerDesk(sqlite_office, caller_of)))
    with TestClient(app, raise_server_exceptions=False) as opened:
        opened.headers["authorization"] = "Bearer developer"
        opened.params = opened.params.set("$version", VERSION)
        opened.base_url = opened.base_url.join(PREFIX + "/")
        yield opened


def url_of(path: str) -> str:
    return DATA if path == "media/logo.png" else path


def payload(offer: Any = None, **more: Any) -> dict[str, Any]:
    return configure_of(offer_of(offer or good_offer(), roles), url_of=url_of, **more)


def ask(client: TestClient, office: Office, body: Any) -> dict[str, Any]:
    """Send a configure request, do the durable work, and return the job's last status."""
    accepted = client.post("configure", json=body)
    assert accepted.status_code == 202, accepted.text
    assert accepted.json()["jobStatus"] == "notStarted"
    configuring.run_job(office, accepted.json()["jobId"])
    return status(client, accepted.json()["jobId"])


def status(client: TestClient, job: str) -> dict[str, Any]:
    found: dict[str, Any] = client.get(f"configure/{job}/status").json()
    return found


def one(resource: str, **fields: Any) -> dict[str, Any]:
    return {"$schema": schema("configure"), "resources": [{"$schema": schema(resource), **fields}]}


def test_a_tree_and_back_is_the_same_offer() -> None:
    """`offer import` reads a resource tree: what it means stays what it was."""
    offer = with_private_plan(good_offer())
    offer["customerLeads"] = {"destination": "none"}

    document, _ = offer_from_tree(json.loads(json.dumps(tree_of(offer_of(offer, roles)))), "fabrikam")

    assert check_document(of_value(document)) == check_document(of_value(offer))
    for name in ("offer", "properties", "listing", "previewAudience", "customerLeads"):
        assert document[name] == offer[name]
    assert [p.manifest.active for p in offer_of(document, roles).plans] != []


def test_configure_publishes_and_goes_live_by_declaration(client: TestClient, sqlite_office: Office) -> None:
    """P9.3-submission: Publish all, poll the job, go live with the id of the preview submission."""
    done = ask(client, sqlite_office, payload())
    assert (done["jobStatus"], done["jobResult"], done["errors"]) == ("completed", "succeeded", [])
    detail = client.get(f"configure/{done['jobId']}").json()
    assert detail["resources"][0]["id"] == PRODUCT

    submission = {"$schema": schema("submission"), "product": PRODUCT, "target": {"targetType": "preview"}}
    running = ask(client, sqlite_office, {"$schema": schema("configure"), "resources": [submission]})
    assert (running["jobStatus"], running["jobResult"]) == ("running", "pending")
    assert client.get(f"configure/{running['jobId']}").json()["error"]["code"] == "invalidState"
    locked = ask(client, sqlite_office, {"$schema": schema("configure"), "resources": [submission]})
    assert locked["errors"][0]["code"] == "productLocked"
    with sqlite_office.database.read() as connection:
        sent = [e.body["submission_id"] for e in log.after(connection, 0, kinds=["OfferSubmitted"])]
    workflow.run_preview(sqlite_office, sent[0])
    assert status(client, running["jobId"])["jobResult"] == "succeeded"

    [preview] = client.get(f"submission/{GUID}", params={"targetType": "preview"}).json()["value"]
    assert (preview["id"], preview["status"]) == (f"submission/{GUID}/1", "completed")
    wrong = {**submission, "id": f"submission/{GUID}/7", "target": {"targetType": "live"}}
    refused = ask(client, sqlite_office, {"$schema": schema("configure"), "resources": [wrong]})
    assert refused["errors"][0]["code"] == "invalidState"
    assert (
        client.get(f"resource-tree/product/{GUID}", params={"targetType": "live"}).json()["error"]["code"]
        == "notDeployed"
    )

    live = ask(client, sqlite_office, {"$schema": schema("configure"), "resources": [{**wrong, "id": preview["id"]}]})
    workflow.run_live(sqlite_office, sent[0])
    assert status(client, live["jobId"])["jobResult"] == "succeeded"
    tree = client.get(f"resource-tree/product/{GUID}", params={"targetType": "live"}).json()
    document, _ = offer_from_tree(tree, "fabrikam")
    assert check_document(of_value(document)) == []

    ended = {**wrong, "id": preview["id"], "lifecycleState": "deprecated",
             "deprecationSchedule": {"dateOffset": "P30D", "reason": "endOfSupport"}}  # fmt: skip
    assert ask(client, sqlite_office, {"$schema": schema("configure"), "resources": [ended]})["errors"] == []
    [sold] = client.get(f"submission/{GUID}", params={"targetType": "live"}).json()["value"]
    assert sold["lifecycleState"] == "deprecated"


def test_references_by_name_by_external_id_and_by_durable_id(client: TestClient, sqlite_office: Office) -> None:
    """P9.3-references: Three forms of reference, and the old address of the schemas."""
    old = "https://product-ingestion.azureedge.net/schema/"
    body = {
        "$schema": f"{old}configure/2022-03-01-preview2",
        "resources": [
            {"$schema": f"{old}plan/2022-03-01-preview2", "resourceName": "pl", "identity": {"externalId": "gold"},
             "alias": "Gold", "product": {"resourceName": "p"}},
            {"$schema": f"{old}product/2022-03-01-preview2", "resourceName": "p", "type": "managedService",
             "identity": {"externalId": "managed-operations"}, "alias": "Ops"},
            {"$schema": schema("plan-listing"), "product": PRODUCT, "plan": {"resourceName": "pl"}, "name": "Gold plan"},
            {"$schema": schema("plan-listing"), "product": {"externalId": "managed-operations"},
             "plan": {"externalId": "gold"}, "name": "Golden", "summary": "s", "description": "d"},
        ],
    }  # fmt: skip
    assert ask(client, sqlite_office, body)["jobResult"] == "succeeded"

    [plan] = client.get("plan", params={"product": PRODUCT}).json()["value"]
    assert plan["identity"] == {"externalId": "gold"}
    listing = client.get(f"plan-listing/{plan['id'].removeprefix('plan/')}/main").json()
    assert listing["name"] == "Golden"
    assert client.get(PRODUCT).json()["alias"] == "Ops"
    assert client.get("product", params={"externalId": "managed-operations"}).json()["value"][0]["id"] == PRODUCT


@pytest.mark.parametrize(
    ("expected", "resource"),
    [
        ("invalidResource", {"$schema": "https://example.com/x/2022-07-01"}),
        ("notSupported", {"$schema": schema("virtual-machine-plan-technical-configuration")}),
        ("notSupported", {"$schema": schema("product"), "identity": {"externalId": "abc"}, "type": "softwareAsAService", "alias": "a"}),
        ("schemaValidationError", {"$schema": schema("product"), "identity": {"externalId": "abc"}, "type": "managedService"}),
        ("invalidId", {"$schema": schema("product"), "identity": {"externalId": "-"}, "type": "managedService", "alias": "a"}),
        ("invalidId", {"$schema": schema("plan-listing"), "product": "nonsense", "plan": "plan/x"}),
        ("resourceNotFound", {"$schema": schema("plan-listing"), "product": {"externalId": "none"}, "plan": {"externalId": "p"}}),
        ("resourceNotFound", {"$schema": schema("listing"), "product": f"product/{GUID}", "languageId": "en-us"}),
    ],
)  # fmt: skip
def test_a_faulty_resource_fails_its_job_with_a_code(
    client: TestClient, sqlite_office: Office, expected: str, resource: dict[str, Any]
) -> None:
    """The error codes of section 9.3; the failing resource is named, and nothing of the job stays."""
    good = {
        "$schema": schema("product"),
        "identity": {"externalId": "first-offer"},
        "type": "managedService",
        "alias": "a",
    }

    done = ask(
        client,
        sqlite_office,
        {"$schema": schema("configure"), "resources": [good, {**resource, "resourceName": "bad"}]},
    )

    assert (done["jobResult"], done["errors"][0]["code"], done["errors"][0]["resourceId"]) == (
        "failed",
        expected,
        "bad",
    )
    assert client.get("product").json() == {"value": []}


def test_codes_of_what_is_stored_already(client: TestClient, sqlite_office: Office) -> None:
    """businessValidationError, collectionLimitExceeded, invalidEntityStatus, invalidRequest, operationCanceled.

    P9.3-sync.
    """
    ask(client, sqlite_office, payload(with_private_plan(good_offer())))
    availability = {"product": PRODUCT, "plan": {"externalId": "vip"}, "audience": "private"}

    paid = ask(
        client,
        sqlite_office,
        one("price-and-availability-plan", **availability, pricing={"licenseModel": "payAsYouGo"}),
    )
    assert paid["errors"][0]["code"] == "businessValidationError"
    many = [
        {"$schema": schema("plan"), "product": PRODUCT, "identity": {"externalId": f"p{n}"}, "alias": f"P{n}"}
        for n in range(101)
    ]
    full = ask(client, sqlite_office, {"$schema": schema("configure"), "resources": many})
    assert full["errors"][0]["code"] == "collectionLimitExceeded"
    assert client.get("product", params={"$top": 1, "$maxpagesize": 1}).json()["error"]["code"] == "invalidRequest"
    update = one(
        "price-and-availability-update-private-audiences", product=PRODUCT, plan={"externalId": "vip"},
        privateAudiences={"add": [{"type": "subscription", "id": "66666666-6666-4666-8666-666666666666", "label": "new"}],
                          "remove": [{"type": "subscription", "id": PRIVATE_SUBSCRIPTION}]},
    )  # fmt: skip
    assert ask(client, sqlite_office, update)["jobResult"] == "succeeded"
    waiting = client.post("configure", json=update).json()
    assert client.post(f"configure/{waiting['jobId']}/cancel").json()["jobResult"] == "cancelled"
    assert status(client, waiting["jobId"])["errors"][0]["code"] == "operationCanceled"
    late = client.post(f"configure/{waiting['jobId']}/cancel")
    assert (late.status_code, late.json()["error"]["code"]) == (400, "badRequest")
    configuring.run_job(sqlite_office, waiting["jobId"])
    assert status(client, waiting["jobId"])["jobResult"] == "cancelled"


def test_a_published_plan_is_not_deleted(client: TestClient, sqlite_office: Office) -> None:
    """P9.3-lifecycle: LifecycleState deleted is for drafts that were never published."""
    Desk(sqlite_office).live(with_private_plan(good_offer()))

    gone = one("plan", product=PRODUCT, identity={"externalId": "vip"}, alias="VIP", lifecycleState="deleted")
    assert ask(client, sqlite_office, gone)["errors"][0]["code"] == "invalidEntityStatus"
    whole = one(
        "product",
        identity={"externalId": "managed-operations"},
        alias="x",
        type="managedService",
        lifecycleState="deleted",
    )
    assert ask(client, sqlite_office, whole)["errors"][0]["code"] == "invalidEntityStatus"


def test_pages_of_products(client: TestClient, sqlite_office: Office) -> None:
    """P9.3-product: $maxpagesize and @nextLink lead through everything once."""
    products = [
        {
            "$schema": schema("product"),
            "identity": {"externalId": f"offer-{n}"},
            "type": "managedService",
            "alias": f"O{n}",
        }
        for n in range(5)
    ]
    ask(client, sqlite_office, {"$schema": schema("configure"), "resources": products})

    seen, address = [], "product?$maxpagesize=2"
    while address:
        page = client.get(address).json()
        seen += [item["identity"]["externalId"] for item in page["value"]]
        address = page.get("@nextLink", "")

    assert seen == [f"offer-{n}" for n in range(5)]


def test_who_may_not_and_which_version(client: TestClient, sqlite_office: Office) -> None:
    """Strangers are told nothing; a call without $version is refused."""
    job = ask(client, sqlite_office, payload())["jobId"]
    stranger = {"authorization": "Bearer stranger"}
    for path in (PRODUCT, f"configure/{job}", f"configure/{job}/status"):
        assert client.get(path, headers=stranger).status_code == 404
    assert client.post("configure", json=payload(), headers=stranger).status_code == 403
    assert client.get(PRODUCT, headers={"authorization": "Bearer no"}).status_code == 401
    assert client.get(PRODUCT, params={"$version": "yesterday"}).json()["error"]["code"] == "invalidRequest"


def test_the_committed_description_is_the_generated_one() -> None:
    """docs/openapi is generated; review reads the difference."""
    committed = Path(__file__).parents[2] / "docs" / "openapi" / "product-ingestion.json"

    assert json.loads(committed.read_text()) == openapi.document()
