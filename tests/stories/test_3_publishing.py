"""An offer goes through validation, certification and preview, is signed off, and goes live."""

import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests.stories.cast import EXAMPLE, PASSWORD, Cast, refusal
from tests.stories.conftest import on_sqlite

PHASES = ["validating: complete", "certifying: complete", "buildingPreview: complete", "publishing: complete"]


@on_sqlite
def test_the_publisher_does_it_all_from_the_command_line(cast: Cast, tmp_path: Path) -> None:
    """`offer publish`, `offer status`, `offer go-live`, `offer show`."""
    file = _written(cast.offer(), tmp_path)
    account = f"publisher@{cast.name}-msp.example"
    server = cast.server

    signed_in = server.cli("login", account, "--password-stdin", stdin=f"{PASSWORD}\n")
    published = server.cli("offer", "publish", str(file), "--wait", "--as", account, "--output", "json")
    assert published.returncode == 0, published.stdout + published.stderr
    assert cast.stage() == "awaitingSignOff"
    live = server.cli("offer", "go-live", f"{cast.name}/care", "--wait", "--as", account)
    shown = server.cli("offer", "show", f"{cast.name}/care", "--slot", "Production", "--as", account, "-o", "json")

    assert signed_in.returncode == live.returncode == shown.returncode == 0, live.stderr
    assert cast.stage() == "live"
    assert json.loads(shown.stdout)["definition"]["plans"][0]["manifest"]["version"] == "1.0.0"


def test_each_phase_is_written_down_once(cast: Cast) -> None:
    """The history tells who published, every phase, who signed off."""
    cast.publish()

    history = cast.person("msp", "publisher").partner("GET", f"{cast.place}/history").json()["value"]

    assert [one["event"] for one in history if "complete" in one["event"]] == PHASES
    publisher = cast.person("msp", "publisher").user
    by_hand = {one["event"]: one["initiatedBy"] for one in history if "complete" not in one["event"]}
    assert by_hand["Submitted offer to preview"] == by_hand["Sign-off to go live"] == publisher


def test_in_preview_only_the_preview_audience_sees_it(cast: Cast) -> None:
    """Preview viewers see all plans, private ones too; nobody else sees anything, and the catalogue is silent."""
    cast.submit(cast.offer())
    assert cast.wait_for("awaitingSignOff", "attentionNeeded") == "awaitingSignOff"
    search = f"storefront?words={cast.name}&subscription="

    seen = cast.person("msp", "publisher").portal("GET", search + cast.id("preview")).json()["value"]
    hidden = cast.owner.portal("GET", search + cast.id("prod")).json()["value"]
    anybody = cast.server.send(
        "GET", f"{cast.server.ready['catalog']}/offers?api-version=2018-08-01-beta&search={cast.name}"
    )

    assert [one["preview"] for one in seen] == [True]
    assert {plan["plan"] for plan in seen[0]["plans"]} == {"operations", "operations-premium"}
    assert hidden == []
    assert (anybody.status_code, anybody.json()["items"]) == (200, [])
    assert cast.accept().status_code >= 400

    cast.sign_off()
    cast.wait_for("live")

    [found] = cast.owner.portal("GET", f"storefront?words={cast.name}").json()["value"]
    assert [plan["plan"] for plan in found["plans"]] == ["operations"]


def test_without_a_designation_certification_fails(cast: Cast) -> None:
    """Only publishers with a qualifying designation may sell managed services; the report names the rule."""
    account = {"tenant": f"{cast.name}-msp", "displayName": "Plain", "designations": []}
    domain = {f"{cast.name}-msp": {"domain": f"{cast.name}-msp.example"}}
    cast.server.apply({"tenants": domain, "publishers": {cast.publisher_id: account}})

    cast.submit(cast.offer())

    assert cast.wait_for("awaitingSignOff", "attentionNeeded") == "attentionNeeded"
    status = cast.person("msp", "publisher").partner("GET", f"{cast.place}/status").json()
    assert "700.4-eligibility" in json.dumps(status["report"])
    assert refusal(cast.accept())[0] in (400, 404)


def test_what_is_incomplete_is_not_submitted(cast: Cast) -> None:
    """Every fault of the draft comes back together, and nothing is under way."""
    offer = cast.offer()
    del offer["listing"]["searchResultsSummary"], offer["properties"]["terms"]
    publisher = cast.person("msp", "publisher")
    publisher.partner("PUT", cast.place, {"definition": offer})

    refused = publisher.partner("POST", f"{cast.place}/publish", {})

    assert refused.status_code == 422
    assert "searchResultsSummary" in refused.text and "terms" in refused.text
    assert cast.stage() == "draft"


def test_certification_names_every_role_that_cannot_be_asked_for(cast: Cast) -> None:
    """L21, L24: Owner, and roles with data actions."""
    cast.submit(cast.offer(roles=("Reader", "Owner", "Storage Blob Data Reader")))

    assert cast.wait_for("awaitingSignOff", "attentionNeeded") == "attentionNeeded"

    told = json.dumps(cast.person("msp", "publisher").partner("GET", f"{cast.place}/status").json())
    assert "Owner" in told and "Storage Blob Data Reader" in told


def test_publishing_again_leaves_what_is_live_alone(cast: Cast) -> None:
    """The live environment changes only when the new version goes live."""
    cast.publish()
    cast.submit(cast.offer("2.0.0", ("Reader", "Contributor")))
    cast.wait_for("awaitingSignOff")

    [found] = cast.owner.portal("GET", f"storefront?words={cast.name}").json()["value"]

    assert [(plan["plan"], plan["version"]) for plan in found["plans"]] == [("operations", "1.0.0")]


def test_only_members_of_the_account_publish(cast: Cast) -> None:
    """A stranger is refused with the surface's own envelope."""
    answer = cast.owner.partner("PUT", cast.place, {"definition": cast.offer()})

    assert answer.status_code in (403, 404)
    assert answer.json()["error"]["code"]


def _written(offer: dict[str, Any], folder: Path) -> Path:
    (folder / "media").mkdir()
    (folder / "media" / "logo.png").write_bytes((EXAMPLE / "media" / "logo.png").read_bytes())
    file = folder / "offer.yaml"
    with file.open("w") as stream:
        YAML(typ="safe", pure=True).dump(offer, stream)
    return file
