"""The way of an offer and its end: sections 0, 4, 5 and 12 of the publisher's contract, where no story tells them."""

import copy
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Conflict, Invalid
from lightkeeper.publishing import service, shelf, workflow
from lightkeeper.publishing.certification import POLICIES
from lightkeeper.publishing.lifecycle import NEXT, PHASE_NAMES, STATUS_OF, Event, Phase, Stage, Status, after
from lightkeeper.publishing.version_rules import next_version, published_by
from tests.conftest import OpenGate
from tests.databases import furnish
from tests.publishing.conftest import DEVELOPER, OFFER, Desk, publisher_in
from tests.publishing.offers import (
    PRIVATE_SUBSCRIPTION,
    changed,
    codes,
    eligible,
    findings,
    good_offer,
    row,
    with_private_plan,
)


@pytest.fixture
def desk(tmp_path: Any) -> Iterator[Desk]:
    """A desk on SQLite alone: what these tests ask does not depend on the database."""
    database = Database(f"sqlite:///{tmp_path}/lightkeeper.db", durable=False)
    furnish(database)
    office = Office(database, Clock(), OpenGate())
    publisher_in(office)
    yield Desk(office)
    database.close()


def act(desk: Desk, verb: Any, *args: Any, **kwargs: Any) -> Any:
    with desk.office.writing(DEVELOPER) as call:
        return verb(call, *OFFER, *args, **kwargs)


def test_p5_1_there_are_seven_statuses() -> None:
    """P5.1-statuses, P0-9: in the portal's words; every stage shows one of them, and each of them is shown."""
    assert [str(status) for status in Status] == [
        "Draft",
        "Publish in progress",
        "Attention needed",
        "Preview",
        "Live",
        "Pending Stop distribution",
        "Not available in the marketplace",
    ]
    assert set(STATUS_OF) == set(Stage)
    assert set(STATUS_OF.values()) == set(Status)


def test_p5_3_there_are_five_phases_in_order() -> None:
    """P5.3-phases: validation, certification, preview, sign-off, publication, with the ids of the older API."""
    assert [str(phase) for phase in Phase] == [
        "displaydummycertify",
        "displaycertify",
        "displaypackage",
        "publisher-signoff",
        "live",
    ]
    assert PHASE_NAMES[Phase.VALIDATION][0] == "Validate Pre-Requisites"


def test_p5_4_the_table_is_the_contracts() -> None:
    """P5.4-machine: from each stage, what the publisher may ask for; everything else is refused."""
    asked = {Event.SUBMIT, Event.SIGN_OFF, Event.CANCEL, Event.STOP}
    may = {stage: {event for event in asked if after(stage, event)} for stage in Stage}

    assert may == {
        Stage.DRAFT: {Event.SUBMIT},
        Stage.VALIDATING: {Event.CANCEL},
        Stage.CERTIFYING: {Event.CANCEL},
        Stage.BUILDING_PREVIEW: {Event.CANCEL},
        Stage.AWAITING_SIGN_OFF: {Event.SUBMIT, Event.SIGN_OFF, Event.CANCEL},
        Stage.PUBLISHING: set(),
        Stage.LIVE: {Event.SUBMIT, Event.STOP},
        Stage.ATTENTION_NEEDED: {Event.SUBMIT, Event.STOP},
        Stage.STOPPING: set(),
        Stage.NOT_AVAILABLE: {Event.SUBMIT},
    }
    assert {to for (_, event), to in NEXT.items() if event is Event.FAIL} == {Stage.ATTENTION_NEEDED}


def test_p6_1_the_policies_have_their_numbers() -> None:
    """P6.1-policies: the hundreds without 100.9, the seven hundreds without 700.2."""
    hundreds = {f"100.{n}" for n in (*range(1, 9), *range(10, 16))}

    assert set(POLICIES) == hundreds | {f"700.{n}" for n in (1, 3, 4, 5, 6)}


