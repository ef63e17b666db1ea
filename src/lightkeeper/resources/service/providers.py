"""Resource providers: which ones there are, and which a subscription has registered."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, NotFound
from lightkeeper.resources import actions, rules
from lightkeeper.resources.api_versions import GENERIC_VERSIONS
from lightkeeper.resources.model import (
    Catalogue,
    Provider,
    RegistrationState,
    Subscription,
    management_group_id,
    subscription_scope,
)
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.management_groups import require_management_group
from lightkeeper.resources.service.subscriptions import require_active, require_subscription
from lightkeeper.resources.store import groups, items


@lru_cache(maxsize=4)
def _namespaces(catalogue: Catalogue) -> Mapping[str, str]:
    """Return every namespace by its lower-case form; a catalogue does not change."""
    return {known.lower(): known for known in catalogue.namespaces()}


@lru_cache(maxsize=1000)
def _types(catalogue: Catalogue, namespace: str) -> Mapping[str, str]:
    return {known.lower(): known for known in catalogue.types_of(namespace)}


def namespace_of(text: str) -> str:
    """Return a namespace in the public spelling. Raises `NotFound` when there is no such provider."""
    found = _namespaces(seams.catalogue).get(text.lower())
    if found is None:
        raise NotFound("InvalidResourceNamespace", f"The resource namespace '{text}' is invalid.")
    return found


def type_of(namespace: str, types: Sequence[str], api_version: str = "") -> str:
    """Return the full type in the public spelling. Raises `NotFound` for an unknown namespace or type."""
    known, wanted = namespace_of(namespace), "/".join(types)
    found = _types(seams.catalogue, known).get(wanted.lower())
    if found is None:
        raise NotFound(
            "InvalidResourceType",
            f"The resource type '{wanted}' could not be found in the namespace '{known}' for api version "
            f"'{api_version}'. The supported api-versions are '{','.join(GENERIC_VERSIONS)}'.",
        )
    return f"{known}/{found}"


def is_registered(call: Call, subscription_id: str, namespace: str) -> bool:
    """Return whether the subscription may use the provider now. Authorizes nobody."""
    if rules.needs_no_registration(namespace):
        return True
    return groups.registration_of(call.connection, subscription_id, namespace) is RegistrationState.REGISTERED


def require_registered(call: Call, subscription_id: str, namespace: str) -> None:
    """Return quietly when the subscription may use the provider; raise `Conflict` otherwise (L75). Authorizes nobody.

    az takes the namespace from the last quoted word of the message and registers it, so the wording is fixed.
    """
    if is_registered(call, subscription_id, namespace):
        return
    message = (
        f"The subscription is not registered to use namespace '{namespace}'. See https://aka.ms/rps-not-found for how "
        "to register subscriptions."
    )
    code = "MissingSubscriptionRegistration"
    raise Conflict(code, message, details=[Finding(code, namespace, message)])


def list_known_providers(call: Call) -> Sequence[Provider]:
    """Return every provider as a tenant sees it, where registration says nothing."""
    call.open_to_all("what providers exist is public")
    return [
        _provider(namespace, RegistrationState.NOT_REGISTERED) for namespace in sorted(seams.catalogue.namespaces())
    ]


def get_known_provider(call: Call, namespace: str) -> Provider:
    """Return one provider as a tenant sees it. Raises `NotFound` for an unknown one."""
    call.open_to_all("what providers exist is public")
    return _provider(namespace_of(namespace), RegistrationState.NOT_REGISTERED)


def list_providers(call: Call, subscription_id: str) -> Sequence[Provider]:
    """Return every provider with its registration state on the subscription, by namespace."""
    _may_read(call, subscription_id)
    require_subscription(call, subscription_id)
    states = groups.registrations_of(call.connection, subscription_id)
    return [
        _provider(namespace, states.get(namespace.lower(), RegistrationState.NOT_REGISTERED))
        for namespace in sorted(seams.catalogue.namespaces())
    ]


def get_provider(call: Call, subscription_id: str, namespace: str) -> Provider:
    """Return one provider with its registration state. Raises `NotFound` for an unknown namespace."""
    _may_read(call, subscription_id)
    require_subscription(call, subscription_id)
    known = namespace_of(namespace)
    return _provider(known, groups.registration_of(call.connection, subscription_id, known))


def register(call: Call, subscription_id: str, namespace: str) -> Provider:
    """Register the provider; it can be used at once. Registering again changes nothing."""
    call.authorize(actions.register(namespace), subscription_scope(subscription_id))
    return ensure_registered(call, subscription_id, namespace)


def register_at_management_group(call: Call, tenant_id: str, group: str, namespace: str) -> None:
    """Register the provider for a management group. Raises `NotFound` for an unknown group or provider.

    What is deployed to a management group needs no registration here, so all there is to keep is that it was asked for;
    the subscriptions below the group stay as they are.
    """
    call.authorize(actions.register(namespace), management_group_id(group))
    known, found = namespace_of(namespace), require_management_group(call, tenant_id, group)
    call.record(
        Event(
            kind="ProviderRegisteredAtGroup",
            operation=actions.register(known),
            tenant_id=found.tenant_id,
            body={"resource_id": f"{found.id}/providers/{known}", "group": found.name, "namespace": known},
        )
    )


def ensure_registered(call: Call, subscription_id: str, namespace: str) -> Provider:
    """Register the provider on behalf of another verb that has authorized its caller (a deployment, L75)."""
    known = namespace_of(namespace)
    subscription = require_active(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    if not is_registered(call, subscription.id, known):
        _save(call, subscription, known, RegistrationState.REGISTERED)
    return _provider(known, RegistrationState.REGISTERED)


def unregister(call: Call, subscription_id: str, namespace: str) -> Provider:
    """Stop using the provider. Raises `Conflict` while the subscription holds resources of it, or it needs no registration.

    One that was never registered is unregistered from then on as well: clients wait for exactly this state.
    """
    call.authorize(actions.unregister(namespace), subscription_scope(subscription_id))
    known = namespace_of(namespace)
    subscription = require_active(call, subscription_id)
    call.hold(f"subscription:{subscription.id}")
    if rules.needs_no_registration(known):
        raise Conflict("CannotUnregisterProvider", f"The namespace '{known}' is always registered.")
    if count := items.count_of_namespace(call.connection, subscription.id, known):
        raise Conflict(
            "CannotUnregisterRPWithExistingResources",
            f"The subscription still holds {count} resources of namespace '{known}'. Delete them first.",
        )
    if groups.registration_of(call.connection, subscription.id, known) is not RegistrationState.UNREGISTERED:
        _save(call, subscription, known, RegistrationState.UNREGISTERED)
    return _current(call, subscription.id, known)


def _current(call: Call, subscription_id: str, namespace: str) -> Provider:
    """Return the provider whoever asks; for verbs that have authorized their caller."""
    return _provider(namespace, groups.registration_of(call.connection, subscription_id, namespace))


def _may_read(call: Call, subscription_id: str) -> None:
    scope = subscription_scope(subscription_id)
    if not call.allows(actions.READ_PROVIDERS, scope) and not seams.may_see(call, subscription_id.lower()):
        call.authorize(actions.READ_PROVIDERS, scope)


def _provider(namespace: str, state: RegistrationState) -> Provider:
    free = rules.needs_no_registration(namespace)
    types = sorted(seams.catalogue.types_of(namespace), key=str.lower)
    return Provider(namespace, types, RegistrationState.REGISTERED if free else state, free)


def _save(call: Call, subscription: Subscription, namespace: str, state: RegistrationState) -> None:
    groups.save_registration(call.connection, subscription.id, namespace, state, call.now)
    registered = state is RegistrationState.REGISTERED
    call.record(
        Event(
            kind="ProviderRegistered" if registered else "ProviderUnregistered",
            operation=actions.register(namespace) if registered else actions.unregister(namespace),
            tenant_id=subscription.tenant_id,
            subscription_id=subscription.id,
            body={
                "resource_id": f"{subscription.scope}/providers/{namespace}",
                "subscription_id": subscription.id,
                "namespace": namespace,
            },
        )
    )
