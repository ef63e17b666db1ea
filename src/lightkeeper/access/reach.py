"""The reverse questions: where does a subject hold anything, who manages a subscription, who may come in."""

from collections.abc import Iterator
from datetime import datetime

from lightkeeper.access.actions import WRITE_ROLE_ASSIGNMENTS
from lightkeeper.access.decide import delegated_to, denying
from lightkeeper.access.model import Subject
from lightkeeper.access.scopes import subscription_in, subscription_key
from lightkeeper.access.view import View


def subscriptions_of(view: View, subject: Subject, now: datetime) -> list[str]:
    """Return the subscriptions the subject sees in lists, sorted: those in, above or below which it holds any role.

    For a subject of another tenant these are the subscriptions delegated to it, wholly or in part (L108).
    """
    found = set(_delegated(view, subject))
    own = view.tables.subscriptions_in.get(subject.tenant_id, {})
    held = {key for principal in view.principals(subject.object_id) for key in view.tables.scopes_of.get(principal, ())}
    for key in _activated(view, subject, now):
        if (subscription := subscription_in(key)) is not None:
            found.add(subscription)
        else:
            held.add(key)
    above = set()
    for key in held:
        subscription = subscription_in(key)
        if subscription is None:
            above.add(key)
        elif subscription in own:
            found.add(subscription)
    if above:
        found.update(
            subscription
            for subscription in own
            if not above.isdisjoint(view.chain(subscription_key(subscription), subject.tenant_id).keys)
        )
    return sorted(found)


def managing_tenants_of(view: View, subscription_id: str) -> list[str]:
    """Return the tenants that manage the subscription or a group in it, sorted (L14)."""
    return sorted(
        {
            definition.managing_tenant_id
            for definition_id in view.tables.delegations_in.get(subscription_id.lower(), {}).values()
            if (definition := view.tables.definitions.get(definition_id)) is not None
        }
    )


def may_enter(view: View, subject: Subject, subscription_id: str, now: datetime) -> bool:
    """Return whether a token of the subject's tenant is accepted on the subscription at all.

    The home tenant's always is. Another tenant's is when the subject, or a group of it, is named in a delegation at the
    subscription or in it, or has activated a role there.
    """
    subscription_id = subscription_id.lower()
    placement = view.tables.subscriptions.get(subscription_id)
    if placement is not None and placement.tenant_id == subject.tenant_id:
        return True
    principals = view.principals(subject.object_id)
    for definition_id in view.tables.delegations_in.get(subscription_id, {}).values():
        definition = view.tables.definitions.get(definition_id)
        if definition is not None and definition.managing_tenant_id == subject.tenant_id:
            for principal in principals:
                if definition.roles.get(principal):
                    return True
    return any(subscription_in(key) == subscription_id for key in _activated(view, subject, now))


def delegated_roles_of(view: View, subject: Subject, scope: str) -> frozenset[str]:
    """Return the roles a provider's User Access Administrator may hand to managed identities at `scope` (L106).

    None where a deny assignment forbids giving roles: it stops a provider like everybody else (L103).
    """
    chain = view.chain(scope, subject.tenant_id)
    if chain.home == subject.tenant_id or denying(view, subject, chain, WRITE_ROLE_ASSIGNMENTS) is not None:
        return frozenset()
    found: set[str] = set()
    for key in chain.delegable:
        for definition_id in view.tables.delegations_at.get(key, {}).values():
            definition = view.tables.definitions.get(definition_id)
            if definition is not None and definition.managing_tenant_id == subject.tenant_id:
                for principal in view.principals(subject.object_id):
                    found |= definition.delegated.get(principal, frozenset())
    return frozenset(found)


def _delegated(view: View, subject: Subject) -> Iterator[str]:
    for principal in view.principals(subject.object_id):
        for definition_id in view.tables.definitions_of.get(principal, ()):
            definition = view.tables.definitions[definition_id]
            if definition.managing_tenant_id != subject.tenant_id or not definition.roles.get(principal):
                continue
            for key in view.tables.delegations_by.get(definition_id, {}).values():
                subscription = subscription_in(key)
                if subscription is not None and _is_abroad(view, subject, subscription):
                    yield subscription


def _activated(view: View, subject: Subject, now: datetime) -> Iterator[str]:
    """Yield the scopes of the subject's running activations, abroad only where a delegation still stands."""
    for principal in view.principals(subject.object_id):
        for activation in view.tables.activated_by.get(principal, {}).values():
            if activation.managing_tenant_id != subject.tenant_id or now >= activation.until:
                continue
            subscription = subscription_in(activation.scope_key)
            if subscription is None or not _is_abroad(view, subject, subscription):
                yield activation.scope_key
                continue
            keys = view.chain(activation.scope_key, subject.tenant_id).keys
            if delegated_to(view, subject.tenant_id, keys):
                yield activation.scope_key


def _is_abroad(view: View, subject: Subject, subscription_id: str) -> bool:
    placement = view.tables.subscriptions.get(subscription_id)
    return placement is None or placement.tenant_id != subject.tenant_id
