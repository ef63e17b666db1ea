"""Leads, notices and reports in the whole house: from what people do to what receivers get."""

import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lightkeeper.outbound import settings
from lightkeeper.outbound.chores import work
from lightkeeper.outbound.signing import is_signed
from tests.house import House
from tests.outbound.receivers import Receiver
from tests.publishing.offers import LOGO, good_offer

WORLD = Path(__file__).parents[1] / "house.yaml"
PROD = "c0c0c0c0-1111-4000-8000-000000000001"
PARTNER = "/api/publishers/fabrikam"
OFFER = "/portal/api/storefront/fabrikam/managed-operations"
V = "?api-version=2017-10-31"
FABRIKAM, TIER1 = "fabfabfa-0000-4000-8000-000000000001", "fabfabfa-0000-4000-8000-000000000021"
PUBLISHER, OWNER = "fabrikam/publisher", "contoso/owner"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House.of(tmp_path, WORLD.read_text())
    yield built
    built.close()


def offer(version: str = "1.0.0", **leads: Any) -> dict[str, Any]:
    document = copy.deepcopy(good_offer())
    manifest = document["plans"][0]["manifest"]
    manifest |= {"version": version, "managedByTenantId": FABRIKAM}
    for row in manifest["authorizations"]:
        row["principalId"] = TIER1
    return {**document, "customerLeads": leads} if leads else document


def to(receiver: Receiver, path: str = "") -> dict[str, Any]:
    return {
        "destination": "httpsEndpoint",
        "httpsEndpointLeadConfiguration": {"httpsEndpointUrl": receiver.url + path},
    }


def publish(house: House, document: dict[str, Any]) -> None:
    house.publish(document, LOGO, by=PUBLISHER)
    settle(house)


def settle(house: House) -> None:
    """Let the chores and all durable work come to their end."""
    for _ in range(6):
        work(house.office)
        house.work()


def accept(house: House) -> str:
    answer = house.send("POST", f"{OFFER}/operations/accept", {"subscription": PROD}, by=OWNER)
    assert answer.status == 200, answer.json
    settle(house)
    held = house.send("GET", "/portal/api/service-providers", by=OWNER).json["value"]
    return str(held[0]["key"])


def ask(house: House, path: str, *, by: str = PUBLISHER) -> Any:
    answer = house.send("GET", f"{PARTNER}/{path}{'&' if '?' in path else '?'}{V[1:]}", by=by)
    assert answer.status == 200, answer.json
    return answer.json


def advance(house: House, by: timedelta) -> None:
    house.office.clock.shift += by
    settle(house)


def events(receiver: Receiver, environment: str) -> list[Any]:
    return [got.json for got in receiver.got if got.json["Environment"] == environment]


def test_validation_sends_a_test_lead(house: House, receiver: Receiver) -> None:
    """P5.3-leads, P8.1-triggers: 8.1: a test lead is sent on publish; step 1b of the workflow."""
    publish(house, offer(**to(receiver)))

    [lead] = events(receiver, "test")
    assert lead["UserDetails"]["FirstName"].startswith("MSFT_TEST_")
    assert lead["OfferId"] == "managed-operations"


def test_unreachable_destination_stops_publishing(house: House, receiver: Receiver) -> None:
    """Section 12: lead endpoint unreachable: step 1b fails, Attention needed; and people are told.

    P12-lead-endpoint.
    """
    receiver.answer = lambda got: (500, {}, b"")
    body = {"definition": offer(**to(receiver)), "assets": _pictures()}
    house.send("PUT", f"{PARTNER}/offers/managed-operations{V}", body, by=PUBLISHER, headers={"if-match": "*"})

    assert house.send("POST", f"{PARTNER}/offers/managed-operations/publish{V}", {}, by=PUBLISHER).status == 202
    settle(house)

    assert "Attention needed" in json.dumps(ask(house, "offers/managed-operations/status"))
    [notice] = ask(house, "notices")["value"]
    assert (notice["kind"], notice["category"]) == ("actionRequired", "action")
    assert "leads-unreachable" in notice["text"]


def _pictures() -> dict[str, str]:
    import base64

    return {path: base64.b64encode(content).decode() for path, content in LOGO.items()}


