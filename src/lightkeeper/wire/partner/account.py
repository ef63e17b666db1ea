"""The publisher's account: who it is, who belongs to it, whether it may publish."""

from typing import Any

from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.publishing import service
from lightkeeper.publishing.account import MemberRole, Publisher
from lightkeeper.wire.partner.desk import Answer, Asked, PartnerDesk, finding_document


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


def enrol(desk: PartnerDesk, asked: Asked) -> Answer:
    """Accept the publisher agreement and join the commercial marketplace."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        return Answer(200, publisher_document(service.enrol(call, asked.path["publisher"])))


def put_member(desk: PartnerDesk, asked: Asked) -> Answer:
    """Give somebody a role in the account."""
    role = asked.body.get("role")
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
        "members": [{"objectId": who, "role": str(role)} for who, role in publisher.members],
    }


ENDPOINTS = [
    ("GET", "/api/publishers", list_publishers),
    ("GET", "/api/publishers/{publisher}", get_publisher),
    ("POST", "/api/publishers/{publisher}/enrol", enrol),
    ("PUT", "/api/publishers/{publisher}/members/{member}", put_member),
    ("DELETE", "/api/publishers/{publisher}/members/{member}", delete_member),
]
