"""The way of an offer, told as a publisher lives it."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from lightkeeper.delegation.model import Plan
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed
from lightkeeper.kernel.sealing import take_up
from lightkeeper.publishing import service, shelf, workflow
from lightkeeper.publishing.account import MemberRole
from lightkeeper.publishing.diff import diff_offers
from lightkeeper.publishing.offer import AudienceRow
from tests.publishing.conftest import (
    DEVELOPER,
    FABRIKAM,
    MANAGER,
    OFFER,
    OWNER,
    STRANGER,
    Desk,
    colleagues_in,
    publisher_in,
)
from tests.publishing.offers import LOGO, PRIVATE_SUBSCRIPTION, changed, good_offer, row, with_private_plan

SOMEBODY = "66666666-6666-4666-8666-666666666666"


def test_an_offer_goes_from_draft_through_preview_to_live(desk: Desk) -> None:
    """P0-8, P5.3-phases: Section 5.3: validation, certification, preview, sign-off, publish."""
    desk.save()
    assert desk.status() == "Draft"

    submission = desk.submit()
    assert desk.status() == "Publish in progress"
    workflow.run_preview(desk.office, submission)
    assert desk.status() == "Preview"
    assert desk.on_shelf() == [("operations", "1.0.0", True)]

    desk.sign_off()
    workflow.run_live(desk.office, submission)
    assert desk.status() == "Live"
    assert desk.on_shelf() == [("operations", "1.0.0", False), ("operations", "1.0.0", True)]


def test_a_new_version_leaves_the_old_one_findable(desk: Desk) -> None:
    """P0-7: Old versions stay bound to customers until they accept the update."""
    desk.live()
    second = good_offer()
    second["plans"][0]["manifest"]["version"] = "2.0.0"
    second["plans"][0]["manifest"]["authorizations"].append(row("Contributor"))

    desk.live(second)

    find = shelf.PublishingShelf().find_plan
    with desk.office.database.read() as connection:
        old = find(connection, Plan("Fabrikam", "managed-operations", "operations", "1.0.0"), newest=False)
        new = find(connection, Plan("fabrikam", "managed-operations", "operations", "1.0.0"), newest=True)
    assert old is not None
    assert new is not None
    assert (len(old.authorizations), len(new.authorizations)) == (3, 4)
    assert new.version == "2.0.0"


def test_a_publisher_without_designation_fails_certification(office: Office) -> None:
    """Policy 700.4."""
    publisher_in(office, replace(FABRIKAM, designations=()))
    desk = Desk(office)

    submission = desk.preview()

    assert desk.status() == "Attention needed"
    with office.reading(DEVELOPER) as call:
        found = service.get_submission(call, *OFFER, submission)
    assert found is not None
    assert found.report is not None
    assert found.report["outcome"] == "Failed"
    assert found.report["items"][0]["code"] == "700.4-eligibility"
    assert desk.on_shelf() == []


def test_a_broken_manifest_fails_certification_with_every_rule(desk: Desk) -> None:
    """P5.7-report: Section 5.7: a failure report lists the failed policies; resubmission is unlimited."""
    broken = good_offer()
    broken["plans"][0]["manifest"]["authorizations"] += [row("Owner"), row("Storage Blob Data Reader")]

    submission = desk.preview(broken)

    with desk.office.reading(DEVELOPER) as call:
        found = service.get_submission(call, *OFFER, submission)
    assert found is not None
    assert found.report is not None
    assert {item["code"] for item in found.report["items"]} >= {"700.6-owner", "700.6-dataactions"}
    desk.preview()
    assert desk.status() == "Preview"


def test_an_incomplete_draft_is_saved_but_not_published(desk: Desk) -> None:
    """P5.2-pages: Publish is enabled only when no page is incomplete; drafts may be."""
    desk.save({"offer": {"publisher": "fabrikam", "id": "managed-operations"}})

    with pytest.raises(Invalid) as refused:
        desk.submit()

    assert refused.value.code == "businessValidationError"
    assert "file-missing-field" in {finding.code for finding in refused.value.details}


def test_only_one_submission_runs_at_a_time(desk: Desk) -> None:
    """P5.4-one-at-a-time, P12-locked: Section 12: publish while running is 409 productLocked."""
    desk.save()
    desk.submit()

    with pytest.raises(Conflict) as refused:
        desk.submit()

    assert refused.value.code == "productLocked"


def test_cancel_is_possible_until_sign_off_and_not_after(desk: Desk) -> None:
    """P0-9, P5.4-cancel, P12-cancel-late: Fact 9: cancel until publisher sign-off; after Go live it is refused."""
    desk.preview()
    with desk.office.writing(DEVELOPER) as call:
        service.cancel(call, *OFFER)
    assert desk.status() == "Draft"
    assert desk.on_shelf() == []

    desk.preview()
    desk.sign_off()
    with pytest.raises(Invalid) as refused, desk.office.writing(DEVELOPER) as call:
        service.cancel(call, *OFFER)
    assert refused.value.code == "invalidState"


def test_a_canceled_submission_is_left_alone_by_its_workflow(desk: Desk) -> None:
    """A workflow that wakes up late must not revive what was canceled."""
    desk.save()
    submission = desk.submit()
    with desk.office.writing(DEVELOPER) as call:
        service.cancel(call, *OFFER)

    workflow.run_preview(desk.office, submission)

    assert desk.status() == "Draft"


def test_canceling_an_update_leaves_the_offer_live(desk: Desk) -> None:
    """P5.4-cancel: Updating a live offer never disturbs customers."""
    desk.live()
    desk.preview(changed("listing.name", "Another name"))

    with desk.office.writing(DEVELOPER) as call:
        service.cancel(call, *OFFER)

    assert desk.status() == "Live"
    assert desk.on_shelf() == [("operations", "1.0.0", False)]


def test_every_step_may_run_twice(desk: Desk) -> None:
    """A step whose checkpoint was lost in a crash runs again and finds its work done."""
    desk.save()
    submission = desk.submit()
    preview, live = (next(w for w in workflow.WORKFLOWS if w.name == name) for name in ("publish", "go-live"))

    for step in (preview.steps[0], *preview.steps[:2], *preview.steps, *preview.steps):
        assert step.act(desk.office, submission)
    desk.sign_off()
    for step in (*live.steps, *live.steps):
        step.act(desk.office, submission)

    assert desk.status() == "Live"


def test_go_live_names_the_preview_that_was_looked_at(desk: Desk) -> None:
    """Section 12: live with a wrong preview id is 400 invalidState; so is live without a preview.

    P4-go-live, P12-live-without-preview.
    """
    desk.save()
    with pytest.raises(Invalid) as refused, desk.office.writing(DEVELOPER) as call:
        service.go_live(call, *OFFER)
    assert refused.value.code == "invalidState"
    first = desk.preview()
    desk.preview()
    with pytest.raises(Invalid), desk.office.writing(DEVELOPER) as call:
        service.go_live(call, *OFFER, submission_id=first)


def test_a_published_plan_never_becomes_private_and_versions_only_rise(desk: Desk) -> None:
    """P0-3, P12-public-to-private, P12-version: Fact 3 and M1."""
    desk.live()
    worse = good_offer()
    worse["plans"][0] |= {"visibility": "private", "privateAudience": [{"subscriptionId": PRIVATE_SUBSCRIPTION}]}
    worse["plans"][0]["manifest"]["authorizations"].append(row("Contributor"))
    desk.save(worse)

    with pytest.raises(Invalid) as refused:
        desk.submit()

    assert {f.code for f in refused.value.details} == {"700.5-public-to-private", "700.6-version-not-increased"}


def test_a_plan_that_left_the_offer_is_no_longer_sold(desk: Desk) -> None:
    """Existing customers keep it: its versions stay findable."""
    desk.live(with_private_plan(good_offer()))

    desk.live(good_offer())

    assert ("vip", "1.0.0", False) not in desk.on_shelf()
    with desk.office.database.read() as connection:
        kept = shelf.PublishingShelf().find_plan(
            connection, Plan("fabrikam", "managed-operations", "vip", "1.0.0"), newest=True
        )
    assert kept is not None
    assert not kept.on_sale


def test_selling_stops_at_once_and_publishing_resumes_it(desk: Desk) -> None:
    """P4-stop-offer: Section 4: stop distribution; resume by publishing again."""
    submission = desk.live()
    with desk.office.writing(DEVELOPER) as call:
        service.stop_selling(call, *OFFER)
    assert desk.status() == "Pending Stop distribution"
    assert desk.on_shelf() == []
    workflow.run("stop-selling", desk.office, submission)
    assert desk.status() == "Not available in the marketplace"

    desk.live()

    assert desk.status() == "Live"
    assert ("operations", "1.0.0", False) in desk.on_shelf()


def test_the_audience_syncs_to_draft_preview_and_live_without_a_submission(desk: Desk) -> None:
    """P0-8, P4-sync: Fact 8: private-audience sync writes all three at once; other draft edits stay unpublished."""
    desk.live(with_private_plan(good_offer()))
    draft = with_private_plan(changed("listing.name", "Not published yet"))
    desk.save(draft)

    with desk.office.writing(DEVELOPER) as call:
        now = service.sync_audience(
            call, *OFFER, plan_id="vip", add=[AudienceRow(SOMEBODY)], remove=[PRIVATE_SUBSCRIPTION]
        )

    assert now == {"privateAudience": [{"subscriptionId": SOMEBODY}]}
    with desk.office.reading(DEVELOPER) as call:
        live = service.content_of(call, *OFFER, "live").document
        plans = shelf.versions_of(call.connection, *OFFER, preview=False)
    assert live["plans"][1]["privateAudience"] == [{"subscriptionId": SOMEBODY}]
    assert live["listing"]["name"] != "Not published yet"
    assert [plan.audience for plan in plans if plan.plan_id == "vip"] == [frozenset({SOMEBODY})]
    assert desk.status() == "Live"


def test_published_offers_are_not_deleted_and_drafts_are(desk: Desk) -> None:
    """P4-delete, P12-delete-published: Section 12: delete published is 400 invalidEntityStatus."""
    desk.save()
    with desk.office.writing(DEVELOPER) as call:
        service.delete_offer(call, *OFFER)
    with pytest.raises(NotFound), desk.office.reading(DEVELOPER) as call:
        service.get_offer(call, *OFFER)
    desk.live()
    with pytest.raises(Invalid) as refused, desk.office.writing(DEVELOPER) as call:
        service.delete_offer(call, *OFFER)
    assert refused.value.code == "invalidEntityStatus"


def test_history_tells_who_did_what(desk: Desk) -> None:
    """P4-draft, P5.5-history: Section 5.5; draft saves are not in it."""
    desk.live()
    desk.save()

    with desk.office.reading(DEVELOPER) as call:
        told = [(entry.event, entry.initiated_by) for entry in service.history(call, *OFFER)]

    me = DEVELOPER.name
    assert told == [
        ("Created offer", me),
        ("Created plan: operations", me),
        ("Submitted offer to preview", me),
        ("validating: complete", ""),
        ("certifying: complete", ""),
        ("buildingPreview: complete", ""),
        ("Sign-off to go live", me),
        ("publishing: complete", ""),
    ]


def test_a_stale_draft_is_not_overwritten(desk: Desk) -> None:
    """P12-etag: Section 12: stale ETag is 412."""
    desk.save()
    with desk.office.reading(DEVELOPER) as call:
        etag = service.get_offer(call, *OFFER).etag
    desk.save()

    with pytest.raises(PreconditionFailed), desk.office.writing(DEVELOPER) as call:
        service.put_offer(call, *OFFER, good_offer(), LOGO, etag=etag)


def test_ids_never_change(desk: Desk) -> None:
    """P12-immutable: Section 12: change of an immutable field is 400 businessValidationError."""
    for path, value in (("offer.publisher", "contoso"), ("offer.id", "another-offer")):
        with pytest.raises(Invalid) as refused:
            desk.save(changed(path, value))
        assert refused.value.code == "businessValidationError"


def test_secrets_of_lead_destinations_are_never_shown_and_survive_a_round_trip(desk: Desk, tmp_path: Path) -> None:
    """P8.3-masked: Section 8.3: secrets are returned masked; a masked value sent back means unchanged.

    In the database they are sealed.
    """
    take_up(desk.office.database, tmp_path / "sealing.key")
    secret = "DefaultEndpointsProtocol=https;AccountName=leads;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net"
    leads = {"destination": "table", "tableLeadConfiguration": {"storageAccountConnectionString": secret}}
    desk.save({**good_offer(), "customerLeads": leads})

    with desk.office.reading(DEVELOPER) as call:
        shown = service.get_offer(call, *OFFER).draft.document
    assert secret not in str(shown)
    desk.save(shown)

    from lightkeeper.publishing import store

    with desk.office.database.read() as connection:
        kept = store.find(connection, *OFFER)
        stored = connection.execute(text("SELECT document FROM offers")).scalars().all()
    assert kept is not None
    assert kept.draft.document["customerLeads"] == leads
    assert not any("c2VjcmV0" in one for one in stored)


def test_strangers_hear_the_same_about_every_publisher(desk: Desk) -> None:
    """Whether a publisher exists is nobody's business."""
    for publisher in ("fabrikam", "nobody"):
        with pytest.raises(Forbidden) as refused, desk.office.reading(STRANGER) as call:
            service.list_offers(call, publisher)
        assert refused.value.message.replace(f"'{publisher}'", "it") == (
            "'stranger@fabrikam.example' is not a member of publisher it. Ask one of its owners."
        )


