"""The customer removes the provider; both tenants' logs show their side; nobody can change what is written unnoticed."""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.server import PATIENCE, Person, Server
from tests.stories.cast import ARM_MACHINES, MANAGED, Cast, refusal
from tests.stories.conftest import on_sqlite

LOG = "/providers/microsoft.insights/eventtypes/management/values?$filter=eventTimestamp%20ge%20'2020-01-01T00:00:00Z'"
ADDED, REMOVED = "Microsoft.Resources/tenants/register/action", "Microsoft.Resources/tenants/unregister/action"


def test_the_next_request_after_removal_is_refused(cast: Cast) -> None:
    """L95, L97: every delegation of the offer ends at once; the tenant leaves `managedByTenants`."""
    cast.delegated()
    machine = cast.machine("prod", "web", "vm1")
    assert cast.technician.ask("GET", machine, version=ARM_MACHINES).status_code == 200

    removed = cast.owner.portal("POST", f"{cast.held}/remove", {})
    refused = cast.technician.ask("GET", machine, version=ARM_MACHINES)

    assert removed.json() == {"delegationsEnded": 2}
    assert refusal(refused) == (401, "InvalidAuthenticationTokenTenant")
    assert cast.technician.ask("GET", "/subscriptions").json()["value"] == []
    own = cast.owner.ask("GET", cast.subscription("prod")).json()
    assert own["managedByTenants"] == []
    assert cast.owner.portal("GET", "service-providers").json()["value"] == []


def test_the_customers_log_tells_what_the_provider_did(cast: Cast) -> None:
    """L113: operations with the caller's name, not with tenant or role; the log stays when the provider has gone."""
    cast.delegated()
    cast.technician.ask("POST", f"{cast.machine('prod', 'web', 'vm1')}/restart", version=ARM_MACHINES)
    cast.owner.portal("POST", f"{cast.held}/remove", {})

    events = every_event(cast.owner, f"{cast.subscription('prod')}{LOG}")

    told = {(one["operationName"]["value"], one["caller"], one["status"]["value"]) for one in events}
    technician, owner = cast.technician.user, cast.owner.user
    assert ("Microsoft.Compute/virtualMachines/restart/action", technician, "Succeeded") in told
    assert (f"{MANAGED}/registrationAssignments/write", owner, "Succeeded") in told
    assert (f"{MANAGED}/registrationAssignments/delete", owner, "Succeeded") in told
    names = {one["operationName"]["localizedValue"] for one in events}
    assert "Add Managed Services Registration Assignment" in names  # L114
    [restart] = [one for one in events if "restart" in one["operationName"]["value"]]
    assert cast.tenant("msp") not in json.dumps(restart)


def test_the_providers_log_tells_of_each_delegation(cast: Cast) -> None:
    """L110: operation, status, EndRequest, resource type, and a description in JSON with three ids."""
    cast.delegated()
    cast.owner.portal("POST", f"{cast.held}/remove", {})

    events = every_event(cast.person("msp", "watcher"), LOG)

    for operation in (ADDED, REMOVED):
        found = [one for one in events if one["operationName"]["value"] == operation]
        assert len(found) == 2
        for one in found:
            assert one["eventName"]["value"] == "EndRequest"
            assert one["resourceType"]["value"]
            assert one["status"]["value"] == "Succeeded"
            assert one["eventTimestamp"].endswith("Z")
        described = {one["description"]: json.loads(one["description"]) for one in found}
        scopes = {about["delegationResourceId"].lower() for about in described.values()}
        assert scopes == {cast.subscription("prod").lower(), cast.subscription("test", "shared").lower()}
        for about in described.values():
            assert about["subscriptionTenantId"] == cast.tenant("customer")
            assert about["subscriptionId"] in (cast.id("prod"), cast.id("test"))


def test_an_update_of_authorizations_is_told_as_an_addition(cast: Cast) -> None:
    """L111: one event for each delegated scope."""
    cast.delegated()
    cast.publish("2.0.0", ("Reader",))
    cast.owner.portal("POST", f"{cast.held}/accept-update", {})

    events = every_event(cast.person("msp", "watcher"), LOG)

    assert len([one for one in events if one["operationName"]["value"] == ADDED]) == 4