def test_p4_a_new_preview_takes_the_place_of_the_former(desk: Desk) -> None:
    """P4-preview: the former submission is over; only the newer one can be signed off."""
    first = desk.preview()
    second = desk.preview(changed("listing.name", "Managed again"))

    with desk.office.reading(DEVELOPER) as call:
        ended = [one.ended_at is not None for one in service.list_submissions(call, *OFFER)]
        shown = service.content_of(call, *OFFER, "preview").document
    with pytest.raises(Invalid):
        act(desk, service.go_live, submission_id=first)

    assert sorted(ended) == [False, True]
    assert shown["listing"]["name"] == "Managed again"
    assert act(desk, service.go_live, submission_id=second).id == second


def test_p5_2_notes_for_certification_go_with_the_submission(desk: Desk) -> None:
    """P5.2-notes: the reviewer reads them; they are bounded, and no part of the offer."""
    desk.save()

    submission = act(desk, service.publish, notes="Our plan needs " + "n" * 5000)

    assert submission.notes.startswith("Our plan needs")
    assert len(submission.notes) == 4000
    assert "notes" not in submission.content.document


def test_p12_more_plans_than_there_can_be_are_not_even_a_draft(desk: Desk) -> None:
    """P12-plans, P0-1: 100 plans and 45 private ones are saved, one more of either is collectionLimitExceeded."""
    offer = with_private_plan(good_offer())
    public, private = offer["plans"]

    def saved(plan: dict[str, Any], count: int) -> str:
        plans = [{**copy.deepcopy(plan), "id": f"p{n}", "name": f"Plan {n}"} for n in range(count)]
        try:
            desk.save({**offer, "plans": plans})
        except Invalid as refused:
            return refused.code
        return "saved"

    assert [saved(public, 100), saved(public, 101)] == ["saved", "collectionLimitExceeded"]
    assert [saved(private, 45), saved(private, 46)] == ["saved", "collectionLimitExceeded"]


def test_p12_a_draft_has_one_plan_of_an_id(desk: Desk) -> None:
    """P12-duplicate-id: 409 invalidId already when it is saved, since nobody could say which plan is meant."""
    offer = good_offer()
    offer["plans"].append(offer["plans"][0])
    with pytest.raises(Conflict) as refused:
        desk.save(offer)
    assert refused.value.code == "invalidId"


def test_p0_6_a_manifest_is_version_tenant_and_rows() -> None:
    """P0-6: without one of them it is none; one of one to twenty rows is active."""
    for part in ("version", "managedByTenantId", "authorizations"):
        assert codes(changed(f"plans.0.manifest.{part}", ...))
    only = good_offer()
    only["plans"][0]["manifest"]["authorizations"] = [row("Reader")]
    assert not {"700.6-no-active", "700.6-too-many"} & codes(only)

    only["plans"][0]["manifest"]["authorizations"] = [eligible()]

    assert "700.6-no-active" in codes(only)


@pytest.mark.parametrize("field", ["price", "pricing", "trial", "testDrive", "meters", "markets"])
def test_p0_2_a_plan_has_no_price(field: str) -> None:
    """P0-2, P2.6-byol: the customer brings a licence; there is nothing to charge for, so there is no field for it."""
    offer = good_offer()
    offer["plans"][0][field] = {"amount": 1}

    assert codes(offer) == {"file-unknown-field"}


def test_p2_4_the_words_managed_service_are_advised() -> None:
    """P2.4-words: a rule of 2020 that still helps to be found; a warning, 700.1-managed-service-words."""
    silent = good_offer()
    silent["listing"] |= dict.fromkeys(("name", "searchResultsSummary", "shortDescription", "description"), "Care")
    silent["listing"]["searchResultsSummary"] = "Care for you"

    assert {one.code: str(one.severity) for one in findings(silent)} == {"700.1-managed-service-words": "warning"}


