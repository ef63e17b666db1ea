"""azure-mgmt-monitor's activity log, and what a client says of a secret that is wrong."""

from typing import Any

ON = "providers/Microsoft.Insights"
ASKED = {
    "python": [
        f"GET /subscriptions/PROD/{ON}/eventtypes/management/values 200",
        f"GET /{ON}/eventtypes/management/values 200",
        f"GET /{ON}/eventcategories 200",
    ]
}
VERSIONS = {"python": {"2015-04-01"}}


async def sweep(way: Any) -> None:
    """Read both logs and the categories; be refused."""
    import importlib
    import os

    from way import SUBSCRIPTION

    client = way.client("monitor", "MonitorManagementClient", SUBSCRIPTION)
    since = "eventTimestamp ge '2020-01-01T00:00:00Z'"
    found = await way(client.activity_logs.list(filter=since, select="operationName,status"))
    assert all(one.operation_name.value and one.status.value for one in found)
    assert isinstance(await way(client.tenant_activity_logs.list(filter=since)), list)
    assert "Administrative" in {one.value for one in await way(client.event_categories.list())}

    kind = importlib.import_module(f"azure.mgmt.resource.subscriptions{way.suffix}").SubscriptionClient
    wrong = kind(way.credential("wrong"), base_url=os.environ["LIGHTKEEPER_ARM"])
    try:
        await way(wrong.subscriptions.list())
        raise AssertionError("a wrong secret was taken")
    except Exception as fault:
        assert type(fault).__name__ == "ClientAuthenticationError", fault
        assert "AADSTS7000215" in str(fault)
    await way(wrong.close())
