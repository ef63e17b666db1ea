"""Offers as the catalog's two generations write them: `offers` of 2021 and `products` of 2023.

The public descriptions demand many facts that only goods with a price have; a Managed Service offer has none, so they are
constants here.
"""

from typing import Any

from lightkeeper.delegation.model import PublishedPlan, Visibility
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.ids import named
from lightkeeper.storefront.model import Listing

OFFER_TYPE = "ManagedServices"
PRODUCTION = 5
"""The environment of offers that everybody may see; the public description numbers five and names none."""

_BILLED_ELSEWHERE: dict[str, Any] = {
    "hasFreeTrials": False,
    "isByol": True,
    "isQuantifiable": False,
}
_OF_THE_PRODUCT_ALONE = ("productId", "categoryIds", "privacyPolicyUri")
_NEVER = dict.fromkeys(
    (
        "isPrivate", "isPreview", "isMacc", "hasFreePlans", "hasPaygPlans", "isReseller", "isExcludedFromSearch",
        "excludeFromBootstrap", "disableSendEmailOnPurchase", "hideFromSaasBlade", "integratedWithMicrosoftGraphApi",
        "hasStandardContractAmendments", "fulfillBeforeChargeEligible",
    ),
    False,
)  # fmt: skip


def catalog_item(one: Listing) -> dict[str, Any]:
    """Return an offer as the offers API writes it."""
    newest = one.plans[0]
    return {
        **_NEVER,
        **_BILLED_ELSEWHERE,
        "language": "en",
        "displayName": one.display_name,
        "publisherId": one.publisher_id,
        "publisherDisplayName": one.publisher_display_name,
        "offerId": one.offer_id,
        "legacyId": one.id,
        "bigId": named("product", one.id),
        "summary": one.summary,
        "longSummary": one.summary,
        "description": one.description,
        "offerType": OFFER_TYPE,
        "offerEnvironment": PRODUCTION,
        "legalTermsType": "None",
        "popularity": 0,
        "isStopSell": not any(plan.on_sale for plan in one.plans),
        "isThirdParty": True,
        "categoryIds": list(one.categories),
        "keywords": list(newest.keywords),
        "legalTermsUri": _link(newest.terms_of_use),
        "privacyPolicyUri": newest.privacy_policy_url or None,
        "supportUri": newest.support_url or None,
        "iconFileUris": {"large": newest.logo_url} if newest.logo_url else {},
        "version": newest.version,
        "plans": [_offer_plan(plan) for plan in one.plans],
    }


def product(one: Listing) -> dict[str, Any]:
    """Return an offer as the products API writes it alone."""
    newest = one.plans[0]
    return {
        **product_summary(one),
        "isPrivate": False,
        "isStopSell": not any(plan.on_sale for plan in one.plans),
        "legalTermsType": "None",
        "legalTermsUri": _link(newest.terms_of_use),
        "supportUri": newest.support_url or None,
        "largeIconUri": newest.logo_url or None,
        "plans": [_product_plan(plan) for plan in one.plans],
    }


def product_summary(one: Listing) -> dict[str, Any]:
    """Return an offer as the products API lists it."""
    published = max((plan.published_at for plan in one.plans if plan.published_at), default=None)
    return {
        "uniqueProductId": one.id,
        "productId": named("product", one.id),
        "displayName": one.display_name,
        "publisherId": one.publisher_id,
        "publisherDisplayName": one.publisher_display_name,
        "publisherType": "ThirdParty",
        "publishingStage": "Public",
        "productType": OFFER_TYPE,
        "summary": one.summary,
        "longSummary": one.summary,
        "description": one.description,
        "categoryIds": list(one.categories),
        "pricingTypes": ["Byol"],
        "privacyPolicyUri": one.plans[0].privacy_policy_url or None,
        "plans": [_plan(plan) | {"planType": OFFER_TYPE} for plan in one.plans],
        **({"lastModifiedDateTime": iso(published)} if published else {}),
    }


def search_result(one: Listing) -> dict[str, Any]:
    """Return an offer as the search API writes it: the product's summary, but for what only the product itself tells."""
    shown = {name: value for name, value in product_summary(one).items() if name not in _OF_THE_PRODUCT_ALONE}
    logo = one.plans[0].logo_url
    return {**shown, "azureBenefit": "NotEligible", **({"smallIconUri": logo} if logo else {})}


def _plan(one: PublishedPlan) -> dict[str, Any]:
    return {
        "planId": one.plan_id,
        "displayName": one.plan_display_name,
        "summary": one.plan_summary,
        "description": one.plan_description,
        "isPrivate": one.visibility is Visibility.PRIVATE,
        "uniquePlanId": f"{one.publisher_id}.{one.offer_id}{one.plan_id}",
    }


def _product_plan(one: PublishedPlan) -> dict[str, Any]:
    return {
        **_plan(one),
        "planType": OFFER_TYPE,
        "version": one.version,
        "isHidden": False,
        "isStopSell": not one.on_sale,
        "isQuantifiable": False,
    }


def _offer_plan(one: PublishedPlan) -> dict[str, Any]:
    shown = _plan(one)
    unique = shown.pop("uniquePlanId")
    return {
        **_BILLED_ELSEWHERE,
        **shown,
        "id": one.plan_id,
        "legacyPlanId": unique,
        "type": OFFER_TYPE,
        "version": one.version,
        "isHidden": False,
        "isFree": False,
        "isPayg": False,
        "isStopSell": not one.on_sale,
        "cspState": "OptOut",
    }


def _link(terms: str) -> str | None:
    """Return terms that are an address; terms written out have none."""
    return terms if terms.startswith("http") else None