def test_roles_follow_the_table(desk: Desk) -> None:
    """Section 1.3: developers publish but manage nobody; managers manage but appoint no owner; owners do.

    P1.3-roles, P12-role.
    """
    desk.save()
    colleagues_in(desk.office, STRANGER)
    with pytest.raises(Forbidden), desk.office.writing(DEVELOPER) as call:
        service.set_member(call, "fabrikam", STRANGER.name, MemberRole.DEVELOPER)
    with desk.office.writing(MANAGER) as call:
        service.set_member(call, "fabrikam", STRANGER.name, MemberRole.DEVELOPER)
    with pytest.raises(Forbidden), desk.office.writing(MANAGER) as call:
        service.set_member(call, "fabrikam", STRANGER.name, MemberRole.OWNER)
    with pytest.raises(Forbidden), desk.office.writing(MANAGER) as call:
        service.enrol(call, "fabrikam")
    with pytest.raises(Conflict), desk.office.writing(OWNER) as call:
        service.remove_member(call, "fabrikam", OWNER.object_id)
    with pytest.raises(Forbidden), desk.office.writing(OWNER) as call:
        service.set_designations(call, "fabrikam", [])


def test_writing_the_same_publisher_again_changes_nothing(desk: Desk) -> None:
    """A world applied twice is the same world."""
    before = desk.office.revision

    publisher_in(desk.office)

    assert desk.office.revision == before
    with pytest.raises(Conflict), desk.office.writing(OPERATOR) as call:
        service.put_publisher(call, replace(FABRIKAM, tenant_id=SOMEBODY))


def test_the_difference_spells_out_rights(desk: Desk) -> None:
    """P4-compare: More rights show as a role and as operations."""
    new = good_offer()
    new["plans"][0]["manifest"]["authorizations"].append(row("Virtual Machine Contributor"))

    difference = diff_offers(good_offer(), new)

    [plan] = difference.rights
    [role] = plan.roles
    assert (role.kind, role.role_name) == ("gained", "Virtual Machine Contributor")
    [operations] = plan.operations
    assert "Microsoft.Compute/virtualMachines/delete" in operations.gained
    assert operations.lost == ()
    assert diff_offers(new, new).empty
