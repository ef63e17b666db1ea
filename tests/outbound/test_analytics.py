"""Programmatic analytics in the whole house: queries are saved and tried, reports run when their time comes."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lightkeeper.outbound.analytics.datasets import WITHOUT_DATA
from lightkeeper.outbound.analytics.rules import LEAST_HOURS, MOST_HOURS
from lightkeeper.outbound.chores import work
from tests.house import House, Reply
from tests.outbound.receivers import Receiver
from tests.outbound.test_house import OFFER, OWNER, PROD, PUBLISHER, WORLD, offer, settle
from tests.publishing.offers import LOGO

CMP = "/insights/v1/cmp"
ORDERS = "SELECT OfferId, PlanId, OrderStatus FROM ISVOrder ORDER BY OfferId TIMESPAN LAST_30_DAYS"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house in which Contoso has accepted Fabrikam's offer."""
    built = House.of(tmp_path, WORLD.read_text())
    built.publish(offer(), LOGO, by=PUBLISHER)
    accepted = built.send("POST", f"{OFFER}/operations/accept", {"subscription": PROD}, by=OWNER)
    assert accepted.status == 200, accepted.json
    work(built.office)
    yield built
    built.close()


def ask(house: House, method: str, path: str, body: Any = None, by: str = PUBLISHER) -> Reply:
    return house.send(method, f"{CMP}/{path}", body, by=by)


def saved(house: House, text: str = ORDERS) -> str:
    reply = ask(house, "POST", "ScheduledQueries", {"Name": "mine", "Query": text})
    assert reply.status == 200, reply.json
    return str(reply.json["value"][0]["queryId"])


def scheduled(house: House, query_id: str, **fields: Any) -> str:
    body = {"ReportName": "Every morning", "QueryId": query_id, "ExecuteNow": True} | fields
    reply = ask(house, "POST", "ScheduledReport", body)
    assert reply.status == 200, reply.json
    return str(reply.json["value"][0]["reportId"])


def executions(house: House, report_id: str) -> Reply:
    return ask(house, "GET", f"ScheduledReport/execution/{report_id}")


def test_a_query_is_tried_before_it_is_saved(house: House) -> None:
    """P11-programmatic: ten rows of what it finds now, in the envelope of every answer."""
    text = ORDERS.replace(" ", "%20").replace(",", "%2C")
    reply = ask(house, "GET", f"ScheduledQueries/testQueryResult?exportQuery={text}")

    assert reply.json["value"] == [{"OfferId": "managed-operations", "PlanId": "operations", "OrderStatus": "Active"}]
    assert (reply.json["totalCount"], reply.json["statusCode"]) == (1, 200)


def test_a_report_runs_now_and_its_link_opens_without_a_token(house: House) -> None:
    """P11-programmatic: until then there is no execution; the link is the key, and another one opens nothing."""
    report_id = scheduled(house, saved(house), Format="tsv")
    refused = executions(house, report_id)
    assert (refused.status, refused.json["statusCode"], refused.json["value"]) == (404, 404, [])
    assert refused.json["message"] == refused.json["error"]["message"]
    work(house.office)

    [run] = executions(house, report_id).json["value"]
    link = run["reportAccessSecureLink"].partition("8443")[2]
    file = house.send("GET", link)
    assert file.raw.decode().split("\r\n")[:2] == [
        "OfferId\tPlanId\tOrderStatus", "managed-operations\toperations\tActive",
    ]  # fmt: skip
    assert file.headers["content-type"].startswith("text/tab-separated-values")
    assert house.send("GET", link[:-3] + "xxx").status == 404
    house.office.clock.shift += timedelta(days=31)
    assert house.send("GET", link).status == 404


def test_a_report_runs_at_its_times_and_no_oftener(house: House) -> None:
    """P11-programmatic: every four hours, three times; a pause skips, and what was missed is made up for once."""
    start = (house.office.clock.now() + timedelta(hours=1)).isoformat()
    report_id = scheduled(
        house, saved(house), ExecuteNow=False, StartTime=start, RecurrenceInterval=4, RecurrenceCount=3
    )

    def runs_after(**later: float) -> int:
        house.office.clock.shift += timedelta(**later)
        work(house.office)
        reply = executions(house, report_id)
        return len(reply.json["value"]) if reply.status == 200 else 0

    assert runs_after(minutes=30) == 0
    assert runs_after(minutes=31) == 1
    assert runs_after(hours=1) == 1
    assert ask(house, "PUT", f"ScheduledReport/pause/{report_id}").json["value"][0]["reportStatus"] == "Paused"
    assert runs_after(hours=9) == 1
    ask(house, "PUT", f"ScheduledReport/resume/{report_id}")
    assert runs_after(minutes=1) == 2
    assert runs_after(hours=4) == 3
    assert runs_after(hours=40) == 3
    [report] = ask(house, "GET", f"ScheduledReport?reportId={report_id}").json["value"]
    assert report["reportStatus"] == "Inactive"


