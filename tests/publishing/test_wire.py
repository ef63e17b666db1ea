"""The publisher's API as a client meets it."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Unauthenticated
from lightkeeper.publishing import workflow
from lightkeeper.wire.partner.desk import PartnerDesk
from lightkeeper.wire.partner.routes import partner_routes
from tests.publishing.conftest import DEVELOPER, STRANGER, publisher_in
from tests.publishing.offers import LOGO, PRIVATE_SUBSCRIPTION, good_offer, row, with_private_plan

OFFER = "/api/publishers/fabrikam/offers/managed-operations"
SOMEBODY = "66666666-6666-4666-8666-666666666666"


@pytest.fixture
def client(sqlite_office: Office) -> Iterator[TestClient]:
    publisher_in(sqlite_office)
    callers = {"developer": DEVELOPER, "stranger": STRANGER}

    def caller_of(token: str) -> Any:
        if token not in callers:
            raise Unauthenticated("unauthorized", "The token is not valid.")
        return callers[token]

    app = Starlette(routes=partner_routes(PartnerDesk(sqlite_office, caller_of)))
    with TestClient(app, raise_server_exceptions=False) as opened:
        opened.headers["authorization"] = "Bearer developer"
        opened.params = opened.params.set("api-version", "2017-10-31")
        yield opened


def body(definition: Any = None) -> dict[str, Any]:
    assets = {path: base64.b64encode(content).decode() for path, content in LOGO.items()}
    return {"definition": definition or good_offer(), "assets": assets}


def save(client: TestClient, definition: Any = None) -> Any:
    return client.put(OFFER, json=body(definition), headers={"if-match": "*"})


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_put_creates_then_updates_with_etags(client: TestClient) -> None:
    """P9.2-if-match, P9.2-offers: Section 9.2: 201 created, 200 updated; missing If-Match 400, mismatch 412."""
    created = save(client)
    assert created.status_code == 201
    tag = created.headers["etag"]
    assert client.put(OFFER, json=body(), headers={"if-match": tag}).status_code == 200
    assert code(client.put(OFFER, json=body(), headers={"if-match": tag})) == (412, "preconditionFailed")
    assert code(client.put(OFFER, json=body())) == (400, "badRequest")
    assert code(client.put(OFFER, json=body(), headers={"if-none-match": "*"})) == (412, "preconditionFailed")
    assert client.get(OFFER).json()["definition"] == good_offer()


def test_offers_are_listed_page_by_page_with_a_link(client: TestClient) -> None:
    """P9.2-offers: the list stays a bare array without definitions; a `Link` header leads on, and a wrong token is refused."""
    for name in ("a", "b", "c"):
        new = body({**good_offer(), "offer": {**good_offer()["offer"], "id": f"offer-{name}"}})
        assert client.put(
            f"/api/publishers/fabrikam/offers/offer-{name}", json=new, headers={"if-match": "*"}
        ).is_success
    offers = "/api/publishers/fabrikam/offers"

    first = client.get(offers, params={"$top": "2"})
    address = urlsplit(first.headers["link"].removeprefix("<").removesuffix('>; rel="next"'))
    second = client.get(address.path, params=dict(parse_qsl(address.query)))

    assert [one["id"] for one in first.json()] == ["offer-a", "offer-b"]
    assert set(first.json()[0]["definition"]) == {"displayText"}
    assert [one["id"] for one in second.json()] == ["offer-c"]
    assert "link" not in second.headers
    assert code(client.get(offers, params={"continuationToken": "?"})) == (400, "InvalidSkipToken")
    assert code(client.get(offers, params={"$top": "1001"})) == (400, "badRequest")


def test_the_whole_way_over_http(client: TestClient, sqlite_office: Office) -> None:
    """Publish answers 202 with the operation, golive the same; status shows the phases.

    P9.2-publish, P9.2-operations, P9.2-status.
    """
    save(client)
    accepted = client.post(f"{OFFER}/publish", json={"metadata": {"notification-emails": "a@b.c,d@e.f"}})
    assert accepted.status_code == 202
    submission = accepted.json()["id"]
    assert client.get(accepted.headers["location"]).json()["status"] == "running"
    assert code(client.post(f"{OFFER}/publish")) == (409, "productLocked")

    workflow.run_preview(sqlite_office, submission)
    status = client.get(f"{OFFER}/status").json()
    assert status["status"] == "waitingForPublisherReview"
    assert [step["status"] for step in status["steps"]] == [
        "complete", "complete", "complete", "waitingForPublisherReview", "notStarted",
    ]  # fmt: skip

    signed = client.post(f"{OFFER}/golive", json={"submissionId": submission})
    assert signed.status_code == 202
    workflow.run_live(sqlite_office, submission)
    assert client.get(f"{OFFER}/status").json()["portalStatus"] == "Live"
    kinds = [(o["submissionType"], o["status"]) for o in client.get(f"{OFFER}/operations").json()]
    assert kinds == [("GoLive", "completed"), ("Publish", "completed")]
    assert client.get(f"{OFFER}/slot/Production").json()["definition"] == good_offer()
    assert client.get(f"{OFFER}/history").json()["value"][0]["event"] == "Created offer"
    assert code(client.post(f"{OFFER}/cancel")) == (400, "invalidState")


def test_an_incomplete_offer_is_422_with_every_fault(client: TestClient) -> None:
    """P9.2-publish: Section 9.2: 422 validation."""
    save(client, {"offer": {"publisher": "fabrikam", "id": "managed-operations"}})

    answer = client.post(f"{OFFER}/publish")

    assert answer.status_code == 422
    assert {one["target"] for one in answer.json()["error"]["details"]} == {"properties", "listing", "plans"}


def test_check_answers_without_saving(client: TestClient) -> None:
    """Every finding, with rule and remedy."""
    broken = good_offer()
    broken["plans"][0]["manifest"]["authorizations"].append(row("Owner"))

    found = client.post(f"{OFFER}/check", json=body(broken)).json()

    assert found["errors"] == 1
    assert found["findings"][0]["code"] == "700.6-owner"
    assert code(client.get(OFFER)) == (404, "resourceNotFound")


def test_diff_and_audience(client: TestClient, sqlite_office: Office) -> None:
    """P4-compare, P12-audience: Compare live with draft; sync an audience everywhere."""
    save(client, with_private_plan(good_offer()))
    submission = client.post(f"{OFFER}/publish").json()["id"]
    workflow.run_preview(sqlite_office, submission)
    client.post(f"{OFFER}/golive")
    workflow.run_live(sqlite_office, submission)
    second = with_private_plan(good_offer())
    second["plans"][0]["manifest"]["authorizations"].append(row("Contributor"))
    save(client, second)

    difference = client.get(f"{OFFER}/diff", params={"api-version": "2017-10-31", "from": "live", "to": "draft"}).json()
    assert difference["rights"][0]["roles"][0]["roleName"] == "Contributor"
    assert difference["rights"][0]["operations"][0]["gainedCount"] > 1000

    synced = client.post(f"{OFFER}/audience", json={"planId": "vip", "add": [{"subscriptionId": SOMEBODY}]})
    assert [r["subscriptionId"] for r in synced.json()["privateAudience"]] == [PRIVATE_SUBSCRIPTION, SOMEBODY]
    bad = client.post(f"{OFFER}/audience", json={"planId": "vip", "csv": "Id,Description,Type\nx,,SubscriptionId\n"})
    assert code(bad) == (400, "schemaValidationError")


def test_who_may_not_and_what_is_malformed(client: TestClient) -> None:
    """P9.2-version, P12-role: Every refusal has the envelope and a stable code."""
    save(client)
    assert code(client.get(OFFER, headers={"authorization": "Bearer stranger"})) == (403, "forbidden")
    assert code(client.get(OFFER, headers={"authorization": "Bearer bad"})) == (401, "unauthorized")
    assert code(client.get(OFFER, headers={"authorization": ""})) == (401, "unauthorized")
    assert code(client.get(OFFER, params={"api-version": "2099-01-01"})) == (400, "InvalidAPIVersion")
    assert code(client.get(f"{OFFER}/slot/Nowhere")) == (400, "badRequest")
    assert code(client.get(f"{OFFER}/slot/Preview")) == (404, "resourceNotFound")
    for raw in (
        b"[]",
        b"{",
        b'{"definition": []}',
        b'{"assets": 1}',
        b'{"assets": {"a": 1}}',
        b"\xff",
        b"[" * 100_000,
        b'{"definition":' + b"[" * 60 + b"]" * 60 + b"}",
        b'{"definition":{"a":' + b"[" * 60 + b"]" * 60 + b"}}",
    ):
        assert client.put(OFFER, content=raw, headers={"if-match": "*"}).status_code == 400
    for raw in (
        b'{"add": 1, "remove": 5}',
        b'{"remove": [1]}',
        b'{"add":[{"subscriptionId":"x"}]}',
        b'{"planId":"no"}',
    ):
        assert 400 <= client.post(f"{OFFER}/audience", content=raw).status_code < 500
    assert client.put(OFFER, content=b"x" * (17 * 1024 * 1024), headers={"if-match": "*"}).status_code == 413


def test_pictures_are_served_to_everybody(client: TestClient) -> None:
    """The storefront shows them."""
    address = next(iter(save(client).json()["assets"].values()))

    picture = client.get(address, headers={"authorization": ""})

    assert picture.content == LOGO["media/logo.png"]
    assert client.get("/media/nothing.png").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "sent"),
    [
        ("post", "", {"id": 123}),
        ("post", "", {"id": "abc", "displayName": {"en": "Abc"}}),
        ("post", "/fabrikam/appeal", {"text": ["why"]}),
        ("put", "/fabrikam/verification", {"verdict": 1}),
        ("put", "/fabrikam/members/x", {"role": ["owner"]}),
        ("post", "/fabrikam/offers/managed-operations/golive", {"submissionId": 5}),
        ("post", "/fabrikam/offers/managed-operations/audience", {"planId": 5, "add": [SOMEBODY]}),
        ("put", "/fabrikam/designations", {"designations": [{"name": "x", "until": "9999-12-31T23:59:59-12:00"}]}),
    ],
)
def test_a_value_of_another_kind_is_refused_by_name(client: TestClient, method: str, path: str, sent: Any) -> None:
    """Not taken for its text, and no fault of the server's."""
    assert code(client.request(method, f"/api/publishers{path}", json=sent)) == (400, "badRequest")


def test_a_filter_of_offers_is_understood_or_refused(client: TestClient) -> None:
    """Section 9.2: it compares the type; a filter nobody understands must not look like an empty list."""
    save(client)

    def listed(text: str) -> Any:
        return client.get("/api/publishers/fabrikam/offers", params={"$filter": text})

    assert len(listed("offerTypeId  eq 'Microsoft-Azure-ManagedServices'").json()) == 1
    assert listed("offerTypeId eq 'microsoft-azure-virtualmachines'").json() == []
    assert code(listed("status eq 'running'")) == (400, "badRequest")


def test_the_account_says_whether_it_is_eligible(client: TestClient) -> None:
    """'Am I eligible, and if not why' has an answer."""
    assert client.get("/api/publishers/fabrikam").json()["eligibility"] == {"eligible": True, "findings": []}
    assert [p["id"] for p in client.get("/api/publishers").json()["value"]] == ["fabrikam"]
    assert client.get("/api/publishers", headers={"authorization": "Bearer stranger"}).json() == {"value": []}
