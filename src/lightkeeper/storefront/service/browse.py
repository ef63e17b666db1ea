"""Finding an offer, and hearing why one cannot be taken."""

from lightkeeper.delegation import service as delegation
from lightkeeper.delegation import shelf
from lightkeeper.delegation.model import Plan, PublishedPlan
from lightkeeper.delegation.objections import findings_of
from lightkeeper.delegation.purchase_rules import Buyer, visible_to_everybody, why_not_see
from lightkeeper.delegation.purchase_rules import why_not_purchase as rule
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import NotFound
from lightkeeper.resources import service as resources
from lightkeeper.storefront.model import Listing
from lightkeeper.storefront.shelving import found_by, listings

READ_SUBSCRIPTION = "Microsoft.Resources/subscriptions/read"


def search(
    call: Call, words: str = "", subscription_id: str | None = None, category: str | None = None
) -> list[Listing]:
    """Return the offers that fit all the words: public ones, and with a subscription also what is private to it.

    With `subscription_id` the caller must be able to read the subscription.
    """
    return listings(plan for plan in _visible(call, subscription_id) if found_by(plan, words, category))


def _visible(call: Call, subscription_id: str | None, *, publisher: str = "", product: str = "") -> list[PublishedPlan]:
    plans = shelf.published_plans(call.connection, call.now, publisher=publisher, product=product)
    if subscription_id is None:
        call.open_to_all("public offers are for everybody to see")
        return [plan for plan in plans if visible_to_everybody(plan)]
    call.authorize(READ_SUBSCRIPTION, f"/subscriptions/{subscription_id}")
    buyer = Buyer.of(resources.require_subscription(call, subscription_id))
    return [plan for plan in plans if plan.on_sale and not why_not_see(plan, buyer)]


def get_listing(call: Call, publisher: str, product: str, subscription_id: str | None = None) -> Listing:
    """Return one offer with the plans the viewer may see; raise `NotFound` when there is nothing to see."""
    found = _visible(call, subscription_id, publisher=publisher, product=product) if publisher and product else []
    if not found:
        raise NotFound("OfferNotFound", f"There is no offer '{publisher}.{product}' to see here.")
    return listings(found)[0]


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
