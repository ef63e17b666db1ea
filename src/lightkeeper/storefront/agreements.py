"""Agreeing to the terms of a plan in a subscription, and taking that back.

An agreement is a record and nothing else: it delegates nothing, and no definition waits for it (the public documentation
does not say that managed services ask for it). Accepting an offer in the storefront signs its terms.
"""

from collections.abc import Sequence

from lightkeeper.delegation import shelf
from lightkeeper.delegation.model import Plan, PublishedPlan
from lightkeeper.delegation.purchase_rules import Buyer, why_not_purchase, why_not_see
from lightkeeper.delegation.service.stamps import stamp
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Invalid, NotFound, refuse_if
from lightkeeper.resources import service as resources
from lightkeeper.storefront import agreement_store
from lightkeeper.storefront.terms import Agreement, AgreementState, Terms, signature_of

NAMESPACE = "Microsoft.MarketplaceOrdering"
READ_TERMS = f"{NAMESPACE}/offertypes/publishers/offers/plans/agreements/read"
WRITE_TERMS = f"{NAMESPACE}/offertypes/publishers/offers/plans/agreements/write"
LIST_AGREEMENTS = f"{NAMESPACE}/agreements/read"
READ_AGREEMENT = f"{NAMESPACE}/agreements/offers/plans/read"
SIGN_AGREEMENT = f"{NAMESPACE}/agreements/offers/plans/sign/action"
CANCEL_AGREEMENT = f"{NAMESPACE}/agreements/offers/plans/cancel/action"


def get_terms(call: Call, subscription_id: str, plan: Plan) -> Terms:
    """Return the terms of the plan's newest version. Raises `Invalid` for a plan the subscription does not see."""
    call.authorize(READ_TERMS, _scope(subscription_id))
    return _terms(call, subscription_id, plan)


def set_terms(call: Call, subscription_id: str, plan: Plan, signature: str, *, accepted: bool) -> Terms:
    """Accept the terms with this signature, or take the acceptance back; return them as they are then.

    Raises `Invalid` when the signature is not that of the terms as they are now: they may have changed since they were
    read.
    """
    call.authorize(WRITE_TERMS, _scope(subscription_id))
    call.hold(f"subscription:{subscription_id.lower()}")
    terms = _terms(call, subscription_id, plan)
    if signature != terms.signature:
        raise Invalid(
            "BadRequest",
            "The signature is not that of the current terms. Read the terms again, then send them back as they are with "
            "'accepted'.",
            target="properties.signature",
        )
    if accepted:
        _insist_on_sale(call, subscription_id, terms.plan)
        return Terms(terms.plan, terms.signature, _sign(call, subscription_id, terms.plan))
    if terms.agreement is None or not terms.agreement.active:
        return terms
    return Terms(terms.plan, terms.signature, _cancel(call, terms.agreement))


def list_agreements(call: Call, subscription_id: str) -> Sequence[Agreement]:
    """Return every agreement of a subscription, canceled ones included."""
    call.authorize(LIST_AGREEMENTS, _scope(subscription_id))
    return agreement_store.agreements_of(call.connection, subscription_id)


def get_agreement(call: Call, subscription_id: str, plan: Plan) -> Agreement:
    """Return what the subscription last said to the plan's terms. Raises `NotFound` when it never said anything."""
    call.authorize(READ_AGREEMENT, _scope(subscription_id))
    return _known(call, subscription_id, plan)


def sign(call: Call, subscription_id: str, plan: Plan) -> Agreement:
    """Accept the plan's terms as they are now; the same again changes nothing."""
    call.authorize(SIGN_AGREEMENT, _scope(subscription_id))
    call.hold(f"subscription:{subscription_id.lower()}")
    terms = _terms(call, subscription_id, plan)
    _insist_on_sale(call, subscription_id, terms.plan)
    return _sign(call, subscription_id, terms.plan)


def cancel(call: Call, subscription_id: str, plan: Plan) -> Agreement:
    """Take the acceptance back; the same again changes nothing. Raises `NotFound` when there never was one."""
    call.authorize(CANCEL_AGREEMENT, _scope(subscription_id))
    call.hold(f"subscription:{subscription_id.lower()}")
    found = _known(call, subscription_id, plan)
    return _cancel(call, found) if found.active else found


