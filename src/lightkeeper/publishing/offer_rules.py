"""Rules about the offer as a whole: categories, terms, audiences, leads.

Pure. Rule ids are those of the certification policies (100.x, 700.x) where they have one. Limits of single fields are
in offer.schema.json.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

from lightkeeper.kernel.findings import Finding, Severity
from lightkeeper.publishing.categories import CATEGORIES, is_category
from lightkeeper.publishing.offer import AudienceRow, Offer

ADVISED_CATEGORIES = 2
MAX_DESCRIPTION = 1000  # of a subscription in an audience
MAX_PREVIEW_AUDIENCE = 100
MAX_PRIVATE_AUDIENCE = 10_000


def check_offer_fields(offer: Offer, *, leads_required: bool = False) -> Iterator[Finding]:
    """Yield what is wrong with the parts of the offer that are neither listing nor plan.

    `leads_required` is the policy of 2019 to 2022, under which every offer needed a lead destination.
    """
    yield from _check_categories(offer.categories)
    if not offer.terms_text and not offer.terms_url:
        yield Finding(
            "100.4-terms-missing",
            "properties.terms",
            "The offer has no terms and conditions.",
            "Give the text of your terms, or the link to them.",
        )
    if not offer.preview_audience:
        yield Finding(
            "100.14-preview-audience-empty",
            "previewAudience",
            "Nobody can look at the preview.",
            "Name at least one subscription of your own.",
        )
    yield from check_audience(offer.preview_audience, "previewAudience", MAX_PREVIEW_AUDIENCE)
    yield from _check_leads(offer, leads_required)


def _check_categories(categories: Sequence[str]) -> Iterator[Finding]:
    for n, category in enumerate(categories):
        if not is_category(category):
            name = category.partition("/")[0]
            known = CATEGORIES.get(name)
            choices = ", ".join(sorted(known)) if known else ", ".join(CATEGORIES)
            yield Finding(
                "100.2-category-unknown",
                f"properties.categories[{n}]",
                f"'{category[:80]}' is not a category of the Azure storefront.",
                f"Choose one of: {choices}.",
            )
    for category, times in Counter(categories).items():
        if times > 1:
            at = f"properties.categories[{len(categories) - 1 - categories[::-1].index(category)}]"
            yield Finding("100.2-category-count", at, f"Category '{category[:80]}' is given twice.", "Remove one.")
    if len({category.partition("/")[0] for category in categories}) > ADVISED_CATEGORIES:
        yield Finding(
            "100.2-category-count",
            "properties.categories",
            "The storefront shows an offer under two categories; more make it harder to find, not easier.",
            "Keep the two that fit best.",
            Severity.WARNING,
        )


def check_audience(rows: Sequence[AudienceRow], at: str, most: int) -> Iterator[Finding]:
    """Yield what is wrong with an audience beyond the form of its rows."""
    if len(rows) > most:
        code = "100.14-preview-audience-count" if at == "previewAudience" else "700.5-audience-count"
        yield Finding(code, at, f"{len(rows)} subscriptions; at most {most} are allowed.", "Shorten the list.")
    seen: set[str] = set()
    for n, row in enumerate(rows):
        if row.subscription_id and row.subscription_id in seen:
            yield Finding(
                "audience-duplicate",
                f"{at}[{n}].subscriptionId",
                "This subscription is listed twice.",
                "Keep one of the rows.",
                Severity.WARNING,
            )
        seen.add(row.subscription_id)


def _check_leads(offer: Offer, required: bool) -> Iterator[Finding]:
    destination = offer.lead_destination
    if required and destination == "none":
        yield Finding(
            "700.4-lead-destination",
            "customerLeads",
            "This marketplace asks for a lead destination.",
            "Say where leads go.",
        )
    leads = offer.document.get("customerLeads")
    if not isinstance(leads, dict):
        return
    given = [key for key in leads if key.endswith("LeadConfiguration")]
    expected = f"{destination}LeadConfiguration"
    if destination != "none" and expected not in leads:
        yield Finding(
            "leads-configuration",
            "customerLeads.destination",
            f"Leads go to '{destination}', but {expected} is missing.",
            f"Add {expected}.",
        )
    for key in given:
        if key != expected:
            yield Finding(
                "leads-configuration",
                f"customerLeads.{key}",
                f"Leads go to '{destination}', so {key} has no effect.",
                "Remove it, or change the destination.",
            )
    if destination == "blob":
        yield Finding(
            "leads-blob",
            "customerLeads.destination",
            "Blob destinations no longer receive leads.",
            "Use table or httpsEndpoint.",
            Severity.WARNING,
        )
