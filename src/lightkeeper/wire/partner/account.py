"""The publisher's account: who it is, who belongs to it, whether it may publish."""

from datetime import UTC, datetime
from typing import Any

from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.publishing import service
from lightkeeper.publishing.account import Designation, MemberRole, Publisher, Verification
from lightkeeper.wire.partner import guesses
from lightkeeper.wire.partner.desk import Answer, Asked, PartnerDesk, finding_document, text_of

_VERDICTS = {**{str(one).lower(): one for one in Verification}, "accepted": Verification.AUTHORIZED,
             "challenged": Verification.REJECTED}  # fmt: skip
"""The states of a verification, and the names that other pages of the original have for two of them."""


def list_publishers(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the accounts the caller belongs to."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        return Answer(200, {"value": [publisher_document(one) for one in service.list_publishers(call)]})


def get_publisher(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return an account, and whether it is eligible."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        publisher = service.get_publisher(call, asked.path["publisher"])
        faults = service.why_ineligible(call, publisher.id)
    eligibility = {"eligible": not faults, "findings": [finding_document(fault) for fault in faults]}
    return Answer(200, {**publisher_document(publisher), "eligibility": eligibility})


def sign_up(desk: PartnerDesk, asked: Asked) -> Answer:
    """Open an account in the caller's tenant: `id`, `displayName`, `legalName`, `address`, `contact`."""
    body = asked.body
    guesses.insist_on_patience(asked.caller, desk.office.clock.now())
    with (
        guesses.counted(asked.caller, desk.office.clock.now()),
        desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call,
    ):
        made = service.sign_up(call, text_of(body, "id"), text_of(body, "displayName"), body)
    return Answer(201, publisher_document(made))


def enrol(desk: PartnerDesk, asked: Asked) -> Answer:
    """Accept the agreements and join the commercial marketplace; the operator names the person (`acceptedBy`)."""
    agreements = asked.body.get("agreements", ["publisherAgreement"])
    if not isinstance(agreements, list) or not all(isinstance(one, str) for one in agreements):
        raise Invalid("badRequest", "'agreements' must be a list of names.", target="agreements")
    by = text_of(asked.body, "acceptedBy")
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        return Answer(
            200, publisher_document(service.enrol(call, asked.path["publisher"], agreements=agreements, by=by))
        )


def get_eligibility(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return whether the account may publish Managed Service offers, and if not, why."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        faults = service.why_ineligible(call, asked.path["publisher"])
    return Answer(200, {"eligible": not faults, "findings": [finding_document(fault) for fault in faults]})


def decide_verification(desk: PartnerDesk, asked: Asked) -> Answer:
    """Say how the verification ended: `verdict` with a `note`, for one `check` or for the account as a whole."""
    verdict = _VERDICTS.get(text_of(asked.body, "verdict").lower())
    if verdict is None:
        raise Invalid("badRequest", f"The verdict must be one of {', '.join(Verification)}.", target="verdict")
    check, note, publisher = text_of(asked.body, "check"), text_of(asked.body, "note"), asked.path["publisher"]
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        if check:
            decided = service.decide_check(call, publisher, check, verdict, note)
        else:
            decided = service.decide_verification(call, publisher, verdict, note)
    return Answer(200, publisher_document(decided))


def appeal(desk: PartnerDesk, asked: Asked) -> Answer:
    """Ask for another look at a rejected account, with a `text`."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        found = service.appeal(call, asked.path["publisher"], text_of(asked.body, "text"))
    return Answer(200, publisher_document(found))


def put_designations(desk: PartnerDesk, asked: Asked) -> Answer:
    """Grant the account these designations and no others: a list of `name`, `from`, `until`."""
    rows = asked.body.get("designations")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Invalid("badRequest", "'designations' must be a list of name, from, until.", target="designations")
    granted = [Designation(str(row.get("name") or ""), _time(row, "from"), _time(row, "until")) for row in rows]
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        return Answer(200, publisher_document(service.set_designations(call, asked.path["publisher"], granted)))


def _time(row: dict[str, Any], key: str) -> datetime | None:
    text = row.get(key)
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as fault:
        raise Invalid("badRequest", f"'{str(text)[:40]}' is no date.", target=key) from fault


def put_member(desk: PartnerDesk, asked: Asked) -> Answer:
    """Give somebody a role in the account."""
    role = text_of(asked.body, "role").lower()
    if role not in tuple(MemberRole):
        raise Invalid("badRequest", f"The role must be one of {', '.join(MemberRole)}.", target="role")
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        publisher = service.set_member(call, asked.path["publisher"], asked.path["member"], MemberRole(role))
    return Answer(200, publisher_document(publisher))


def delete_member(desk: PartnerDesk, asked: Asked) -> Answer:
    """Take somebody's role in the account away."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        service.remove_member(call, asked.path["publisher"], asked.path["member"])
    return Answer(204)


def publisher_document(publisher: Publisher) -> dict[str, Any]:
    """Return an account as JSON."""
    return {
        "id": publisher.id,
        "displayName": publisher.display_name,
        "tenantId": publisher.tenant_id,
        "programs": list(publisher.programs),
        "agreementAcceptedBy": publisher.agreement_accepted_by,
        "agreementAcceptedTime": iso(publisher.agreement_accepted_at) if publisher.agreement_accepted_at else None,
        "verification": str(publisher.verification),
        "verificationNote": publisher.verification_note,
        "designations": [
            {
                "name": one.name,
                "from": iso(one.from_at) if one.from_at else None,
                "until": iso(one.until_at) if one.until_at else None,
            }
            for one in publisher.designations
        ],
        "partnerIds": list(publisher.partner_ids),
        "profile": publisher.profile,
        "members": [{"objectId": who, "role": str(role)} for who, role in publisher.members],
    }


ENDPOINTS = [
    ("GET", "/api/publishers", list_publishers),
    ("POST", "/api/publishers", sign_up),
    ("GET", "/api/publishers/{publisher}", get_publisher),
    ("GET", "/api/publishers/{publisher}/eligibility", get_eligibility),
    ("PUT", "/api/publishers/{publisher}/verification", decide_verification),
    ("POST", "/api/publishers/{publisher}/appeal", appeal),
    ("PUT", "/api/publishers/{publisher}/designations", put_designations),
    ("POST", "/api/publishers/{publisher}/enrol", enrol),
    ("PUT", "/api/publishers/{publisher}/members/{member}", put_member),
    ("DELETE", "/api/publishers/{publisher}/members/{member}", delete_member),
]