@pytest.mark.parametrize("name", ["technician", "publisher", "lead"])
def test_the_tenants_log_needs_monitoring_reader_at_the_root(cast: Cast, name: str) -> None:
    """L112: without it 403."""
    answer = cast.person("msp", name).ask("GET", LOG, version="2015-04-01")

    assert refusal(answer) == (403, "AuthorizationFailed")


def test_a_provider_with_reader_reads_the_customers_log(cast: Cast) -> None:
    """L113: users of the managing tenant with Reader may; somebody without a role there may not."""
    cast.delegated()
    path = f"{cast.subscription('prod')}{LOG}"

    assert cast.technician.ask("GET", path, version="2015-04-01").status_code == 200
    assert cast.person("customer", "nobody").ask("GET", path, version="2015-04-01").status_code == 403


def test_the_chain_is_intact(cast: Cast) -> None:
    """Gap-free revisions and hashes, whatever the stories did before."""
    cast.delegated()

    verdict = cast.server.operator("POST", "log/verify").json()
    entries = cast.server.entries()

    assert verdict["intact"] is True
    assert [one["revision"] for one in entries] == list(range(1, len(entries) + 1))


SPOILED = {
    "changed": ("UPDATE events SET actor_id = 'X' || actor_id", "UPDATE events SET actor_id = substr(actor_id, 2)"),
    "missing": ("UPDATE events SET revision = -7", "UPDATE events SET revision = 7"),
    "follow": ("UPDATE events SET prev_hash = 'X' || prev_hash", "UPDATE events SET prev_hash = substr(prev_hash, 2)"),
}
"""What the verdict says, how somebody brings it about, and how it is made good again."""


@on_sqlite
@pytest.mark.parametrize("word", SPOILED)
def test_an_edited_row_is_found(town: Server, word: str) -> None:
    """Somebody edits the SQLite file behind the server: `log verify` ends with 1 and names the first row that does not fit."""
    spoil, mend = SPOILED[word]
    edit(town, f"{spoil} WHERE revision = 7")
    verified = town.cli("log", "verify", "--output", "json")
    edit(town, f"{mend} WHERE revision IN (7, -7)")

    assert verified.returncode == 1
    message = json.loads(verified.stderr)["error"]["message"]
    assert "revision 7" in message and word in message
    assert town.operator("POST", "log/verify").json()["intact"] is True


def edit(server: Server, statement: str) -> None:
    """Change the database's file while the server runs, as somebody with access to the machine could."""
    connection = sqlite3.connect(server.data / "lightkeeper.db", timeout=PATIENCE)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_token_runs_out_with_the_clock(make_cast: Callable[[Server], Cast], tmp_path: Path) -> None:
    """A sandbox's time is moved forward, and survives a restart; the token of before is refused as expired."""
    server = Server(tmp_path / "data").start()
    try:
        cast = make_cast(server)
        assert cast.owner.ask("GET", "/subscriptions").status_code == 200

        moved = server.cli("clock", "advance", "P3D", "--output", "json")
        refused = cast.owner.ask("GET", "/subscriptions")
        assert moved.returncode == 0, moved.stderr
        assert refusal(refused) == (401, "ExpiredAuthenticationToken")
        assert server.stop() == 0
        server.start()

        assert json.loads(server.cli("clock", "show", "--output", "json").stdout)["shiftSeconds"] == 3 * 86400
        assert cast.owner.ask("GET", "/subscriptions").status_code == 200
    finally:
        server.stop()


def test_in_production_the_clock_is_real(tmp_path: Path) -> None:
    """`--production` refuses to move it."""
    server = Server(tmp_path / "data", options=("--production",)).start()
    try:
        refused = server.cli("clock", "advance", "P3D", "--output", "json")
    finally:
        assert server.stop() == 0

    assert refused.returncode == 1
    assert json.loads(refused.stderr)["error"]["code"] == "ClockIsReal"


def every_event(person: Person, path: str) -> list[dict[str, Any]]:
    """Every page of an activity log; a page may be empty and still have a next one."""
    answer = person.ask("GET", path, version="2015-04-01")
    found: list[dict[str, Any]] = []
    while True:
        assert answer.status_code == 200, answer.text
        found += answer.json()["value"]
        link = answer.json().get("nextLink")
        if not link:
            return found
        answer = person.to(link, "GET")
