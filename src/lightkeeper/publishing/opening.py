"""How an account comes to be: a person signs up for the organisation they work for, and accepts the agreements."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lightkeeper.kernel.call import Call, CallerKind
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid
from lightkeeper.publishing import account_store, partner_ids
from lightkeeper.publishing.account import MemberRole, Publisher
from lightkeeper.publishing.account_changes import held, stored
from lightkeeper.publishing.account_rules import COMMERCIAL_MARKETPLACE, Action
from lightkeeper.publishing.events import publisher_event

AGREEMENTS: Mapping[str, str] = {
    "publisherAgreement": "Publisher Agreement",
    "partnerProgramAgreement": "Partner Program Agreement",
}
ACCOUNT_TYPES = ("company", "individual")
_PERSON = ("name", "email", "phone", "address")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,49}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


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
    display_name, kept = display_name.strip(), _kept(profile)
    faults = _faults(publisher_id, display_name, kept)
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


def _kept(profile: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is remembered of a sign-up: the fields an account has, without blanks around their values."""
    fields = ("legalName", "address", "accountType", "contact", "approver")
    kept = {key: _stripped(profile[key]) for key in fields if profile.get(key) is not None}
    if isinstance(kept.get("accountType"), str):
        kept["accountType"] = kept["accountType"].lower()
    for who in ("contact", "approver"):
        if isinstance(kept.get(who), Mapping):
            kept[who] = {key: _stripped(kept[who][key]) for key in _PERSON if key in kept[who]}
    return kept


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _is_text(value: Any, most: int) -> bool:
    """Return whether a value can be read by people: text that is not empty, not too long and without control characters."""
    return isinstance(value, str) and 1 <= len(value.strip()) <= most and _UNSEEN.search(value) is None


def _faults(publisher_id: str, display_name: str, profile: Mapping[str, Any]) -> Sequence[Finding]:
    found = []
    if _ID.fullmatch(publisher_id) is None:
        found.append(
            Finding("publisher-id", "id", f"'{publisher_id[:60]}' is no publisher id.", "2 to 50 of a-z, 0-9 and dash.")
        )
    if not _is_text(display_name, 200):
        found.append(Finding("publisher-name", "displayName", "The account needs a name of at most 200 characters."))
    for field in ("legalName", "address"):
        if not _is_text(profile.get(field), 500):
            found.append(Finding("publisher-profile", field, f"{field} is missing.", "Give it as it is registered."))
    if profile.get("accountType", "company") not in ACCOUNT_TYPES:
        found.append(Finding("publisher-profile", "accountType", f"It must be one of {', '.join(ACCOUNT_TYPES)}."))
    for who in ("contact", "approver"):
        person = profile.get(who)
        if person is None and who == "approver":
            continue
        person = person if isinstance(person, Mapping) else {}
        optional = {"address"} & person.keys()
        if not all(_is_text(person.get(key), 200) for key in ("name", "email", "phone", *optional)):
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
    publisher = held(call, publisher_id, Action.ENROL)
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
    if call.caller.unrestricted and not by.strip():
        raise Invalid("businessValidationError", "Name the person who accepts the agreement.", target="acceptedBy")
    person = by.strip()[:200] if call.caller.unrestricted else call.caller.name
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
    return stored(call, changed, "PublisherEnrolled")