def test_accepting_makes_a_lead_that_arrives_once(house: House, receiver: Receiver) -> None:
    """P8.1-triggers: 8.1 (2): Get it now is an active lead, with the acceptor's data, offer, plan and environment."""
    publish(house, offer(**to(receiver)))
    secret = house.send("POST", f"{PARTNER}/leadsecret{V}", {}, by=PUBLISHER).json["secret"]

    accept(house)
    accept(house)  # held already: nothing happens
    settle(house)

    [lead] = events(receiver, "live")
    assert (lead["OfferId"], lead["PlanId"], lead["ActionCode"]) == ("managed-operations", "operations", "INS")
    assert (lead["UserDetails"]["Company"], lead["UserDetails"]["Email"]) == ("Contoso", "owner@contoso.example")
    assert is_signed(secret, receiver.got[-1].headers, receiver.got[-1].body)
    [shown] = ask(house, "leads")["value"]
    assert (shown["id"], shown["status"], shown["kind"]) == (lead["EventId"], "Information", "callToAction")
    found = ask(house, f"leads/{shown['id']}")["deliveries"]
    assert [(one["state"], one["attempts"]) for one in found] == [("delivered", 1)]


def test_contact_request_needs_consent_and_goes_through_the_inbox(house: House, receiver: Receiver) -> None:
    """8.1 (1), 8.4: Contact me with consent; Received -> Accepted -> Won, and nothing else.

    P8.1-triggers, P8.4-states.
    """
    publish(house, offer(**to(receiver)))
    refused = house.send("POST", f"{OFFER}/contact", {"comment": "hello"}, by=OWNER)
    assert house.send("POST", f"{OFFER}/contact", {"consent": "yes"}, by=OWNER).status == 400  # only true is a yes
    asked = house.send("POST", f"{OFFER}/contact", {"consent": True, "phone": "+31 20", "comment": "Call me"}, by=OWNER)
    settle(house)

    assert (refused.status, refused.code, asked.status) == (400, "ConsentRequired", 200)
    [lead] = events(receiver, "live")
    assert (lead["ActionCode"], lead["UserDetails"]["Phone"], lead["Description"]) == ("PLT", "+31 20", "Call me")
    path = f"{PARTNER}/leads/{lead['EventId']}/answer{V}"
    states = [house.send("POST", path, {"status": one}, by=PUBLISHER) for one in ("Won", "Accepted", "Won", "Declined")]
    assert [one.status for one in states] == [409, 200, 200, 409]
    assert ask(house, "notices")["value"][0]["kind"] == "leadReceived"
    assert "owner@contoso" not in json.dumps(ask(house, "notices"))


def test_inbox_is_read_page_by_page(house: House) -> None:
    """P8.4-filters: every lead comes once, newest first, whatever the filter; a page that is none is refused."""
    publish(house, offer())
    for n in range(5):
        asked = house.send("POST", f"{OFFER}/contact", {"consent": True, "comment": f"Call {n}"}, by=OWNER)
        assert asked.status == 200
        house.office.clock.shift += timedelta(minutes=n % 2)  # some come at the same moment
    settle(house)
    whole = [one["id"] for one in ask(house, "leads?kind=contactMe")["value"]]

    seen, path = [], f"{PARTNER}/leads{V}&kind=contactMe&$top=2"
    while path:
        page = house.send("GET", path, by=PUBLISHER).json
        seen.append([one["id"] for one in page["value"]])
        path = page.get("nextLink", "")

    assert [len(one) for one in seen] == [2, 2, 1]
    assert [one for page in seen for one in page] == whole
    for query in ("$top=0", "$top=201", "$top=x", "continuationToken=nothing"):
        assert house.send("GET", f"{PARTNER}/leads{V}&{query}", by=PUBLISHER).code == "badRequest"


def test_unanswered_request_expires_and_its_person_is_forgotten(house: House) -> None:
    """8.4: Expired after 14 days without answer; by the movable clock, and in the table too."""
    publish(house, offer())
    house.send("POST", f"{OFFER}/contact", {"consent": True}, by=OWNER)
    settle(house)

    advance(house, timedelta(days=14))

    [lead] = ask(house, "leads?status=Expired")["value"]
    assert (lead["UserDetails"]["Email"], lead["UserDetails"]["LastName"]) == ("", "")
    with house.office.database.read() as connection:
        [row] = connection.exec_driver_sql("SELECT state, details FROM leads").all()
    assert row[0] == "Expired"
    assert "owner" not in row[1]


