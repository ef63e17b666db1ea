"""Accounts, roles and qualifications: sections 1.1 to 1.4 of the publisher's contract, rule by rule."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Group, Tenant, TenantId
from lightkeeper.kernel.call import OPERATOR, Caller, CallerKind, ObjectId
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, Throttled
from lightkeeper.publishing import configuring, service, workflow
from lightkeeper.publishing.account import Designation, MemberRole, Publisher, Verification
from lightkeeper.publishing.account_rules import OTHER_DESIGNATIONS, QUALIFYING, Action, may
from lightkeeper.wire.partner import guesses
from tests.databases import furnish
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
from tests.publishing.offers import TENANT, eligible, good_offer, rows

ROBOT = Caller(
    ObjectId("0b0b0b0b-0000-4000-8000-000000000001"), TenantId(TENANT), "robot", CallerKind.APPLICATION,
    TenantId(TENANT), ObjectId("0b0b0b0b-0000-4000-8000-000000000001"), "app",
)  # fmt: skip
PROFILE = {
    "legalName": "Fabrikam Ltd",
    "address": "1 Harbour Street",
    "contact": {"name": "Pia", "email": "pia@fabrikam.example", "phone": "+1 425 555 0100"},
}


@pytest.fixture(scope="module")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One office for the module; every test works with a publisher of its own or puts things back."""
    from lightkeeper.kernel.clock import Clock
    from tests.conftest import OpenGate

    database = Database(f"sqlite:///{tmp_path_factory.mktemp('account')}/lightkeeper.db", durable=False)
    furnish(database)
    office = Office(database, Clock(), OpenGate())
    publisher_in(office)
    colleagues_in(office, OWNER, MANAGER, STRANGER, ROBOT)
    yield office
    database.close()


@pytest.fixture
def desk(rooms: Office) -> Desk:
    return Desk(rooms)


def act(office: Office, verb: Any, *args: Any, who: Caller = OWNER, **kwargs: Any) -> Any:
    with office.writing(who) as call:
        return verb(call, *args, **kwargs)


def test_p1_1_only_a_work_account_opens_an_account(rooms: Office) -> None:
    """P1.1-enrolment: guests are refused; the legal name, the address and the contact must be there."""
    guest = replace(STRANGER, home_tenant_id=TenantId("elsewhere"))
    with pytest.raises(Forbidden):
        act(rooms, service.sign_up, "guests", "Guests", PROFILE, who=guest)

    for missing in PROFILE:
        less = {key: value for key, value in PROFILE.items() if key != missing}
        with pytest.raises(Invalid) as refused:
            act(rooms, service.sign_up, "half", "Half", less)
        assert [one.target for one in refused.value.details] == [missing]


def test_p1_1_a_sign_up_is_kept_as_people_read_it(rooms: Office) -> None:
    """P1.2-fields: nothing but the fields of an account, without blanks around them and without control characters."""
    contact = {"name": " Pia ", "email": "pia@fabrikam.example", "phone": "1", "shoe size": [38]}
    told = {**PROFILE, "contact": contact, "accountType": "Company", "admin": True}

    made = act(rooms, service.sign_up, "tidy", "  Tidy Ltd ", told)

    assert (made.display_name, made.profile["accountType"]) == ("Tidy Ltd", "company")
    assert made.profile["contact"] == {"name": "Pia", "email": "pia@fabrikam.example", "phone": "1"}
    assert "admin" not in made.profile
    for fault in ({"contact": {**contact, "phone": "  "}}, {"address": "1 Harbour\0Street"}):
        with pytest.raises(Invalid) as refused:
            act(rooms, service.sign_up, "untidy", "Untidy", {**told, **fault})
        assert [one.target for one in refused.value.details] == list(fault)


