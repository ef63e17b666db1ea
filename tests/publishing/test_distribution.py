"""The end of an offer or a plan, the reviewer's desk, new roles, the account: facts of sections 1, 4, 5 and 12."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lightkeeper.access import roles
from lightkeeper.delegation import shelf as lookup
from lightkeeper.delegation.eligibility import why_not_hold
from lightkeeper.kernel.call import OPERATOR, CallerKind
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from lightkeeper.publishing import service, settings, workflow
from lightkeeper.publishing.account import MemberRole, Verification
from lightkeeper.publishing.settings import PublishingSettings
from lightkeeper.publishing.shelf import PublishingShelf
from tests.publishing.conftest import DEVELOPER, OFFER, OWNER, STRANGER, Desk
from tests.publishing.offers import good_offer, row, with_private_plan

PROFILE = {
    "legalName": "Fabrikam Ltd",
    "address": "1 Harbour Street",
    "contact": {"name": "Pia", "email": "pia@fabrikam.example", "phone": "+1 425 555 0100"},
}


@pytest.fixture
def going_by() -> Iterator[Any]:
    """Settings for one test."""
    yield settings.use
    settings.use(PublishingSettings())


def sold(desk: Desk) -> list[str]:
    lookup.stock(PublishingShelf())
    try:
        with desk.office.database.read() as connection:
            return [
                plan.plan_id for plan in lookup.published_plans(connection, desk.office.clock.now()) if not plan.preview
            ]
    finally:
        lookup.stock(lookup.EmptyShelf())


def act(desk: Desk, verb: Any, *args: Any, who: Any = DEVELOPER, **kwargs: Any) -> Any:
    with desk.office.writing(who) as call:
        return verb(call, *args, **kwargs)


def test_a_deprecated_offer_is_sold_until_its_day(desk: Desk) -> None:
    """Section 9.3: a deprecation takes effect at once for the product, after dateOffset; it can be taken back.

    P9.3-lifecycle.
    """
    desk.live()
    act(desk, service.deprecate, *OFFER, reason="endOfSupport", notice=timedelta(days=30))
    assert sold(desk) == ["operations"]

    act(desk, service.resume, *OFFER)
    desk.office.clock.shift += timedelta(days=31)
    assert sold(desk) == ["operations"]

    act(desk, service.deprecate, *OFFER, notice=timedelta(days=1))
    desk.office.clock.shift += timedelta(days=1)
    assert sold(desk) == []


def test_a_deprecation_without_notice_takes_the_offer_off_sale(desk: Desk) -> None:
    """Stop distribution of the offer: applied to live at once; publishing again resumes."""
    desk.live()
    offer = act(desk, service.deprecate, *OFFER, alternative="fabrikam/other")
    workflow.run("stop-selling", desk.office, offer.submission_id)
    assert (desk.status(), sold(desk)) == ("Not available in the marketplace", [])
    with pytest.raises(Invalid) as refused:
        act(desk, service.resume, *OFFER)
    assert refused.value.code == "invalidState"

    desk.live()
    assert (desk.status(), sold(desk)) == ("Live", ["operations"])


def test_the_only_plan_cannot_be_stopped(desk: Desk) -> None:
    """Section 12: stop the only plan is 400 businessValidationError; a plan that was never live is deleted instead.

    P12-stop-only-plan.
    """
    desk.live()
    with pytest.raises(Invalid) as refused:
        act(desk, service.stop_plan, *OFFER, "operations")
    assert refused.value.code == "businessValidationError"
    desk.save(with_private_plan(good_offer()))
    with pytest.raises(Invalid) as unpublished:
        act(desk, service.stop_plan, *OFFER, "vip")
    assert unpublished.value.code == "invalidEntityStatus"
    with pytest.raises(NotFound):
        act(desk, service.stop_plan, *OFFER, "nothing")


def test_a_plan_stops_with_the_next_publication_and_resumes_likewise(desk: Desk) -> None:
    """Plan level: needs two plans and takes effect only after publishing to preview and live.

    P2.6-states, P4-stop-plan.
    """
    desk.live(with_private_plan(good_offer()))
    act(desk, service.stop_plan, *OFFER, "vip")
    assert sold(desk) == ["operations", "vip"]

    def states() -> list[str]:
        with desk.office.reading(DEVELOPER) as call:
            return [one["state"] for one in service.plan_states(call, *OFFER)]

    def go() -> None:
        submission = desk.submit()
        workflow.run_preview(desk.office, submission)
        desk.sign_off()
        workflow.run_live(desk.office, submission)

    assert states() == ["Live", "Pending Stop distribution"]
    go()
    assert (sold(desk), states()) == (["operations"], ["Live", "Not available in the marketplace"])

    act(desk, service.resume_plan, *OFFER, "vip")
    go()
    assert (sold(desk), states()) == (["operations", "vip"], ["Live", "Live"])


def test_nothing_is_stopped_while_the_marketplace_works(desk: Desk) -> None:
    """Section 5.4: conflicts are productLocked."""
    desk.save()
    desk.submit()
    for verb in (service.stop_selling, service.deprecate, service.resume):
        with pytest.raises(Conflict) as refused:
            act(desk, verb, *OFFER)
        assert refused.value.code == "productLocked"


def test_a_person_reviews_when_the_operator_wants_it(desk: Desk, going_by: Any) -> None:
    """P5.7-report: An optional human reviewer: approve, or return with reasons, within a promised time."""
    going_by(PublishingSettings(human_review=True, review_within=timedelta(days=2)))
    desk.save()
    submission = desk.submit()
    workflow.run_preview(desk.office, submission)
    workflow.run_preview(desk.office, submission)  # a step that runs again after a crash does not ask anew
    assert desk.status() == "Publish in progress"
    with desk.office.reading(OPERATOR) as call:
        [waiting] = service.list_reviews(call)
    assert (waiting.submission.id, waiting.overdue) == (submission, False)
    desk.office.clock.shift += timedelta(days=3)
    with desk.office.reading(OPERATOR) as call:
        assert service.list_reviews(call)[0].overdue
    with pytest.raises(Forbidden):
        act(desk, service.review, submission, approve=True, who=OWNER)
    with pytest.raises(Invalid):
        act(desk, service.review, submission, approve=False, who=OPERATOR)

    act(desk, service.review, submission, approve=False, notes="The logo is a photograph.", who=OPERATOR)
    assert desk.status() == "Attention needed"

    again = desk.submit()
    workflow.run_preview(desk.office, again)
    act(desk, service.review, again, approve=True, who=OPERATOR)
    workflow.run("reviewed", desk.office, again)
    assert desk.status() == "Preview"


def test_m18_a_new_role_reaches_offers_after_the_delay(desk: Desk, going_by: Any) -> None:
    """L31: M18: new built-in roles appear in the picker later than in ARM; how much later is a setting."""
    going_by(PublishingSettings(role_delay=timedelta(days=7)))
    role, day = act(desk, service.note_role_arrival, "Monitoring Reader", who=OPERATOR)
    assert day - desk.office.clock.now() <= timedelta(days=7)
    offer = good_offer()
    offer["plans"][0]["manifest"]["authorizations"].append(row(role.name))

    desk.preview(offer)
    assert desk.status() == "Attention needed"
    assert why_not_hold(role.id, roles.role_of, "template", "") is None  # templates need not wait

    desk.office.clock.shift += timedelta(days=8)
    desk.preview(offer)
    assert desk.status() == "Preview"
    with pytest.raises(Forbidden):
        act(desk, service.note_role_arrival, "Reader", who=OWNER)


def test_an_account_from_sign_up_to_appeal(desk: Desk) -> None:
    """Section 1.1: sign-up, agreements accepted by a named person, checks with reasons, appeal; several per tenant."""
    made = act(desk, service.sign_up, "fabrikam-two", "Fabrikam Two", PROFILE, who=OWNER)
    assert (made.tenant_id, made.role_of(OWNER.object_id)) == (OWNER.tenant_id, MemberRole.OWNER)
    with desk.office.reading(OWNER) as call:
        assert {f.code for f in service.why_ineligible(call, made.id)} == {
            "700.4-not-enrolled", "700.4-not-verified", "700.4-eligibility",
        }  # fmt: skip
    enrolled = act(
        desk, service.enrol, made.id, agreements=["publisherAgreement", "partnerProgramAgreement"], who=OWNER
    )
    assert [one["acceptedBy"] for one in enrolled.profile["agreements"]] == [OWNER.name] * 2

    for check in ("emailOwnership", "employment"):
        act(desk, service.decide_check, made.id, check, Verification.AUTHORIZED, who=OPERATOR)
    rejected = act(
        desk, service.decide_check, made.id, "business", Verification.REJECTED, "No such street.", who=OPERATOR
    )
    assert (rejected.verification, rejected.verification_note) == (Verification.REJECTED, "business: No such street.")
    appealed = act(desk, service.appeal, made.id, "The street was renamed.", who=OWNER)
    assert (appealed.verification, appealed.profile["appeal"]["by"]) == (Verification.PENDING, OWNER.name)
    passed = act(desk, service.decide_check, made.id, "business", Verification.AUTHORIZED, who=OPERATOR)
    assert passed.verification is Verification.AUTHORIZED
    with pytest.raises(Invalid):
        act(desk, service.appeal, made.id, "again", who=OWNER)


def test_who_cannot_sign_up_or_accept(desk: Desk) -> None:
    """Personal accounts and guests are refused, taken ids too; a program accepts no agreement.

    P1.1-enrolment, P12-duplicate-id.
    """
    guest = replace(STRANGER, home_tenant_id=type(STRANGER.tenant_id)("elsewhere"))
    with pytest.raises(Forbidden):
        act(desk, service.sign_up, "guests", "Guests", PROFILE, who=guest)
    with pytest.raises(Conflict):
        act(desk, service.sign_up, "fabrikam", "Fabrikam", PROFILE, who=STRANGER)
    with pytest.raises(Invalid) as refused:
        act(desk, service.sign_up, "X", "", {"contact": {"name": "a", "email": "nonsense", "phone": "1"}}, who=STRANGER)
    assert {f.target for f in refused.value.details} == {"id", "displayName", "legalName", "address", "contact.email"}
    act(desk, service.sign_up, "new-one", "New", PROFILE, who=OWNER)
    robot = replace(OWNER, kind=CallerKind.APPLICATION)
    with pytest.raises(Forbidden):
        act(desk, service.enrol, "new-one", who=robot)
    with pytest.raises(Invalid):
        act(desk, service.enrol, "new-one", agreements=["something"], who=OWNER)
