"""The verification of an account: checks that the operator decides with a reason, and the publisher's appeal."""

from collections.abc import Mapping
from dataclasses import replace

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.publishing import members
from lightkeeper.publishing.account import Publisher, Verification
from lightkeeper.publishing.account_changes import held, stored
from lightkeeper.publishing.account_rules import Action

CHECKS: Mapping[str, str] = {
    "emailOwnership": "the primary contact's work address receives mail",
    "identity": "one person of the account proved who they are",
    "employment": "the contact works for the company, and the company owns the mail domain",
    "business": "the legal entity exists at the address",
    "dueDiligence": "a background review, for selected accounts",
}
CHECK_TITLES: Mapping[str, str] = {
    "emailOwnership": "Email ownership",
    "identity": "Identity",
    "employment": "Employment",
    "business": "Business",
    "dueDiligence": "Additional due diligence",
}
REQUIRED_CHECKS = ("emailOwnership", "employment", "business")
"""What every account must pass; the operator may ask selected accounts for the others."""


def decide_check(call: Call, publisher_id: str, check: str, verdict: Verification, note: str = "") -> Publisher:
    """Say how one check of an account ended, with the reason; the account's own state follows from its checks.

    One rejected check rejects the account; once all required checks are passed and no other one waits, it is authorized.
    A check nobody decided counts as passed in an account that was authorized as a whole.
    """
    members.require_operator(call)
    publisher = held(call, publisher_id, Action.READ)
    if check not in CHECKS:
        raise Invalid(
            "invalidRequest", f"There is no check '{check[:60]}'. Known: {', '.join(CHECKS)}.", target="check"
        )
    _insist_on_reason(verdict, note)
    checks = {**publisher.profile.get("checks", {}), check: _decided(call, verdict, note)}
    undecided = Verification.AUTHORIZED if publisher.verification is Verification.AUTHORIZED else Verification.PENDING
    states = dict.fromkeys(REQUIRED_CHECKS, str(undecided)) | {name: one["state"] for name, one in checks.items()}
    if Verification.REJECTED in states.values():
        overall = Verification.REJECTED
    else:
        overall = Verification.PENDING if Verification.PENDING in states.values() else Verification.AUTHORIZED
    reasons = "; ".join(f"{name}: {one['note']}" for name, one in checks.items() if one["note"])
    changed = replace(
        publisher,
        verification=overall,
        verification_note=reasons[:2000],
        profile={**publisher.profile, "checks": checks},
    )
    return stored(call, changed, "PublisherVerified")


def decide_verification(call: Call, publisher_id: str, verdict: Verification, note: str = "") -> Publisher:
    """Say how the verification of the account ended as a whole, with a reason; the operator's business.

    An account that is authorized has passed every check that was still open.
    """
    members.require_operator(call)
    publisher = held(call, publisher_id, Action.READ)
    _insist_on_reason(verdict, note)
    profile = publisher.profile
    if verdict is Verification.AUTHORIZED and "checks" in profile:
        passed = {
            name: one if one["state"] == verdict else _decided(call, verdict, note)
            for name, one in profile["checks"].items()
        }
        profile = {**profile, "checks": passed}
    changed = replace(publisher, verification=verdict, verification_note=note[:2000], profile=profile)
    return stored(call, changed, "PublisherVerified")


def _decided(call: Call, verdict: Verification, note: str) -> dict[str, str]:
    return {"state": str(verdict), "note": note[:2000], "by": call.caller.name, "at": iso(call.now)}


def _insist_on_reason(verdict: Verification, note: str) -> None:
    """Raise `Invalid` for a rejection that gives no reason: nobody can appeal against silence."""
    if verdict is Verification.REJECTED and not note.strip():
        raise Invalid("businessValidationError", "Say why it is rejected.", target="note")


def appeal(call: Call, publisher_id: str, text: str) -> Publisher:
    """Ask for another look at a rejected account; the rejected checks wait again. An owner's business."""
    publisher = held(call, publisher_id, Action.ENROL)
    if publisher.verification is not Verification.REJECTED:
        raise Invalid("invalidState", f"Only a rejected account can appeal; this one is {publisher.verification}.")
    if not text.strip():
        raise Invalid("businessValidationError", "Say why the decision should change.", target="text")
    pending = str(Verification.PENDING)
    checks = {
        name: {**one, "state": pending} if one["state"] == Verification.REJECTED else one
        for name, one in publisher.profile.get("checks", {}).items()
    }
    told = {"text": text.strip()[:4000], "by": call.caller.name, "at": iso(call.now)}
    changed = replace(
        publisher,
        verification=Verification.PENDING,
        profile={**publisher.profile, "checks": checks, "appeal": told},
    )
    return stored(call, changed, "PublisherAppealed")
