"""How plans become a page of offers: grouped, searched, in a stable order. Pure."""

from collections.abc import Iterable, Sequence

from lightkeeper.delegation.model import PublishedPlan, version_of
from lightkeeper.storefront.model import Listing


def listings(plans: Iterable[PublishedPlan]) -> list[Listing]:
    """Return the plans as offers, by display name; an offer's preview copy is an offer of its own."""
    grouped: dict[tuple[str, str], list[PublishedPlan]] = {}
    for plan in plans:
        grouped.setdefault((plan.publisher_id.lower(), plan.plan.product.lower()), []).append(plan)
    found = [_listing(sorted(group, key=lambda plan: plan.plan_display_name.lower())) for group in grouped.values()]
    return sorted(found, key=lambda listing: (listing.display_name.lower(), listing.id.lower()))


def _listing(plans: Sequence[PublishedPlan]) -> Listing:
    newest = max(plans, key=lambda plan: version_of(plan.version))
    return Listing(
        publisher_id=newest.publisher_id,
        publisher_display_name=newest.publisher_display_name,
        offer_id=newest.offer_id,
        display_name=newest.offer_display_name,
        summary=newest.offer_summary,
        description=newest.offer_description,
        categories=newest.categories,
        preview=newest.preview,
        plans=tuple(plans),
    )


def found_by(plan: PublishedPlan, words: str, category: str | None = None) -> bool:
    """Return whether every word occurs in what the plan says about itself, and the category fits; case is ignored."""
    if category is not None and category.lower() not in (known.lower() for known in plan.categories):
        return False
    said = " ".join(
        (
            plan.offer_display_name,
            plan.publisher_display_name,
            plan.plan_display_name,
            plan.offer_summary,
            plan.offer_description,
            plan.plan_summary,
            plan.plan_description,
            plan.identifier,
            *plan.categories,
            *plan.keywords,
        )
    ).lower()
    return all(word in said for word in words.lower().split())
