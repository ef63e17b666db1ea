"""How an account comes to be: sign-up, agreements accepted by a person, the checks of the account, an appeal."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lightkeeper.kernel.call import Call, CallerKind
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid
from lightkeeper.publishing import account_store, members, partner_ids
from lightkeeper.publishing.account import MemberRole, Publisher, Verification
from lightkeeper.publishing.account_rules import COMMERCIAL_MARKETPLACE, Action
from lightkeeper.publishing.events import publisher_event

CHECKS: Mapping[str, str] = {
    "emailOwnership": "the primary contact's work address receives mail",
    "identity": "one person of the account proved who they are",
    "employment": "the contact works for the company, and the company owns the mail domain",
    "business": "the legal entity exists at the address",
    "dueDiligence": "a background review, for selected accounts",
}
REQUIRED_CHECKS = ("emailOwnership", "employment", "business")
"""What every account must pass; the operator may ask selected accounts for the others."""

AGREEMENTS: Mapping[str, str] = {
    "publisherAgreement": "Publisher Agreement",
    "partnerProgramAgreement": "Partner Program Agreement",
}
ACCOUNT_TYPES = ("company", "individual")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,49}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def sign_up(call: Call, publisher_id: str, display_name: str, profile: Mapping[str, Any]) -> Publisher:
    """Open an account in the caller's own tenant; a tenant may have several. The caller becomes its owner.

    Raises `Invalid` with every fault of what was given, `Conflict` when the id was ever taken, `Forbidden` for guests:
    an account belongs to the organisation its people work for.
    """
    call.open_to_all("anybody may open an account for the organisation they work for")
    caller = call.caller
    if caller.is_guest or caller.unrestricted:
        raise Forbidden("forbidden", "Sign up with a work account of the organisation that will publish.")
    call.hold(f"publisher:{publisher_id}")
    kept = {
        key: profile[key] for key in ("legalName", "address", "accountType", "contact", "approver") if key in profile
    }
    faults = [*_faults(publisher_id, display_name, kept)]
    if faults:
        raise Invalid("schemaValidationError", "The account cannot be opened as it is.", details=faults)
    if account_store.find(call.connection, publisher_id) is not None:
        raise Conflict("invalidId", f"The publisher id '{publisher_id}' is taken. Choose another id.", target="id")
    call.hold("partner-ids")
    publisher = Publisher(
        id=publisher_id,
        tenant_id=caller.tenant_id,
        display_name=display_name,
        members=((caller.object_id, MemberRole.OWNER),),
        partner_ids=partner_ids.given_to(call.connection, caller.tenant_id),
        profile={**kept, "signedUpBy": caller.name, "signedUpAt": iso(call.now)},
    )
    account_store.add(call.connection, publisher)
    call.record(publisher_event("PublisherSignedUp", publisher))
    return publisher


def _faults(publisher_id: str, display_name: str, profile: Mapping[str, Any]) -> Sequence[Finding]:
    found = []
    if _ID.fullmatch(publisher_id) is None:
        found.append(
            Finding("publisher-id", "id", f"'{publisher_id[:60]}' is no publisher id.", "2 to 50 of a-z, 0-9 and dash.")
        )
    if not 1 <= len(display_name.strip()) <= 200:
        found.append(Finding("publisher-name", "displayName", "The account needs a name of at most 200 characters."))
    for field in ("legalName", "address"):
        value = profile.get(field)
        if not isinstance(value, str) or not 1 <= len(value.strip()) <= 500:
            found.append(Finding("publisher-profile", field, f"{field} is missing.", "Give it as it is registered."))
    if profile.get("accountType", "company") not in ACCOUNT_TYPES:
        found.append(Finding("publisher-profile", "accountType", f"It must be one of {', '.join(ACCOUNT_TYPES)}."))
    for who in ("contact", "approver"):
        person = profile.get(who)
        if person is None and who == "approver":
            continue
        person = person if isinstance(person, Mapping) else {}
        if not all(
            isinstance(person.get(key), str) and 0 < len(person[key]) <= 200 for key in ("name", "email", "phone")
        ):
            found.append(Finding("publisher-contact", who, f"The {who} needs name, email and phone."))
        elif _MAIL.fullmatch(person["email"]) is None:
            found.append(Finding("publisher-contact", f"{who}.email", f"'{person['email'][:80]}' is no mail address."))
    return found


def enrol(
    call: Call, publisher_id: str, *, agreements: Sequence[str] = ("publisherAgreement",), by: str = ""
) -> Publisher:
    """Join the commercial marketplace: a person accepts the agreements for the account and is remembered by name.

    A program cannot accept an agreement; the operator accepts it for a person by naming them (`by`).
    """
    publisher = members.require(call, publisher_id, Action.ENROL)
    if COMMERCIAL_MARKETPLACE in publisher.programs:
        return publisher
    if call.caller.kind is CallerKind.APPLICATION:
        raise Forbidden("forbidden", "An agreement is accepted by a person. Sign in as an owner of the account.")
    if "publisherAgreement" not in agreements or any(one not in AGREEMENTS for one in agreements):
        raise Invalid(
            "businessValidationError",
            f"Accept the publisher agreement ('publisherAgreement'); known agreements: {', '.join(AGREEMENTS)}.",
            target="agreements",
        )
    person = by.strip()[:200] if call.caller.unrestricted and by.strip() else call.caller.name
    accepted = [
        {"agreement": one, "acceptedBy": person, "acceptedAt": iso(call.now)} for one in dict.fromkeys(agreements)
    ]
    changed = replace(
        publisher,
        programs=(*publisher.programs, COMMERCIAL_MARKETPLACE),
        agreement_accepted_by=person,
        agreement_accepted_at=call.now,
        profile={**publisher.profile, "agreements": accepted},
    )
    return _store(call, changed, "PublisherEnrolled")


def decide_check(call: Call, publisher_id: str, check: str, verdict: Verification, note: str = "") -> Publisher:
    """Say how one check of an account ended, with the reason; the account's own state follows from its checks.

    One rejected check rejects the account; once all required checks are passed and no other one waits, it is authorized.
    """
    members.require_operator(call)
    publisher = members.require(call, publisher_id, Action.READ)
    if check not in CHECKS:
        raise Invalid(
            "invalidRequest", f"There is no check '{check[:60]}'. Known: {', '.join(CHECKS)}.", target="check"
        )
    decided = {"state": str(verdict), "note": note[:2000], "by": call.caller.name, "at": iso(call.now)}
    checks = {**publisher.profile.get("checks", {}), check: decided}
    states = {name: one["state"] for name, one in checks.items()} | {
        name: str(Verification.PENDING) for name in REQUIRED_CHECKS if name not in checks
    }
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
    return _store(call, changed, "PublisherVerified")


def appeal(call: Call, publisher_id: str, text: str) -> Publisher:
    """Ask for another look at a rejected account; the rejected checks wait again. An owner's business."""
    publisher = members.require(call, publisher_id, Action.ENROL)
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
    return _store(call, changed, "PublisherAppealed")


def _store(call: Call, publisher: Publisher, kind: str) -> Publisher:
    account_store.put(call.connection, publisher)
    call.record(publisher_event(kind, publisher))
    return publisher