@pytest.mark.parametrize(
    ("version", "greater"),
    [("1.0.0", "1.0.1"), ("1.9.0", "1.10.0"), ("1.0.9", "1.0.10"), ("2.0.0", "10.0.0"), ("0.0.0", "0.0.1")],
)
def test_m1_versions_are_compared_as_numbers(version: str, greater: str) -> None:
    """M1, P12-version: part by part, not as texts; the same or a smaller one with other rows is refused."""
    before, more = changed("plans.0.manifest.version", version), row("Monitoring Contributor")

    def refused(now: str) -> bool:
        offer = changed("plans.0.manifest.version", now)
        offer["plans"][0]["manifest"]["authorizations"].append(more)
        return "700.6-version-not-increased" in codes(offer, published=published_by(before))

    assert [refused(greater), refused(version)] == [False, True]
    assert "700.6-version-not-increased" in codes(
        before, published=published_by(changed("plans.0.manifest.version", greater))
    )
    assert not refused(next_version(version))


def test_p2_6_a_private_plan_may_become_public_and_never_the_other_way(desk: Desk) -> None:
    """P2.6-visibility, P0-3: over any number of publications; a draft may change its mind."""
    offer = with_private_plan(good_offer())
    desk.live(offer)
    opened = copy.deepcopy(offer)
    opened["plans"][1]["visibility"] = "public"
    del opened["plans"][1]["privateAudience"]
    desk.live(opened)
    desk.live(opened)
    desk.save(offer)

    with pytest.raises(Invalid) as refused:
        desk.submit()

    assert [one.code for one in refused.value.details] == ["700.5-public-to-private"]
    unborn = good_offer()
    unborn["plans"][0] |= {"visibility": "private", "privateAudience": [{"subscriptionId": PRIVATE_SUBSCRIPTION}]}
    assert "700.5-public-to-private" not in codes(unborn)


def test_p5_5_history_has_the_words_of_the_portal(desk: Desk) -> None:
    """P5.5-history: each deed of a person under its name, with who did it."""
    desk.live(with_private_plan(good_offer()))
    act(desk, service.stop_plan, "vip")
    act(desk, service.resume_plan, "vip")
    act(desk, service.sync_audience, plan_id="vip", remove=[], add=[])
    desk.save(good_offer())
    desk.submit()
    act(desk, service.cancel)
    act(desk, service.stop_selling)

    with desk.office.reading(DEVELOPER) as call:
        told = [entry.event for entry in service.history(call, *OFFER) if entry.initiated_by == DEVELOPER.name]

    assert told == [
        "Created offer",
        "Created plan: operations",
        "Created plan: vip",
        "Submitted offer to preview",
        "Sign-off to go live",
        "Initiated plan Stop distribution: vip",
        "Resume distribution: vip",
        "Sync private audience",
        "Deleted plan: vip",
        "Submitted offer to preview",
        "Initiated submit to preview cancellation",
        "Canceled submission to preview",
        "Stop distribution offer",
    ]


def test_p9_3_an_announced_end_is_in_every_read_and_comes_by_itself(desk: Desk) -> None:
    """P9.3-lifecycle, P2.6-states: before the day Live with the day beside it, from the day on not available."""
    desk.live()
    act(desk, service.deprecate, reason="endOfSupport", notice=timedelta(days=30))

    def read() -> tuple[str, bool, list[Any]]:
        with desk.office.reading(DEVELOPER) as call:
            offer = service.get_offer(call, *OFFER)
            [listed] = service.list_offers(call, "fabrikam").items
            assert (listed.status, listed.on_sale) == (offer.status, offer.on_sale)
            assert offer.deprecation is not None
            [plan] = service.plan_states(call, *OFFER)
            return str(offer.status), offer.on_sale, [plan["state"], "soldUntil" in plan]

    assert read() == ("Live", True, ["Live", True])
    desk.office.clock.shift += timedelta(days=30)
    over = "Not available in the marketplace"
    assert read() == (over, False, [over, False])
    with pytest.raises(Invalid):
        act(desk, service.resume)
    with pytest.raises(Invalid):
        act(desk, service.stop_selling)

    again = desk.submit()
    workflow.run_preview(desk.office, again)
    desk.sign_off()
    workflow.run_live(desk.office, again)

    assert desk.status() == "Live"
    with desk.office.database.read() as connection:
        assert [one.sold_until for one in shelf.versions_of(connection, *OFFER, preview=False)] == [None]
