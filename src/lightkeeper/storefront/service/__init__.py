"""What people do in the storefront and on the pages Service providers and My customers."""

from lightkeeper.storefront.service.browse import get_listing, search, why_not_purchase
from lightkeeper.storefront.service.customers import my_customers, my_delegations
from lightkeeper.storefront.service.decisions import accept, accept_update, delegate, remove_provider
from lightkeeper.storefront.service.held import (
    get_offer,
    list_notices,
    list_offers,
    owners_who_could,
    review_update,
)

__all__ = [
    "accept",
    "accept_update",
    "delegate",
    "get_listing",
    "get_offer",
    "list_notices",
    "list_offers",
    "my_customers",
    "my_delegations",
    "owners_who_could",
    "remove_provider",
    "review_update",
    "search",
    "why_not_purchase",
]
