"""Which way leads to an operation."""

from collections.abc import Mapping

from conformance.descriptions import Described
from conformance.knocks import Way, authorization, deployments, hierarchy, managed_services, market, resources

_BY_NAMESPACE: Mapping[str, Mapping[str, Way]] = {
    "Microsoft.ManagedServices": managed_services.KNOCKS,
    "Microsoft.ManagementPartner": market.KNOCKS,
    "Microsoft.Authorization": authorization.KNOCKS,
    "Microsoft.Authorization.locks": authorization.KNOCKS,
    "Microsoft.Resources": {**resources.KNOCKS, **deployments.KNOCKS},
    "Microsoft.Subscription": hierarchy.KNOCKS,
    "Microsoft.Management": hierarchy.KNOCKS,
    "Microsoft.Insights": market.KNOCKS,
    "Microsoft.MarketplaceOrdering": market.KNOCKS,
    "marketplacecatalog": market.KNOCKS,
}


def way_to(described: Described) -> Way:
    """Return the way to an operation; every operation that is asked for has one."""
    return _BY_NAMESPACE[described.namespace][described.name]
