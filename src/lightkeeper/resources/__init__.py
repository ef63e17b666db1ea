"""The hierarchy everything lives in: management groups, subscriptions, resource groups, resources, providers."""
