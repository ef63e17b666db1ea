"""Published plans as a subscription sees them: what ARM calls marketplace registration definitions."""

from lightkeeper.delegation import actions, shelf
from lightkeeper.delegation.model import PREVIEW_SUFFIX, Plan, PublishedPlan
from lightkeeper.delegation.purchase_rules import Buyer, visible_to_everybody, why_not_see
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound
from lightkeeper.resources import service as resources


def list_marketplace_definitions(call: Call, subscription_id: str | None) -> list[PublishedPlan]:
    """Return the newest version of each plan that the subscription may see; without one, of each public plan."""
    sight = _Sight(call, subscription_id)
    return [plan for plan in shelf.published_plans(call.connection, call.now) if plan in sight]


def get_marketplace_definition(call: Call, subscription_id: str | None, identifier: str) -> PublishedPlan:
    """Return the plan version an identifier names: `publisher.product.plan.version`, or a prefix of that (L11).

    A prefix means the newest version of the first plan it fits. Raises `NotFound` when nothing fits, or nothing that
    may be seen.
    """
    sight = _Sight(call, subscription_id)
    publisher, product, name, version = _parts(identifier)
    if version:
        found = shelf.find_plan(call.connection, Plan(publisher, product, name, version), call.now)
        candidates = [found] if found else []
    else:
        wanted = [part for part in (publisher, product, name) if part]
        plans = shelf.published_plans(call.connection, call.now, publisher=publisher, product=product)
        candidates = [plan for plan in plans if _starts(plan, wanted)]
    for plan in candidates:
        if plan in sight:
            return plan
    raise NotFound(
        "ResourceNotFound",
        f"The Resource 'Microsoft.ManagedServices/marketplaceRegistrationDefinitions/{identifier}' under resource group "
        "'<null>' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )


class _Sight:
    """What the caller may see, at a subscription or at the root of a tenant."""

    def __init__(self, call: Call, subscription_id: str | None) -> None:
        if subscription_id is None:
            call.open_to_all("public plans are for everybody to see")
            self.buyer = None
            return
        call.authorize(actions.READ_MARKETPLACE, f"/subscriptions/{subscription_id}")
        self.buyer = Buyer.of(resources.require_subscription(call, subscription_id))

    def __contains__(self, plan: PublishedPlan) -> bool:
        return visible_to_everybody(plan) if self.buyer is None else not why_not_see(plan, self.buyer)


def _parts(identifier: str) -> tuple[str, str, str, str]:
    """Cut an identifier from the left: ids have no dots, versions do."""
    parts = [*identifier.split(".", 3), "", "", ""]
    return parts[0], parts[1], parts[2], parts[3]


def _starts(plan: PublishedPlan, wanted: list[str]) -> bool:
    has = plan.plan
    if len(wanted) == 1 and has.product.lower().endswith(PREVIEW_SUFFIX):
        return False  # a publisher alone means its live offers
    return [part.lower() for part in (has.publisher, has.product, has.name)][: len(wanted)] == [
        part.lower() for part in wanted
    ]