def test_failed_delivery_is_tried_again_given_up_and_replayed(house: House, receiver: Receiver) -> None:
    """Retried with backoff, dead-letter, replay; the event keeps its id, and each attempt is in the log."""
    publish(house, offer(**to(receiver)))
    receiver.answer = lambda got: (503, {"retry-after": "86000"}, b"")
    accept(house)

    assert ask(house, "deliveries")["value"][0]["state"] == "waiting"
    advance(house, timedelta(hours=1))  # ten seconds would be ours; a day is what the receiver asked for
    assert ask(house, "deliveries")["value"][0]["attempts"] == 1
    for _ in range(8):
        advance(house, timedelta(days=1))
    [dead] = ask(house, "deliveries?state=dead")["value"]
    assert (dead["attempts"], len(dead["log"]), dead["log"][0]["note"].endswith("answers 503.")) == (9, 9, True)
    pages, query = [], "deliveries?$top=1"
    while query:
        page = ask(house, query)
        pages += [one["id"] for one in page["value"]]
        query = page.get("nextLink", "").removeprefix(f"{PARTNER}/").replace(V[1:], "")
    assert sorted(pages) == sorted(one["id"] for one in ask(house, "deliveries")["value"])
    receiver.answer = lambda got: (200, {}, b"")
    assert house.send("POST", f"{PARTNER}/deliveries/{dead['id']}/replay{V}", {}, by=PUBLISHER).status == 202
    settle(house)

    assert ask(house, "deliveries?state=dead")["value"] == []
    assert len({one["EventId"] for one in events(receiver, "live")}) == 1
    again = house.send("POST", f"{PARTNER}/deliveries/{dead['id']}/replay{V}", {}, by=PUBLISHER)
    assert (again.status, again.code) == (409, "invalidState")


def test_secrets_of_a_destination_are_shown_nowhere(house: House, receiver: Receiver) -> None:
    """8.3: stored but never shown, never logged."""
    configuration = {"munchkinId": "123-ABC-456", "formId": "1", "clientId": "id", "clientSecret": "t0ps3cret"}
    receiver.answer = lambda got: (401, {}, b"")
    body = {"definition": offer(destination="marketo", marketoLeadConfiguration=configuration), "assets": _pictures()}
    saved = house.send("PUT", f"{PARTNER}/offers/managed-operations{V}", body, by=PUBLISHER, headers={"if-match": "*"})

    tried = house.send("POST", f"{PARTNER}/offers/managed-operations/leads/test{V}", {}, by=PUBLISHER)

    assert (saved.status, tried.status, tried.json["state"]) == (201, 200, "dead")
    assert "t0ps3cret" not in saved.raw.decode() + tried.raw.decode() + json.dumps(ask(house, "deliveries"))
    assert "client_secret=t0ps3cret" in receiver.got[0].path  # it was used
    with house.office.database.read() as connection:
        logged = connection.exec_driver_sql("SELECT body FROM events").all()
    assert "t0ps3cret" not in str(logged)


def test_webhook_gets_signed_cloud_events_of_its_kinds(house: House, receiver: Receiver) -> None:
    """Signed webhooks in CloudEvents form; stages of 5.6 and a customer's delegation."""
    hook = {"url": receiver.url, "kinds": ["offerLive", "delegationAdded", "delegationRemoved"]}
    added = house.send("POST", f"{PARTNER}/webhooks{V}", hook, by=PUBLISHER).json
    publish(house, offer())
    key = accept(house)
    scope = f"/subscriptions/{PROD}"
    house.send("POST", f"/portal/api/service-providers/{key}/delegate", {"scopes": [scope], "consent": True}, by=OWNER)
    settle(house)
    house.send("POST", f"/portal/api/service-providers/{key}/remove", {}, by=OWNER)
    settle(house)

    assert [got.json["type"] for got in receiver.got if "/subscriptions" not in got.json["source"]] == [
        "lightkeeper.offerLive",
        "lightkeeper.delegationAdded",
        "lightkeeper.delegationRemoved",
    ]
    first = receiver.got[0]
    assert first.headers["content-type"].startswith("application/cloudevents+json")
    assert is_signed(added["secret"], first.headers, first.body)
    assert {"specversion", "id", "source", "type", "time", "data"} <= first.json.keys()
    assert first.json["id"] == first.headers["webhook-id"]
    assert "secret" not in ask(house, "webhooks")["value"][0]


def test_customer_hears_of_an_update_and_reports_show_who_waits(house: House) -> None:
    """Update available; adoption, time to accept, who has not accepted; and after accepting nobody waits."""
    publish(house, offer())
    key = accept(house)
    advance(house, timedelta(days=2))
    publish(house, offer("1.1.0"))
    told = house.send("GET", f"/portal/api/subscriptions/{PROD}/notices", by=OWNER).json["value"]

    assert [one["kind"] for one in told] == ["updateAvailable"]
    [waiting] = ask(house, "reports/behind")["value"]
    assert (waiting["Customer"], waiting["Version"], waiting["NewestVersion"]) == ("Contoso", "1.0.0", "1.1.0")
    assert ask(house, "reports/adoption")["value"][0]["VersionsBehind"] == 1
    advance(house, timedelta(hours=3))
    assert house.send("POST", f"/portal/api/service-providers/{key}/accept-update", {}, by=OWNER).status == 200
    settle(house)
    assert ask(house, "reports/behind")["value"] == []
    [row] = ask(house, "reports/time-to-accept")["value"]
    assert (row["Version"], row["Accepted"], row["StillWaiting"], round(row["MedianHours"])) == ("1.1.0", 1, 0, 3)
    [by_version] = ask(house, "reports/delegations")["value"]
    assert (by_version["Version"], by_version["Orders"], by_version["OrdersWithoutDelegation"]) == ("1.1.0", 1, 1)