def test_p1_1_who_accepts_the_agreement_is_owner(rooms: Office) -> None:
    """P1.1-owner: and a manager of the account accepts none."""
    made = act(rooms, service.sign_up, "accepting", "Accepting", PROFILE)
    act(rooms, service.set_member, "accepting", MANAGER.name, MemberRole.MANAGER)

    with pytest.raises(Forbidden):
        act(rooms, service.enrol, "accepting", who=MANAGER)
    with pytest.raises(Invalid) as refused:
        act(rooms, service.enrol, "accepting", who=OPERATOR)
    assert refused.value.target == "acceptedBy"  # the operator accepts for a person, whom the account remembers
    enrolled = act(rooms, service.enrol, "accepting")

    assert made.role_of(OWNER.object_id) is MemberRole.OWNER
    assert enrolled.agreement_accepted_by == OWNER.name


def test_p1_1_every_required_check_must_pass(rooms: Office) -> None:
    """P1.1-verification: Pending until all are passed, Rejected by one of them, with the reason; then an appeal."""
    act(rooms, service.sign_up, "checked", "Checked", PROFILE)
    states = []
    for check in ("emailOwnership", "employment", "business"):
        states.append(
            act(rooms, service.decide_check, "checked", check, Verification.AUTHORIZED, who=OPERATOR).verification
        )
    rejected = act(rooms, service.decide_check, "checked", "dueDiligence", Verification.REJECTED, "No.", who=OPERATOR)
    appealed = act(rooms, service.appeal, "checked", "Look again.")

    assert states == [Verification.PENDING, Verification.PENDING, Verification.AUTHORIZED]
    assert (rejected.verification, appealed.verification) == (Verification.REJECTED, Verification.PENDING)
    with pytest.raises(Forbidden):
        act(rooms, service.decide_check, "checked", "identity", Verification.AUTHORIZED)


def test_p1_1_nobody_is_rejected_without_a_reason(rooms: Office) -> None:
    """P1.1-reason: an appeal has to answer something."""
    act(rooms, service.sign_up, "unheard", "Unheard", PROFILE)
    for verb, what in ((service.decide_verification, ()), (service.decide_check, ("business",))):
        with pytest.raises(Invalid) as refused:
            act(rooms, verb, "unheard", *what, Verification.REJECTED, "  ", who=OPERATOR)
        assert refused.value.target == "note"


def test_p1_1_an_account_authorized_as_a_whole_stays_so(rooms: Office) -> None:
    """P1.1-verification: a further check that is passed takes nothing away, and nothing rejected before is left over."""
    act(rooms, service.sign_up, "whole", "Whole", PROFILE)
    act(rooms, service.decide_check, "whole", "business", Verification.REJECTED, "No such house.", who=OPERATOR)
    act(rooms, service.decide_verification, "whole", Verification.AUTHORIZED, "They were right.", who=OPERATOR)
    after = act(rooms, service.decide_check, "whole", "dueDiligence", Verification.AUTHORIZED, who=OPERATOR)

    assert after.verification is Verification.AUTHORIZED
    assert {one["state"] for one in after.profile["checks"].values()} == {"Authorized"}


def test_p1_2_an_id_is_taken_once_and_never_changes_hands(rooms: Office) -> None:
    """P1.2-publishers: unique, with its tenant for good; one organisation may have several."""
    act(rooms, service.sign_up, "first-one", "First", PROFILE)
    act(rooms, service.sign_up, "second-one", "Second", PROFILE)

    with pytest.raises(Conflict):
        act(rooms, service.sign_up, "first-one", "Again", PROFILE, who=STRANGER)
    with pytest.raises(Conflict):
        elsewhere = Publisher("first-one", "99999999-9999-4999-8999-999999999999", "Moved")
        act(rooms, service.put_publisher, elsewhere, who=OPERATOR)


def test_p1_2_taken_ids_are_not_found_out_by_asking(rooms: Office) -> None:
    """P1.2-publishers: the tenth refusal within an hour is the last one that tells anything."""
    curious = replace(STRANGER, home_object_id=ObjectId("oid-curious"))
    now = rooms.clock.now()

    for _ in range(guesses.MOST_REFUSALS):
        guesses.insist_on_patience(curious, now)
        with pytest.raises(Conflict), guesses.counted(curious, now):
            act(rooms, service.sign_up, "fabrikam", "Guess", PROFILE, who=curious)

    with pytest.raises(Throttled) as refused:
        guesses.insist_on_patience(curious, now)
    guesses.insist_on_patience(OWNER, now)
    guesses.insist_on_patience(curious, now + guesses.WITHIN)
    assert 0 < refused.value.retry_after <= 3600


