"""Two nodes on one PostgreSQL: both serve, what one writes holds at the other, and a survivor finishes what a dead one began."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from lightkeeper.world import names
from tests.conftest import new_postgresql
from tests.crash.test_killed import PHASES, STAGES
from tests.server import Person, Server
from tests.stories.cast import ARM_GROUPS, PASSWORD, Cast

GRANTED = "2022-04-01"


@dataclass
class Pair:
    """Two servers on one database; everything in a cast speaks to one of them."""

    first: Server
    second: Server

    def casts(self, name: str) -> tuple[Cast, Cast]:
        return Cast(self.first, name), Cast(self.second, name)


@pytest.fixture(scope="module")
def pair(postgresql_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Both started at the same moment on an empty database, so that both find the schema missing."""
    with new_postgresql(postgresql_url) as url:
        shared = tmp_path_factory.mktemp("shared") / "sealing.key"
        options = ("--phase-takes", "PT1S", "--sealing-key", str(shared))
        servers = [Server(tmp_path_factory.mktemp(f"node-{n}"), database=url, options=options) for n in (1, 2)]
        with ThreadPoolExecutor() as starting:
            first, second = starting.map(Server.start, servers)
        yield Pair(first, second)
        second.stop()
        if first.process is not None and first.process.poll() is None:
            first.stop()


def test_a_write_at_one_node_is_seen_at_the_other_by_the_next_request(pair: Pair) -> None:
    here, there = pair.casts("two-nodes")
    base = here.subscription("prod")

    for n in range(10):
        writer, reader = (here, there) if n % 2 else (there, here)
        path = f"{base}/resourceGroups/made-{n}"
        made = writer.owner.ask("PUT", path, {"location": "westeurope"}, ARM_GROUPS)
        assert made.status_code == 201, made.text
        assert reader.owner.ask("GET", path, version=ARM_GROUPS).status_code == 200


def test_rights_given_and_taken_at_one_node_hold_at_the_other(pair: Pair) -> None:
    """Revocation is immediate, and the same on every node; so are people and subscriptions that are new."""
    here, _ = pair.casts("rights")
    world = {
        "tenants": {"rights-late": {"domain": "rights-late.example", "users": {"owner": {"password": PASSWORD}}}},
        "subscriptions": {"rights-new": {"tenant": "rights-late", "resourceGroups": {"g": {"location": "westeurope"}}}},
        "roleAssignments": [{"principal": "rights-late/owner", "role": "Owner", "scope": "rights-new"}],
    }
    here.server.apply(world)
    owner = Person(pair.second, "owner@rights-late.example", PASSWORD, names.tenant_id("rights-late"))
    scope = names.subscription_scope(names.subscription_id("rights-new"))
    assert owner.ask("GET", scope).status_code == 200

    listed = owner.ask("GET", f"{scope}/providers/Microsoft.Authorization/roleAssignments", version=GRANTED).json()
    [own] = [one for one in listed["value"] if one["properties"]["scope"].lower() == scope.lower()]
    taken = Person(pair.first, owner.user, PASSWORD, owner.tenant).ask("DELETE", own["id"], version=GRANTED)

    assert taken.status_code == 200, taken.text
    assert owner.ask("GET", scope).status_code in (401, 403)


def test_the_survivor_finishes_what_a_killed_node_had_begun(pair: Pair) -> None:
    """Kill -9 in the middle of publishing: the other node takes it to its end, and nothing happens twice."""
    here, there = pair.casts("survived")
    before = pair.second.entries()[-1]["revision"]
    here.submit(here.offer())
    here.wait_for("certifying", "buildingPreview", "awaitingSignOff")

    pair.first.kill()
    assert there.wait_for("awaitingSignOff", "attentionNeeded") == "awaitingSignOff"
    there.sign_off()
    there.wait_for("live")

    history = there.person("msp", "publisher").partner("GET", f"{there.place}/history").json()["value"]
    entries = pair.second.entries(before)
    assert [one["event"] for one in history if "complete" in one["event"]] == PHASES
    assert [one["body"]["stage"] for one in entries if one["kind"] == "OfferStageChanged"] == STAGES
    published = Counter(one["body"]["plan_id"] for one in entries if one["kind"] == "PlanPublished")
    assert published == {"operations": 1, "operations-premium": 1}
    assert pair.second.operator("POST", "log/verify").json()["intact"] is True