def test_orders_customers_and_insights_have_the_contracts_columns(house: House) -> None:
    """Section 11: minimum columns; a customer that leaves is churned and its order canceled.

    P11-insights, P11-orders, P11-customers, L87.
    """
    publish(house, offer())
    for _ in range(2):
        house.send("GET", OFFER, by=OWNER)
    key = accept(house)
    house.send("POST", f"/portal/api/service-providers/{key}/remove", {}, by=OWNER)
    settle(house)

    [order] = ask(house, "reports/orders")["value"]
    assert (order["OrderStatus"], order["CustomerCompanyName"], order["MarketplaceLicenseType"]) == (
        "Canceled",
        "Contoso",
        "Bring Your Own License",
    )
    assert order["OrderCancelDate"]
    [customer] = ask(house, "reports/customers")["value"]
    assert (customer["CustomerType"], customer["Email"]) == ("churned", "owner@contoso.example")
    seen = ask(house, "reports/insights")["value"]
    assert (sum(row["PageVisits"] for row in seen), sum(row["GetItNow"] for row in seen)) == (2, 1)
    assert {row["UniqueVisitors"] for row in seen if row["PageVisits"]} == {1}
    member = f"{PARTNER}/members/{house.people['fabrikam/technician'].object_id}{V}"
    assert house.send("PUT", member, {"role": "developer"}, by=PUBLISHER).status == 200
    [blank] = ask(house, "reports/customers", by="fabrikam/technician")["value"]
    assert (blank["Email"], blank["FirstName"], blank["CustomerCompanyName"]) == ("", "", "Contoso")
    text = house.send("GET", f"{PARTNER}/reports/orders{V}&format=csv", by=PUBLISHER)
    assert text.headers["content-type"].startswith("text/csv")
    assert text.raw.decode().splitlines()[0].startswith("MarketplaceSubscriptionId,MonthStartDate,OfferType")
    chart = house.send("GET", f"{PARTNER}/reports/adoption{V}&format=svg", by=PUBLISHER)
    assert chart.raw.startswith(b"<svg")


def test_strangers_read_nobodys_leads_and_reports(house: House, receiver: Receiver) -> None:
    """Only members of the account; a subscription's notices are for those who may read it."""
    publish(house, offer())
    for path in ("leads", "deliveries", "notices", "webhooks", "reports/orders", "reports/customers"):
        assert house.send("GET", f"{PARTNER}/{path}{V}", by=OWNER).status == 403
    assert house.send("GET", f"/portal/api/subscriptions/{PROD}/notices", by="northwind/owner").status in (403, 404)
    body = {"url": "https://hooks.example/x"}
    assert house.send("POST", f"/portal/api/subscriptions/{PROD}/webhooks", body, by="contoso/reader").status == 403
    assert house.send("POST", f"/portal/api/subscriptions/{PROD}/webhooks", body, by=OWNER).status == 200


def test_preferences_are_ones_own(house: House) -> None:
    """P1.3-notices, P5.6-notices: 5.6: an owner always hears of publishing; of other things everybody chooses."""
    wanted = {"previewReady": False, "leadReceived": False}

    said = house.send("PUT", f"{PARTNER}/notices/preferences{V}", wanted, by=PUBLISHER)

    assert (said.json["previewReady"], said.json["leadReceived"]) == (True, False)
    assert house.send("PUT", f"{PARTNER}/notices/preferences{V}", {"weather": True}, by=PUBLISHER).status == 400


def test_contact_addresses_and_owners_are_mailed(house: House, receiver: Receiver) -> None:
    """Without a mail server nobody is mailed; with one, mail waits in the delivery log until it is taken.

    P8.4-digest. Every configuration takes contact addresses, too.
    """
    settings.use(replace(settings.current(), smtp="smtp://127.0.0.1:9"))
    leads = to(receiver)
    leads["httpsEndpointLeadConfiguration"]["contactEmail"] = ["crm@fabrikam.example"]
    publish(house, offer(**leads, contactEmail=["sales@fabrikam.example"]))
    house.send("POST", f"{OFFER}/contact", {"consent": True}, by=OWNER)
    settle(house)

    mails = [one for one in ask(house, "deliveries")["value"] if one["channel"] == "mail"]
    mailed = {"crm@fabrikam.example", "sales@fabrikam.example", "publisher@fabrikam.example"}
    assert mailed <= {one["target"] for one in mails}
    assert {one["state"] for one in mails} == {"waiting"}