ROLES = [
    (Action.ENROL, {MemberRole.OWNER}),
    (Action.PAYOUT, {MemberRole.OWNER}),
    (Action.MANAGE_MEMBERS, {MemberRole.OWNER, MemberRole.MANAGER}),
    (Action.EDIT_OFFERS, set(MemberRole)),
    (Action.READ, set(MemberRole)),
    (Action.READ_CUSTOMERS, {MemberRole.OWNER}),
]


def test_p1_3_the_role_table() -> None:
    """P1.3-roles: Owner, Manager and Developer, action by action; other roles of the partner program mean nothing."""
    assert {action for action, _ in ROLES} == set(Action)
    assert [(action, {role for role in MemberRole if may(role, action)}) for action, _ in ROLES] == ROLES
    assert not any(may(None, action) for action in Action)
    assert {str(role) for role in MemberRole} == {"owner", "manager", "developer"}


def test_p1_3_a_service_principal_has_the_role_it_is_given(rooms: Office) -> None:
    """P1.3-applications: a program of the tenant edits and publishes like a person; without a role it is a stranger."""
    with pytest.raises(Forbidden):
        act(rooms, service.put_offer, *OFFER, good_offer(), {}, who=ROBOT)

    act(rooms, service.set_member, "fabrikam", ROBOT.object_id, MemberRole.MANAGER)

    assert act(rooms, service.put_offer, *OFFER, good_offer(), {}, who=ROBOT)[0].changed_by == "robot"
    with pytest.raises(Forbidden):
        act(rooms, service.enrol, "fabrikam", who=ROBOT)


def test_p1_3_a_program_uses_the_ingestion_api_as_a_manager(rooms: Office) -> None:
    """P1.3-api: "needs Manager for API work"; a developer's role is for people there."""
    for role, may_it in ((MemberRole.DEVELOPER, False), (MemberRole.MANAGER, True)):
        act(rooms, service.set_member, "fabrikam", ROBOT.object_id, role)
        with nullcontext() if may_it else pytest.raises(Forbidden, match="manager"):
            act(rooms, configuring.publisher_for, "fabrikam", who=ROBOT)


def test_p1_3_only_people_and_programs_of_the_organisation_are_members(rooms: Office) -> None:
    """P1.3-kinds: an existing user, a guest, or an application of the tenant; a slip of the pen appoints nobody."""
    group = Group(ObjectId("0b0b0b0b-0000-4000-8000-000000000002"), TenantId(TENANT), display_name="Everybody")
    act(rooms, directory.put_group, group, who=OPERATOR)

    for nobody in ("0b0b0b0b-0000-4000-8000-00000000ffff", "typo@fabrikam.example", "stranger", "", group.id):
        with pytest.raises(Invalid) as refused:
            act(rooms, service.set_member, "fabrikam", nobody, MemberRole.OWNER)
        assert refused.value.target == "member"
    named = act(rooms, service.set_member, "fabrikam", "Stranger@Fabrikam.example", MemberRole.DEVELOPER)

    assert named.role_of(STRANGER.object_id) is MemberRole.DEVELOPER
    assert act(rooms, service.remove_member, "fabrikam", STRANGER.name).role_of(STRANGER.object_id) is None


def test_p1_3_one_role_is_for_all_offers_of_a_publisher_and_no_other(rooms: Office) -> None:
    """P1.3-scope: who may edit one offer may edit them all; of another publisher none."""
    act(rooms, service.sign_up, "other-house", "Other", PROFILE)
    second = good_offer()
    second["offer"]["id"] = "second-offer"

    act(rooms, service.put_offer, "fabrikam", "second-offer", second, {}, who=DEVELOPER)

    with pytest.raises(Forbidden):
        act(rooms, service.put_offer, "other-house", "second-offer", second, {}, who=DEVELOPER)