def test_the_address_of_a_report_is_called_when_it_has_run(house: House, receiver: Receiver) -> None:
    """With the ids to fetch it by."""
    report_id = scheduled(house, saved(house), CallbackUrl=receiver.url)
    settle(house)

    [told] = receiver.got
    assert (told.json["reportId"], told.json["executionStatus"]) == (report_id, "Completed")


@pytest.mark.parametrize(("hours", "status"), [(LEAST_HOURS - 1, 400), (LEAST_HOURS, 200), (MOST_HOURS, 200), (MOST_HOURS + 1, 400)])  # fmt: skip
def test_the_interval_of_a_report_has_bounds(house: House, hours: int, status: int) -> None:
    """P11-programmatic: four hours to ninety days."""
    body = {
        "ReportName": "r",
        "QueryId": saved(house),
        "StartTime": "2030-01-01T00:00:00Z",
        "RecurrenceInterval": hours,
    }
    assert ask(house, "POST", "ScheduledReport", body).status == status


def test_every_fault_of_a_schedule_is_named(house: House) -> None:
    """In one answer."""
    reply = ask(
        house,
        "POST",
        "ScheduledReport",
        {"StartTime": "soon", "Format": "xls", "RecurrenceCount": 0, "CallbackUrl": "http://x"},
    )
    assert reply.status == 400
    named = {one["target"] for one in reply.json["error"]["details"]}
    assert {
        "ReportName",
        "QueryId",
        "StartTime",
        "Format",
        "RecurrenceInterval",
        "RecurrenceCount",
        "CallbackUrl",
    } <= named
    beyond = {"StartTime": "9999-12-31T23:59:59-14:00", "RecurrenceCount": 10**30}
    reply = ask(house, "POST", "ScheduledReport", beyond)
    assert {"StartTime", "RecurrenceCount"} <= {one["target"] for one in reply.json["error"]["details"]}


def test_a_query_in_use_is_not_deleted(house: House) -> None:
    """The report goes first."""
    query_id = saved(house)
    report_id = scheduled(house, query_id)
    assert ask(house, "DELETE", f"ScheduledQueries/{query_id}").status == 409
    assert ask(house, "DELETE", f"ScheduledReport/{report_id}").status == 200
    assert ask(house, "DELETE", f"ScheduledQueries/{query_id}").status == 200
    assert ask(house, "GET", "ScheduledQueries").json["value"] == []


def test_only_owners_read_customers_and_a_report_stops_when_its_maker_may_no_longer(house: House) -> None:
    """Personal data, by the role table of the account."""
    member = "/api/publishers/fabrikam/members/fabfabfa-0000-4000-8000-000000000011?api-version=2017-10-31"
    text = "SELECT Email FROM ISVCustomer"
    house.send("PUT", member, {"role": "developer"}, by=PUBLISHER)
    refused = ask(house, "POST", "ScheduledQueries", {"Name": "m", "Query": text}, by="fabrikam/technician")
    assert refused.status == 403

    house.send("PUT", member, {"role": "owner"}, by=PUBLISHER)
    query_id = saved(house, text)
    body = {"ReportName": "r", "QueryId": query_id, "ExecuteNow": True}
    made = ask(house, "POST", "ScheduledReport", body, by="fabrikam/technician").json["value"][0]
    house.send("PUT", member, {"role": "developer"}, by=PUBLISHER)
    work(house.office)
    [report] = ask(house, "GET", f"ScheduledReport?reportId={made['reportId']}").json["value"]
    assert report["reportStatus"] == "Paused"
    assert executions(house, made["reportId"]).status == 404


def test_data_sets_say_what_can_be_selected(house: House) -> None:
    """And those that a managed service has no data for say why."""
    sets = {one["datasetName"]: one for one in ask(house, "GET", "ScheduledDataset").json["value"]}
    assert "CustomerCompanyName" in sets["ISVOrder"]["selectableColumns"]
    for name in WITHOUT_DATA:
        reply = ask(house, "POST", "ScheduledQueries", {"Name": "m", "Query": f"SELECT a FROM {name}"})
        assert "neither metered nor billed" in reply.json["error"]["message"]


def test_strangers_and_other_accounts_see_nothing(house: House) -> None:
    """Neither queries, nor reports, nor what they found."""
    query_id = saved(house)
    report_id = scheduled(house, query_id)
    work(house.office)
    for method, path in (
        ("GET", "ScheduledDataset"), ("GET", "ScheduledQueries"), ("DELETE", f"ScheduledQueries/{query_id}"),
        ("GET", f"ScheduledReport/execution/{report_id}"), ("PUT", f"ScheduledReport/pause/{report_id}"),
        ("DELETE", f"ScheduledReport/{report_id}"), ("GET", "ScheduledReport"),
    ):  # fmt: skip
        assert ask(house, method, path, by=OWNER).status == 403
        assert ask(house, method, f"{path}?publisher=fabrikam", by=OWNER).status == 403
