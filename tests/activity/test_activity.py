from datetime import UTC, datetime, timedelta

import pytest

from lightkeeper.activity import filters
from lightkeeper.activity import service as activity
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.log import Event, verify
from lightkeeper.kernel.problems import Forbidden, Invalid
from lightkeeper.resources import service
from lightkeeper.wire.arm import activity_log
from tests.resources.conftest import ANN, CONTOSO, NOW, PROD, House, house

__all__ = ["house"]
DEFINITION = f"/subscriptions/{PROD}/resourceGroups/web"


def delegated(house: House) -> None:
    """Log what a delegation writes into the managing tenant's log."""
    with house.calling(OPERATOR) as call:
        call.open_to_all("a test logs")
        call.record(
            Event(
                "DelegationAdded",
                "Microsoft.Resources/tenants/register/action",
                tenant_id=CONTOSO,
                body={"resource_type": "Microsoft.Resources/tenants", "description": '{"subscriptionId":"s"}'},
            )
        )


@pytest.mark.parametrize(
    "text",
    [
        "eventTimestamp ge '2026-02-01T00:00:00Z' and eventTimestamp le '2026-02-02T00:00:00Z' and resourceProvider eq 'a.B'",
        "resourceProvider eq a.B and eventTimestamp ge 2026-02-01T00:00:00 and eventTimestamp le 2026-02-02T00:00:00Z",
        "eventTimestamp le '2026-02-02T01:00:00+01:00' AND resourceProvider eq 'a.B' and "
        "eventTimestamp ge '2026-02-01T00:00:00.0000000Z'",
    ],
)
def test_a_filter_is_understood_in_every_form_clients_send(text: str) -> None:
    """Activity log contract: quoted or not, any order, naive times are UTC."""
    asked = filters.parse(text)

    assert asked.since == datetime(2026, 2, 1, tzinfo=UTC)
    assert asked.until == datetime(2026, 2, 2, tzinfo=UTC)
    assert asked.equal == {"resourceprovider": "a.B"}


def test_levels_and_operations_are_asked_for_in_lists(house: House) -> None:
    """The portal asks for several levels at once, joined by commas; everything here is administrative."""
    with house.calling(OPERATOR) as call:
        service.put_resource_group(call, PROD, "several", "westeurope")

    with house.calling(ANN) as call:
        for text, found in (
            ("levels eq 'Critical,Error,Informational' and category eq 'Administrative'", True),
            ("levels eq 'Critical,Error'", False),
            ("operations eq 'a/write,Microsoft.Resources/subscriptions/resourceGroups/write'", True),
        ):
            events = activity.list_events(call, PROD, text).events
            assert any(one.operation.endswith("resourceGroups/write") for one in events) is found


@pytest.mark.parametrize(
    "text",
    ["eventTimestamp ge 'soon'", "status ne 'x'", "a eq 'b'", "status eq 'x' or caller eq 'y'", "status eq 'x' and"],
)
def test_a_filter_out_of_grammar_is_refused(text: str) -> None:
    """Only `and`, only the documented fields."""
    with pytest.raises(Invalid):
        filters.parse(text)


def test_the_subscription_log_tells_who_did_what_newest_first(house: House) -> None:
    """L113: the customer's log records operations with the name of whoever did them, without tenant and role."""
    with house.calling() as call:
        service.put_resource_group(call, PROD, "web", "westeurope")
    house.wall += timedelta(seconds=1)
    with house.calling() as call:
        service.delete_resource_group(call, PROD, "web")
    with house.office.reading(ANN) as call:
        page = activity.list_events(call, PROD.upper(), "resourceGroupName eq 'WEB'")

    newest = activity_log.project(page.events[0])
    assert [event.operation.rpartition("/")[2] for event in page.events] == ["delete", "write"]
    assert (newest["caller"], newest["status"]["value"], newest["resourceGroupName"]) == (
        "ann@contoso.example",
        "Succeeded",
        "web",
    )
    assert newest["httpRequest"] == {
        "clientRequestId": "c1",
        "clientIpAddress": "",
        "method": "PUT",
        "uri": "https://arm.example/x",
    }
    assert newest["eventTimestamp"] == "2026-03-01T12:00:01.0000000Z"
    assert newest["id"].startswith(f"{DEFINITION}/events/") and newest["id"].endswith("/ticks/639079632010000000")
    assert "role" not in newest["authorization"]


def test_the_tenant_log_holds_what_belongs_to_no_subscription(house: House) -> None:
    """L110: each delegation shows as Microsoft.Resources/tenants/register/action with EndRequest and a resource type."""
    delegated(house)
    with house.office.reading(ANN) as call:
        page = activity.list_events(call, None)

    assert all(event.subscription_id is None for event in page.events)
    shown = activity_log.project(page.events[0])
    assert shown["operationName"]["value"] == "Microsoft.Resources/tenants/register/action"
    assert (shown["eventName"]["value"], shown["resourceType"]["value"]) == (
        "EndRequest",
        "Microsoft.Resources/tenants",
    )
    assert shown["description"] == '{"subscriptionId":"s"}'


def test_the_tenant_log_needs_a_right_at_the_root(house: House) -> None:
    """L112: 403 for Microsoft.Insights/eventtypes/management/values/read at /providers/Microsoft.Insights."""
    house.door.refuses("Microsoft.Insights/eventtypes/management/values/read", "/providers/Microsoft.Insights")
    with house.office.reading(ANN) as call, pytest.raises(Forbidden):
        activity.list_events(call, None)


def test_the_log_shows_ninety_days(house: House) -> None:
    """L113: kept 90 days; the hash-chained log itself keeps everything."""
    with house.calling() as call:
        service.put_resource_group(call, PROD, "web", "westeurope")
    house.wall = NOW + timedelta(days=90, seconds=1)
    with house.office.reading(ANN) as call:
        assert activity.list_events(call, PROD, "eventTimestamp ge '2020-01-01T00:00:00Z'").events == []
        assert verify(call.connection).fault is None


@pytest.mark.parametrize("size", [1, 2, 3, 200])
def test_paging_shows_each_event_once(house: House, size: int) -> None:
    """Paging contract: follow nextLink until it is absent."""
    for name in ("a", "b", "c", "d"):
        with house.calling() as call:
            service.put_resource_group(call, PROD, name, "westeurope")
    seen: list[int] = []
    skip: int | None = None
    with house.office.reading(ANN) as call:
        while True:
            page = activity.list_events(call, PROD, "caller eq 'ANN@contoso.example'", skip=skip, top=size)
            seen += [event.revision for event in page.events]
            skip = page.next
            if skip is None:
                break

    assert len(seen) == len(set(seen)) == 4
    assert seen == sorted(seen, reverse=True)
