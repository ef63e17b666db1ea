"""Rules about plans: how many, what they are called, who may see them.

Pure. `700.5` is the certification policy on plan details.
"""

from collections.abc import Callable, Iterator

from lightkeeper.kernel.findings import Finding, Severity
from lightkeeper.publishing.listing_rules import check_html
from lightkeeper.publishing.offer import Offer, Plan
from lightkeeper.publishing.offer_rules import MAX_PRIVATE_AUDIENCE, check_audience

MAX_PRIVATE_PLANS = 45


def check_plans(offer: Offer) -> Iterator[Finding]:
    """Yield what is wrong with the plans, apart from their manifests."""
    private = [plan for plan in offer.plans if plan.private]
    if len(private) > MAX_PRIVATE_PLANS:
        yield Finding(
            "700.5-plan-count",
            "plans",
            f"{len(private)} plans are private; at most {MAX_PRIVATE_PLANS} may be.",
            "Merge private plans that ask for the same access: one audience may hold 10,000 subscriptions.",
        )
    if offer.plans and all(plan.deprecated for plan in offer.plans):
        yield Finding(
            "700.5-only-plan-stopped",
            f"{offer.plans[0].path}.lifecycleState",
            "No plan would be left on sale.",
            "Keep one plan, or stop the distribution of the whole offer: lightkeeper offer stop-selling.",
        )
    yield from _check_unique(offer, lambda plan: plan.id, "id", "plan-id-duplicate")
    yield from _check_unique(offer, lambda plan: plan.name.casefold(), "name", "700.5-plan-name-duplicate")
    for plan in offer.plans:
        yield from check_html(plan.description, f"{plan.path}.listing.description")
        yield from _check_audience(plan)


def _check_unique(offer: Offer, key: Callable[[Plan], str], field: str, code: str) -> Iterator[Finding]:
    first: dict[str, Plan] = {}
    for plan in offer.plans:
        value = key(plan)
        if value and value in first:
            yield Finding(
                code,
                f"{plan.path}.{field}",
                f"{first[value].path} has the same {field}.",
                "Give each plan its own.",
            )
        first.setdefault(value, plan)


def _check_audience(plan: Plan) -> Iterator[Finding]:
    at = f"{plan.path}.privateAudience"
    if plan.private and not plan.private_audience:
        yield Finding(
            "700.5-audience-missing",
            at,
            "A private plan without an audience is visible to nobody.",
            "List the subscriptions that may see it, or make it public.",
        )
    if not plan.private and plan.private_audience:
        yield Finding(
            "700.5-audience-without-effect",
            at,
            "A public plan is visible to everybody; its audience has no effect.",
            "Remove the audience, or make the plan private before it is first published.",
            Severity.WARNING,
        )
    yield from check_audience(plan.private_audience, at, MAX_PRIVATE_AUDIENCE)