def test_p1_3_the_last_owner_stays(rooms: Office) -> None:
    """P1.3-owner: appointed and removed by owners only, and never the last one."""
    with pytest.raises(Forbidden):
        act(rooms, service.set_member, "fabrikam", STRANGER.name, MemberRole.OWNER, who=MANAGER)
    with pytest.raises(Conflict):
        act(rooms, service.set_member, "fabrikam", OWNER.name, MemberRole.MANAGER)


@pytest.mark.parametrize("name", sorted(QUALIFYING))
def test_p1_4_a_qualification_counts_while_it_holds(rooms: Office, name: str) -> None:
    """P1.4-eligibility, P0-10: not before its first day, not from its last day on; none of the others counts at all."""
    now, day = rooms.clock.now(), timedelta(days=1)
    with pytest.raises(Invalid, match="before it begins"):
        act(rooms, service.set_designations, "fabrikam", [Designation(name, now, now)], who=OPERATOR)

    def eligible_with(*designations: Designation) -> bool:
        act(rooms, service.set_designations, "fabrikam", designations, who=OPERATOR)
        with rooms.reading(OWNER) as call:
            return service.why_ineligible(call, "fabrikam") == []

    try:
        assert eligible_with(Designation(name))
        assert eligible_with(Designation(name, now - day, now + day))
        assert not eligible_with(Designation(name, now + day, None))
        assert not eligible_with(Designation(name, None, now - day))
        assert not eligible_with(*(Designation(other) for other in OTHER_DESIGNATIONS))
        another = next(other for other in QUALIFYING if other != name)
        assert eligible_with(Designation(name, None, now - day), Designation(another))
    finally:
        act(rooms, service.set_designations, "fabrikam", FABRIKAM.designations, who=OPERATOR)


def test_p1_4_there_are_six_designations_besides_the_older_ones(rooms: Office) -> None:
    """P1.4-designations: any other name is refused."""
    partner = {one for one in {*QUALIFYING, *OTHER_DESIGNATIONS} if one.startswith("solutionsPartner.")}
    assert len(partner) == 6

    with pytest.raises(Invalid):
        act(rooms, service.set_designations, "fabrikam", [Designation("solutionsPartner.cooking")], who=OPERATOR)
    with pytest.raises(Invalid):
        act(rooms, service.set_designations, "fabrikam", [Designation("azureExpertMsp")] * 2, who=OPERATOR)


def test_p1_4_eligibility_fails_at_certification_and_warns_before(rooms: Office, desk: Desk) -> None:
    """P1.4-when: a draft is saved and submitted without a designation; certification refuses it under 700.4."""
    act(rooms, service.set_designations, "fabrikam", [], who=OPERATOR)
    try:
        submission = desk.preview()
        with rooms.reading(DEVELOPER) as call:
            found = service.get_submission(call, *OFFER, submission)
    finally:
        act(rooms, service.set_designations, "fabrikam", FABRIKAM.designations, who=OPERATOR)

    assert found is not None
    assert [step.state.value for step in found.steps[:2]] == ["complete", "rejected"]
    assert found.report is not None
    assert {item["code"] for item in found.report["items"]} == {"700.4-eligibility"}


def test_m16_eligible_rows_need_a_licence_of_the_managing_tenant(rooms: Office, desk: Desk) -> None:
    """M16: certification asks the directory, because a file cannot know."""

    def licensed(*licenses: str) -> str:
        tenant = Tenant(TenantId(TENANT), "fabrikam", "fabrikam.example", "Fabrikam")
        act(rooms, directory.put_tenant, replace(tenant, licenses=licenses), who=OPERATOR)
        submission = desk.preview(rows(eligible("Monitoring Contributor")))
        with rooms.reading(DEVELOPER) as call:
            found = service.get_submission(call, *OFFER, submission)
        assert found is not None
        return str(found.report["outcome"] if found.report else "")

    assert licensed() == "Failed"
    assert licensed("entraIdP2") != "Failed"
    workflow.run_preview(rooms, "nothing")  # an unknown submission is left alone
