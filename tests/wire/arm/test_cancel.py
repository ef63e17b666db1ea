"""A deployment that has not begun can be called off."""

from pathlib import Path

from tests.house import House
from tests.wire.arm.exchanges.runner import WORLD

DEPLOYMENT = "/subscriptions/c0c0c0c0-1111-4000-8000-000000000001/providers/Microsoft.Resources/deployments/late"
GROUP = {
    "type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "never", "location": "westeurope",
}  # fmt: skip
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [GROUP],
}


def test_a_cancelled_deployment_makes_nothing(tmp_path: Path) -> None:
    """The cancel operation answers 204; what was not begun is never begun, and the deployment ends as Canceled."""
    house = House.of(tmp_path, WORLD.read_text())
    house.busy = True  # nobody does durable work for now
    body = {"location": "westeurope", "properties": {"mode": "Incremental", "template": TEMPLATE}}
    assert house.send("PUT", f"{DEPLOYMENT}?api-version=2022-09-01", body, by="contoso/owner").status == 201

    cancelled = house.send("POST", f"{DEPLOYMENT}/cancel?api-version=2022-09-01", by="contoso/owner")
    house.busy = False
    house.work()

    assert cancelled.status == 204
    shown = house.send("GET", f"{DEPLOYMENT}?api-version=2022-09-01", by="contoso/owner").json
    assert shown["properties"]["provisioningState"] == "Canceled"
    group = f"{DEPLOYMENT.partition('/providers')[0]}/resourceGroups/never?api-version=2021-04-01"
    assert house.send("GET", group, by="contoso/owner").status == 404
    house.close()
