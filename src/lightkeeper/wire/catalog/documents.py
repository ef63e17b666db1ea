"""Offers as the catalog's two generations write them: `offers` of 2021 and `products` of 2023."""

from typing import Any

from lightkeeper.delegation.model import PublishedPlan, Visibility
from lightkeeper.kernel.clock import iso
from lightkeeper.storefront.model import Listing

OFFER_TYPE = "ManagedServices"


def catalog_item(one: Listing) -> dict[str, Any]:
    """Return an offer as the offers API writes it."""
    newest = one.plans[0]
    return {
        "language": "en",
        "displayName": one.display_name,
        "publisherId": one.publisher_id,
        "publisherDisplayName": one.publisher_display_name,
        "offerId": one.offer_id,
        "legacyId": one.id,
        "summary": one.summary,
        "longSummary": one.summary,
        "description": one.description,
        "offerType": OFFER_TYPE,
        "isPrivate": False,
        "isPreview": False,
        "isStopSell": False,
        "isThirdParty": True,
        "isByol": True,
        "hasFreePlans": False,
        "categoryIds": list(one.categories),
        "keywords": list(newest.keywords),
        "legalTermsUri": newest.terms_of_use if newest.terms_of_use.startswith("http") else None,
        "privacyPolicyUri": newest.privacy_policy_url or None,
        "supportUri": newest.support_url or None,
        "iconFileUris": {"large": newest.logo_url} if newest.logo_url else {},
        "version": newest.version,
        "plans": [_plan(plan) | {"id": plan.plan_id} for plan in one.plans],
    }


def product(one: Listing) -> dict[str, Any]:
    """Return an offer as the products API writes it."""
    newest = one.plans[0]
    published = max((plan.published_at for plan in one.plans if plan.published_at), default=None)
    return {
        "uniqueProductId": one.id,
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
        "isPrivate": False,
        "isStopSell": False,
        "pricingTypes": ["Byol"],
        "legalTermsUri": newest.terms_of_use if newest.terms_of_use.startswith("http") else None,
        "privacyPolicyUri": newest.privacy_policy_url or None,
        "supportUri": newest.support_url or None,
        "largeIconUri": newest.logo_url or None,
        "plans": [_plan(plan) for plan in one.plans],
        **({"lastModifiedDateTime": iso(published)} if published else {}),
    }


def _plan(one: PublishedPlan) -> dict[str, Any]:
    return {
        "planId": one.plan_id,
        "uniquePlanId": f"{one.publisher_id}.{one.offer_id}{one.plan_id}",
        "displayName": one.plan_display_name,
        "summary": one.plan_summary,
        "description": one.plan_description,
        "isPrivate": one.visibility is Visibility.PRIVATE,
        "version": one.version,
    }
