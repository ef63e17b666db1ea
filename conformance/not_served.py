"""Operations of the asked-for namespaces that this house does not serve, each with the reason. The list may only shrink."""

_TRANSFER = "subscriptions do not change tenants by themselves here: the world's operator moves them"
_POLICY = "there is nothing a policy on subscriptions entering or leaving a tenant could stop (see acceptOwnership)"
_SEARCH = "the search of the catalog itself answers the same, without a tenant's name in a header"
_KEYS = "the catalog is public here, so nobody needs a key to it"
_REVIEWS = "nobody reviews products here"

NOT_SERVED: dict[str, str] = {
    "Microsoft.Subscription/2021-10-01/BillingAccount_GetPolicy": "there are no billing accounts",
    "Microsoft.Subscription/2021-10-01/SubscriptionOperation_Get": "making a subscription is over when it is answered",
    "Microsoft.Subscription/2021-10-01/SubscriptionPolicy_AddUpdatePolicyForTenant": _POLICY,
    "Microsoft.Subscription/2021-10-01/SubscriptionPolicy_GetPolicyForTenant": _POLICY,
    "Microsoft.Subscription/2021-10-01/SubscriptionPolicy_ListPolicyForTenant": _POLICY,
    "Microsoft.Subscription/2021-10-01/Subscription_AcceptOwnership": _TRANSFER,
    "Microsoft.Subscription/2021-10-01/Subscription_AcceptOwnershipStatus": _TRANSFER,
    "marketplacecatalog/2023-01-01-preview/Comments_Get": _REVIEWS,
    "marketplacecatalog/2023-01-01-preview/Reviews_Get": _REVIEWS,
    "marketplacecatalog/2023-01-01-preview/CreateApiKey_Post": _KEYS,
    "marketplacecatalog/2023-01-01-preview/GetApiKeys_List": _KEYS,
    "marketplacecatalog/2023-01-01-preview/RevokeApiKey_Post": _KEYS,
    "marketplacecatalog/2022-07-31/EdgeZonesProducts_List": "no product here runs in an edge zone",
    "marketplacecatalog/2022-02-02/Search_PostArm": _SEARCH,
    "marketplacecatalog/2023-05-01-preview/Skus_List": "managed services have plans and no SKUs",
}
