"""Finding an offer, and hearing why one cannot be taken."""

from lightkeeper.delegation import service as delegation
from lightkeeper.delegation import shelf
from lightkeeper.delegation.model import Plan, PublishedPlan
from lightkeeper.delegation.objections import findings_of
from lightkeeper.delegation.purchase_rules import Buyer, visible_to_everybody, why_not_see
from lightkeeper.delegation.purchase_rules import why_not_purchase as rule
from lightkeeper.delegation.search_rules import found_by, words_asked
from lightkeeper.delegation.shelf import Sought
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import NotFound
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Channel, Page
from lightkeeper.storefront import shelving
from lightkeeper.storefront.model import Listing

READ_SUBSCRIPTION = "Microsoft.Resources/subscriptions/read"
PAGE = 100
"""Offers on a page."""


def search(
    call: Call,
    words: str = "",
    subscription_id: str | None = None,
    category: str | None = None,
    *,
    skip: str = "",
    most: int = PAGE,
) -> Page[Listing]:
    """Return a page of the offers that fit all the words: public ones, and with a subscription what is private to it.

    A word fits the words it begins. With `subscription_id` the caller must be able to read the subscription. `skip` is
    the token a page before ended with; raises `Invalid` for another.
    """
    buyer = _buyer(call, subscription_id)
    sought = Sought(
        words_asked(words),
        category or "",
        viewer=buyer.subscription_id if buyer else "",
        private=buyer is not None and buyer.channel is not Channel.CSP_RESELLER,
        after=shelving.spot_behind(skip),
    )
    plans = shelf.find_offers(call.connection, sought, call.now, most + 1)
    fit = (plan for plan in plans if _sees(buyer, plan) and found_by(plan, sought.words, sought.category))
    return shelving.page(fit, sought.after, most)


def _buyer(call: Call, subscription_id: str | None) -> Buyer | None:
    """Return who looks, None for everybody; refuse one who cannot read the subscription they look with."""
    if subscription_id is None:
        call.open_to_all("public offers are for everybody to see")
        return None
    call.authorize(READ_SUBSCRIPTION, f"/subscriptions/{subscription_id}")
    return Buyer.of(resources.require_subscription(call, subscription_id))


def _sees(buyer: Buyer | None, plan: PublishedPlan) -> bool:
    return visible_to_everybody(plan) if buyer is None else plan.on_sale and not why_not_see(plan, buyer)


def get_listing(call: Call, publisher: str, product: str, subscription_id: str | None = None) -> Listing:
    """Return one offer with the plans the viewer may see; raise `NotFound` when there is nothing to see."""
    buyer = _buyer(call, subscription_id)
    if publisher and product:
        plans = shelf.published_plans(call.connection, call.now, publisher=publisher, product=product)
        if found := shelving.listings(plan for plan in plans if _sees(buyer, plan)):
            return found[0]
    raise NotFound("OfferNotFound", f"There is no offer '{publisher}.{product}' to see here.")


def why_not_purchase(call: Call, plan: Plan, subscription_id: str) -> list[Finding]:
    """Return every reason the subscription cannot take the plan, or the caller cannot take it there; empty: go ahead.

    This tells somebody who knows a plan's id whether it exists, which the publisher told them anyway.
    """
    call.authorize(READ_SUBSCRIPTION, f"/subscriptions/{subscription_id}")
    published = shelf.find_plan(call.connection, plan, call.now, newest=not plan.version)
    if published is None:
        target = ".".join(part for part in (plan.publisher, plan.product, plan.name, plan.version) if part)
        return [Finding("PlanNotPublished", "plan", f"There is no published plan '{target}'.")]
    buyer = Buyer.of(resources.require_subscription(call, subscription_id))
    return [*findings_of(rule(published, buyer)), *delegation.why_not_onboard(call, subscription_id)]
