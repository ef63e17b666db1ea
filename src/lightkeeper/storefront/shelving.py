"""How plans become a page of offers: grouped, in the order of the shelf, cut. Pure."""

import json
from collections.abc import Iterable, Sequence

from lightkeeper.delegation.model import PublishedPlan, version_of
from lightkeeper.delegation.shelf import Spot, spot_of
from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources.model import Page
from lightkeeper.resources.paging import key_of, token_of
from lightkeeper.storefront.model import Listing


def listings(plans: Iterable[PublishedPlan]) -> list[Listing]:
    """Return the plans as offers, by display name; an offer's preview copy is an offer of its own."""
    grouped: dict[tuple[str, str, bool], list[PublishedPlan]] = {}
    for plan in plans:
        grouped.setdefault((plan.publisher_id.lower(), plan.offer_id.lower(), plan.preview), []).append(plan)
    found = [_listing(sorted(group, key=lambda plan: plan.plan_display_name.lower())) for group in grouped.values()]
    return sorted(found, key=_spot)


def page(plans: Iterable[PublishedPlan], after: Spot | None, most: int) -> Page[Listing]:
    """Return the first offers behind a spot, and the token that leads on when there are more."""
    found = [one for one in listings(plans) if after is None or _spot(one) > after]
    return Page(found[:most], token_of(json.dumps(_spot(found[most - 1]))) if len(found) > most else None)


def spot_behind(token: str) -> Spot | None:
    """Return the spot a token names, None for no token. Raises `Invalid` for a token that `page` never gave."""
    if not token:
        return None
    try:
        title, publisher_id, offer_id, preview = json.loads(key_of(token))
    except (ValueError, TypeError) as fault:
        raise Invalid("InvalidSkipToken", f"'{token[:40]}' is no token of this list.", target="$skiptoken") from fault
    return Spot(str(title), str(publisher_id), str(offer_id), bool(preview))


def _spot(listing: Listing) -> Spot:
    return spot_of(listing.plans[0])


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
