"""`kill -9` in the middle of work, and a restart: what was begun is finished, what was answered is kept, nothing is twice."""

import threading
from collections import Counter
from typing import Any

import httpx2

from tests.server import PATIENCE, Server, until
from tests.stories.cast import ARM_DEPLOYMENTS, ARM_GROUPS, Cast, finished

PHASES = ["validating: complete", "certifying: complete", "buildingPreview: complete", "publishing: complete"]
WAY = ["validating", "certifying", "buildingPreview", "awaitingSignOff"]
STAGES = ["certifying", "buildingPreview", "awaitingSignOff", "live"]


def again(server: Server) -> None:
    """End the server in the middle of whatever it does, and start it on the same data."""
    server.kill()
    server.start()


def test_publishing_goes_on_where_it_was(cast: Cast) -> None:
    """Killed in each phase, it reaches preview and live; history, log and shelf show each thing once."""
    before = cast.server.entries()[-1]["revision"]
    cast.submit(cast.offer())
    for number in range(3):  # on a slow machine a phase may be over before anybody has looked
        if cast.wait_for(*WAY[number:]) != "awaitingSignOff":
            again(cast.server)
    assert cast.wait_for("awaitingSignOff", "attentionNeeded") == "awaitingSignOff"
    cast.sign_off()
    if cast.wait_for("publishing", "live") == "publishing":
        again(cast.server)
    cast.wait_for("live")

    history = cast.person("msp", "publisher").partner("GET", f"{cast.place}/history").json()["value"]
    entries = cast.server.entries(before)
    [found] = cast.owner.portal("GET", f"storefront?words={cast.name}").json()["value"]

    assert [one["event"] for one in history if "complete" in one["event"]] == PHASES
    assert [one["body"]["stage"] for one in entries if one["kind"] == "OfferStageChanged"] == STAGES
    published = Counter(one["body"]["plan_id"] for one in entries if one["kind"] == "PlanPublished")
    assert published == {"operations": 1, "operations-premium": 1}
    assert [(plan["plan"], plan["version"]) for plan in found["plans"]] == [("operations", "1.0.0")]
    assert cast.server.operator("POST", "log/verify").json()["intact"] is True


def test_a_deployment_of_many_resources_is_finished(cast: Cast) -> None:
    """Every resource is written once, and the deployment succeeds."""
    count = 60
    group = cast.subscription("prod", "data")
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": "Microsoft.Storage/storageAccounts",
                "apiVersion": "2023-05-01",
                "name": "[concat('store', copyIndex())]",
                "location": "westeurope",
                "kind": "StorageV2",
                "sku": {"name": "Standard_LRS"},
                "copy": {"name": "stores", "count": count},
            }
        ],
    }
    path = f"{group}/providers/Microsoft.Resources/deployments/many"
    body = {"properties": {"mode": "Incremental", "template": template}}
    before = cast.server.entries()[-1]["revision"]

    accepted = cast.owner.ask("PUT", path, body, ARM_DEPLOYMENTS)
    assert accepted.status_code == 201, accepted.text
    until(lambda: written(cast.server, before))
    cast.server.kill()
    cast.server.start()
    done = finished(cast.owner, path)

    assert done["properties"]["provisioningState"] == "Succeeded"
    names = [
        one["body"]["id"].rpartition("/")[2].lower()
        for one in cast.server.entries(before)
        if one["kind"] == "ResourceWritten"
    ]
    assert sorted(names) == sorted(f"store{n}" for n in range(count))


def written(server: Server, after: int) -> int:
    return sum(one["kind"] == "ResourceWritten" for one in server.entries(after))


def test_every_acknowledged_write_is_kept(cast: Cast) -> None:
    """What was answered with a revision is there, at that revision; the chain is intact and has no gap."""
    server, kept, stop = cast.server, dict[str, int](), threading.Event()
    owner, base = cast.owner, cast.subscription("prod")
    server.token(owner.user, owner.password, owner.tenant)

    def write(writer: int) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            name = f"w{writer}-{number}"
            try:
                answer = owner.ask("PUT", f"{base}/resourceGroups/{name}", {"location": "westeurope"}, ARM_GROUPS)
            except (httpx2.HTTPError, AssertionError):
                return  # the server is gone
            if answer.status_code == 201:
                kept[name] = int(answer.headers["x-lightkeeper-revision"])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    until(lambda: len(kept) >= 60)
    assert server.process is not None
    server.process.kill()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    server.kill()
    server.start()

    groups = all_groups(cast)
    entries = {one["revision"]: one for one in server.entries()}
    assert len(kept) >= 60
    assert set(kept) <= groups
    for name, revision in kept.items():
        assert entries[revision]["kind"] == "ResourceGroupWritten" and entries[revision]["body"]["name"] == name
    assert sorted(entries) == list(range(1, len(entries) + 1))
    assert server.operator("POST", "log/verify").json()["intact"] is True


def all_groups(cast: Cast) -> set[str]:
    answer = cast.owner.ask("GET", f"{cast.subscription('prod')}/resourceGroups", version=ARM_GROUPS).json()
    found: list[dict[str, Any]] = answer["value"]
    while link := answer.get("nextLink"):
        answer = cast.owner.to(link, "GET").json()
        found += answer["value"]
    return {one["name"] for one in found}
