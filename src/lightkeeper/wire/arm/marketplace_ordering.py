"""Agreements to legal terms on the wire, in both forms: the terms to look at and accept, and the older list of agreements."""

from typing import Any

from lightkeeper.delegation.model import Plan
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.storefront import agreements
from lightkeeper.storefront.terms import Agreement, Terms
from lightkeeper.wire.arm.managed_services import system_data_of
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.operation_names import rows_of
from lightkeeper.wire.arm.reading import Body, read

VERSIONS = ("2021-01-01", "2015-06-01")
SYSTEM_DATA_SINCE = "2021-01-01"
OFFER_TYPE = "virtualmachine"
"""The one offer type clients know; they send it for every plan."""


class TermsProperties(Body):
    """What a client sends back of the terms it read."""

    signature: str
    accepted: bool


class TermsBody(Body):
    """The body of a PUT."""

    properties: TermsProperties


def get_terms(call: Call, request: ArmRequest) -> Answer:
    """Answer the terms of a plan and whether the subscription accepted them."""
    plan = _plan_of_terms(request)
    return Answer(200, _terms_body(agreements.get_terms(call, _subscription(request), plan), request))


def put_terms(call: Call, request: ArmRequest) -> Answer:
    """Accept terms, or take the acceptance back."""
    said = read(TermsBody, request.body).properties
    plan = _plan_of_terms(request)
    terms = agreements.set_terms(call, _subscription(request), plan, said.signature, accepted=said.accepted)
    return Answer(200, _terms_body(terms, request))


def list_agreements(call: Call, request: ArmRequest) -> Answer:
    """Answer every agreement of the subscription."""
    found = agreements.list_agreements(call, _subscription(request))
    return Answer(200, {"value": [_agreement_body(one) for one in found]})


def get_agreement(call: Call, request: ArmRequest) -> Answer:
    """Answer one agreement."""
    return Answer(200, _agreement_body(agreements.get_agreement(call, _subscription(request), _plan(request))))


def sign(call: Call, request: ArmRequest) -> Answer:
    """Accept the terms as they are now."""
    return Answer(200, _agreement_body(agreements.sign(call, _subscription(request), _plan(request))))


def cancel(call: Call, request: ArmRequest) -> Answer:
    """Take the acceptance back."""
    return Answer(200, _agreement_body(agreements.cancel(call, _subscription(request), _plan(request))))


def list_operations(call: Call, request: ArmRequest) -> Answer:
    """Answer what the provider can do."""
    call.open_to_all("what a provider can do is public")
    return Answer(200, {"value": rows_of(agreements.NAMESPACE)})


def _subscription(request: ArmRequest) -> str:
    return request.id.subscription_id or ""


def _plan_of_terms(request: ArmRequest) -> Plan:
    offer_type, publisher, offer, plan, current = request.id.names
    if offer_type.lower() != OFFER_TYPE:
        raise Invalid("BadRequest", f"The offer type '{offer_type[:64]}' has no terms here. Use '{OFFER_TYPE}'.")
    if current.lower() != "current":
        raise NotFound("ResourceNotFound", f"There are no terms '{current[:64]}' of a plan, only 'current' ones.")
    return Plan(publisher, offer, plan, "")


def _plan(request: ArmRequest) -> Plan:
    publisher, offer, plan = request.id.names
    return Plan(publisher, offer, plan, "")


def _terms_body(terms: Terms, request: ArmRequest) -> dict[str, Any]:
    plan, agreement = terms.plan, terms.agreement
    accepted = agreement is not None and agreement.active
    url = plan.terms_of_use if plan.terms_of_use.startswith("http") else None
    properties: dict[str, Any] = {
        "publisher": plan.publisher_id,
        "product": plan.plan.product,
        "plan": plan.plan_id,
        "licenseTextLink": url or f"{request.base}/catalog/terms/{terms.signature}",
        "privacyPolicyLink": plan.privacy_policy_url,
        "signature": terms.signature,
        "accepted": accepted,
    }
    if accepted and agreement is not None and agreement.signed_at is not None:
        properties["retrieveDatetime"] = iso(agreement.signed_at)
    body = {
        "id": request.id.text,
        "name": plan.plan_id,
        "type": "Microsoft.MarketplaceOrdering/offertypes",
        "properties": properties,
    }
    if agreement is not None and request.api_version >= SYSTEM_DATA_SINCE:
        body["systemData"] = system_data_of(agreement.stamp)
    return body


def _agreement_body(agreement: Agreement) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "id": agreement.id,
        "publisher": agreement.publisher_id,
        "offer": agreement.offer_id,
        "state": agreement.state.value,
    }
    if agreement.signed_at is not None:
        properties["signDate"] = iso(agreement.signed_at)
    if agreement.canceled_at is not None:
        properties["cancelDate"] = iso(agreement.canceled_at)
    return {
        "id": agreements.resource_id_of(agreement),
        "name": agreement.plan_id,
        "type": "Microsoft.MarketplaceOrdering/agreements",
        "properties": properties,
    }


_ORDERING = "/subscriptions/{subscriptionId}/providers/Microsoft.MarketplaceOrdering"
_TERMS = (
    f"{_ORDERING}/offerTypes/{{offerType}}/publishers/{{publisherId}}/offers/{{offerId}}/plans/{{planId}}"
    "/agreements/{current}"
)
_AGREEMENT = f"{_ORDERING}/agreements/{{publisherId}}/offers/{{offerId}}/plans/{{planId}}"
OPERATIONS = [
    Operation("GET", _TERMS, agreements.READ_TERMS, (200,), get_terms, VERSIONS),
    Operation("PUT", _TERMS, agreements.WRITE_TERMS, (200,), put_terms, VERSIONS),
    Operation("GET", f"{_ORDERING}/agreements", agreements.LIST_AGREEMENTS, (200,), list_agreements, VERSIONS),
    Operation("GET", _AGREEMENT, agreements.READ_AGREEMENT, (200,), get_agreement, VERSIONS),
    Operation("POST", f"{_AGREEMENT}/sign", agreements.SIGN_AGREEMENT, (200,), sign, VERSIONS),
    Operation("POST", f"{_AGREEMENT}/cancel", agreements.CANCEL_AGREEMENT, (200,), cancel, VERSIONS),
    Operation(
        "GET",
        "/providers/Microsoft.MarketplaceOrdering/operations",
        f"{agreements.NAMESPACE}/operations/read",
        (200,),
        list_operations,
        VERSIONS,
    ),
]