def note_acceptance(call: Call, subscription_id: str, plan: PublishedPlan) -> None:
    """Sign the terms of an offer that is being accepted, on that verb's authority."""
    _sign(call, subscription_id, plan)


def find_terms(call: Call, signature: str) -> PublishedPlan:
    """Return a plan on sale whose terms have this signature. Raises `NotFound`.

    The signature is no secret to whoever may read the terms, and nobody else can guess it.
    """
    call.open_to_all("whoever holds a link to terms may read them")
    for plan in shelf.published_plans(call.connection, call.now):
        if signature_of(plan) == signature:
            return plan
    raise NotFound("TermsNotFound", "No plan on sale has these terms.")


def _terms(call: Call, subscription_id: str, plan: Plan) -> Terms:
    subscription = resources.require_subscription(call, subscription_id)
    published = shelf.find_plan(call.connection, plan, call.now, newest=True)
    agreement = agreement_store.find(call.connection, subscription.id, plan)
    if published is None or (agreement is None and why_not_see(published, Buyer.of(subscription))):
        raise Invalid(
            "BadRequest",
            f"Offer with PublisherId: '{plan.publisher}', OfferId: '{plan.product}', PlanId: '{plan.name}' was not found "
            f"in the marketplace as subscription '{subscription.id}' sees it.",
        )
    return Terms(published, signature_of(published), agreement)


def _known(call: Call, subscription_id: str, plan: Plan) -> Agreement:
    found = agreement_store.find(call.connection, subscription_id, plan)
    if found is None:
        raise NotFound(
            "AgreementNotFound",
            f"Subscription '{subscription_id}' has no agreement to the terms of '{plan.offering_key}'. Sign them first.",
        )
    return found


def _insist_on_sale(call: Call, subscription_id: str, plan: PublishedPlan) -> None:
    buyer = Buyer.of(resources.require_subscription(call, subscription_id))
    refuse_if(one.finding for one in why_not_purchase(plan, buyer))


def _sign(call: Call, subscription_id: str, plan: PublishedPlan) -> Agreement:
    former = agreement_store.find(call.connection, subscription_id, plan.plan)
    signature = signature_of(plan)
    if former is not None and former.active and former.signature == signature:
        return former
    signed = Agreement(
        id=former.id if former else ids.new_guid(),
        subscription_id=subscription_id.lower(),
        publisher_id=plan.publisher_id,
        offer_id=plan.plan.product,
        plan_id=plan.plan_id,
        state=AgreementState.ACTIVE,
        signature=signature,
        signed_at=call.now,
        canceled_at=None,
        stamp=stamp(call, former.stamp if former else None),
    )
    return _keep(call, signed, "TermsAccepted", SIGN_AGREEMENT)


def _cancel(call: Call, agreement: Agreement) -> Agreement:
    canceled = Agreement(
        id=agreement.id,
        subscription_id=agreement.subscription_id,
        publisher_id=agreement.publisher_id,
        offer_id=agreement.offer_id,
        plan_id=agreement.plan_id,
        state=AgreementState.CANCELED,
        signature=agreement.signature,
        signed_at=None,
        canceled_at=call.now,
        stamp=stamp(call, agreement.stamp),
    )
    return _keep(call, canceled, "TermsCanceled", CANCEL_AGREEMENT)


def _keep(call: Call, agreement: Agreement, kind: str, operation: str) -> Agreement:
    agreement_store.save(call.connection, agreement)
    subscription = resources.require_subscription(call, agreement.subscription_id)
    body = {
        "resource_id": resource_id_of(agreement),
        "publisher_id": agreement.publisher_id,
        "offer_id": agreement.offer_id,
        "plan_id": agreement.plan_id,
        "signature": agreement.signature,
    }
    call.record(Event(kind, operation, subscription.tenant_id, agreement.subscription_id, body))
    return agreement


def resource_id_of(agreement: Agreement) -> str:
    """Return the ARM id of an agreement."""
    return (
        f"{_scope(agreement.subscription_id)}/providers/{NAMESPACE}/agreements/{agreement.publisher_id}/offers/"
        f"{agreement.offer_id}/plans/{agreement.plan_id}"
    )


def _scope(subscription_id: str) -> str:
    return f"/subscriptions/{subscription_id}"
