"""Who sees a published plan and who may take it.

Pure. A private plan is for the subscriptions its publisher listed, and never for one bought through a reseller of the
CSP program; a plan in preview is for the preview audience, which sees every plan of the offer (L80, L47).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from lightkeeper.delegation.model import PublishedPlan, Visibility
from lightkeeper.delegation.objections import Objection, findings_of, refused
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources.model import Channel, Subscription

PURCHASE_FAILED = "MarketplacePurchaseEligibilityFailed"
PURCHASE_FAILED_TEXT = "Marketplace purchase eligibilty check returned errors. See inner errors for details. "
"""The misspelling and the blank at the end are the public service's."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """What a purchase depends on: the subscription and how it was bought."""

    subscription_id: str
    channel: Channel
    active: bool = True

    @classmethod
    def of(cls, subscription: Subscription) -> "Buyer":
        """Return the buyer a subscription is."""
        return cls(subscription.id, subscription.channel, not subscription.state.read_only)


def why_not_purchase(plan: PublishedPlan, buyer: Buyer) -> list[Objection]:
    """Return every reason this subscription cannot take the plan; empty means it can.

    An accepted plan that is stopped later stays with its customers (L99); this is about taking it anew.
    """
    found = why_not_see(plan, buyer)
    if not plan.on_sale:
        found.append(refused("L99", "plan", f"'{plan.offer_display_name}' is no longer sold.", code="OfferNotOnSale"))
    if not buyer.active:
        found.append(
            refused(
                "L74",
                "subscription",
                f"The subscription '{buyer.subscription_id}' is not active.",
                code="ReadOnlyDisabledSubscription",
                remedy="Reactivate the subscription.",
            )
        )
    return found


def why_not_see(plan: PublishedPlan, buyer: Buyer) -> list[Objection]:
    """Return every reason the plan is hidden from this subscription; empty means it is shown."""
    found = []
    if plan.preview and buyer.subscription_id not in plan.preview_audience:
        found.append(
            refused(
                "L80",
                "subscription",
                f"'{plan.offer_display_name}' is in preview, and subscription '{buyer.subscription_id}' is not in its "
                "preview audience.",
                code="NotInPreviewAudience",
                remedy="Wait until the offer is live, or ask the publisher for a place in the preview audience.",
            )
        )
    if plan.visibility is Visibility.PRIVATE:
        if buyer.channel is Channel.CSP_RESELLER:
            found.append(
                refused(
                    "L80",
                    "subscription",
                    f"'{plan.plan_display_name}' is a private plan, and subscription '{buyer.subscription_id}' was "
                    "bought through a reseller of the Cloud Solution Provider program.",
                    code="PrivatePlanNotForReseller",
                    remedy="Use a public plan, or a subscription bought directly.",
                )
            )
        if not plan.preview and buyer.subscription_id not in plan.audience:
            found.append(
                refused(
                    "L80",
                    "subscription",
                    f"'{plan.plan_display_name}' is a private plan, and subscription '{buyer.subscription_id}' is not "
                    "in its audience.",
                    code="NotInPrivateAudience",
                    remedy="Ask the publisher to add the subscription to the plan's audience.",
                )
            )
    return found


def visible_to_everybody(plan: PublishedPlan) -> bool:
    """Return whether even somebody who is not signed in finds the plan."""
    return plan.visibility is Visibility.PUBLIC and not plan.preview and plan.on_sale


def purchase_refused(plan: PublishedPlan, reasons: Sequence[Objection]) -> Invalid:
    """Return the problem the public service answers with: one inner error for each reason."""
    opening = (
        f"Offer with PublisherId: '{plan.publisher_id}', OfferId: '{plan.offer_id}' cannot be purchased due to "
        "validation errors. "
    )
    return Invalid(
        PURCHASE_FAILED,
        PURCHASE_FAILED_TEXT,
        target="plan",
        details=[
            Finding("BadRequest", finding.target, opening + finding.message, finding.remedy)
            for finding in findings_of(reasons)
        ],
    )
