"""Scopes as the index knows them: keys, and the chain of everything a scope lies in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lightkeeper.kernel import resource_id
from lightkeeper.kernel.resource_id import ROOT, MalformedId

_SUBSCRIPTIONS = "/subscriptions/"
_MANAGEMENT_GROUPS = "/providers/microsoft.management/managementgroups/"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a subscription stands: its tenant, and the management group above it (lower-case name) or None."""

    tenant_id: str
    management_group: str | None


@dataclass(frozen=True, slots=True)
class Chain:
    """A scope and everything it lies in, nearest first.

    `home` is the tenant it belongs to, None for a subscription nobody knows. `keys` go up to that tenant's root;
    `delegable` are those among them that can be delegated: the resource group and the subscription.
    """

    home: str | None
    keys: tuple[str, ...]
    delegable: tuple[str, ...]


NOWHERE = Chain(None, (), ())


def qualified(key: str, tenant_id: str) -> str:
    """Return the key under which facts about a scope are kept: `/` and management groups are the tenant's own."""
    return key if key.startswith(_SUBSCRIPTIONS) else f"{tenant_id}:{key}"


def root_of(tenant_id: str) -> str:
    """Return the key of a tenant's root scope."""
    return f"{tenant_id}:{ROOT}"


def management_group_key(tenant_id: str, name: str) -> str:
    """Return the key of a management group."""
    return f"{tenant_id}:{_MANAGEMENT_GROUPS}{name.lower()}"


def subscription_key(subscription_id: str) -> str:
    """Return the key of a subscription."""
    return f"{_SUBSCRIPTIONS}{subscription_id.lower()}"


def subscription_in(scope_key: str) -> str | None:
    """Return the id of the subscription a key lies in, or None above subscriptions."""
    return scope_key.split("/", 3)[2] if scope_key.startswith(_SUBSCRIPTIONS) else None


def chain_of(
    scope: str,
    tenant_id: str,
    subscriptions: Mapping[str, Placement],
    parents: Mapping[str, str | None],
) -> Chain:
    """Return the chain of an ARM id as a caller of `tenant_id` means it; `NOWHERE` for what is no id.

    `parents` gives the parent's name of each management group by its key.
    """
    try:
        parsed = resource_id.parse(scope)
    except MalformedId:
        return NOWHERE
    own = tuple(dict.fromkeys(key for key in parsed.ancestors() if key != ROOT))
    if parsed.subscription_id is None:
        below = [qualified(key, tenant_id) for key in own]
        name = next((key.removeprefix(_MANAGEMENT_GROUPS) for key in own if _is_management_group(key)), None)
        above = _up(tenant_id, parents.get(management_group_key(tenant_id, name)) if name else None, parents)
        return Chain(tenant_id, tuple(dict.fromkeys((*below, *above))), ())
    delegable = tuple(key for key in own if "/providers/" not in key)
    placement = subscriptions.get(parsed.subscription_id.lower())
    if placement is None:
        return Chain(None, own, delegable)
    above = _up(placement.tenant_id, placement.management_group, parents)
    return Chain(placement.tenant_id, (*own, *above), delegable)


def _is_management_group(key: str) -> bool:
    return key.startswith(_MANAGEMENT_GROUPS) and "/" not in key.removeprefix(_MANAGEMENT_GROUPS)


def _up(tenant_id: str, name: str | None, parents: Mapping[str, str | None]) -> Iterable[str]:
    """Return the keys from a management group to its tenant's root; a ring of groups is walked once."""
    keys: dict[str, None] = {}
    while name is not None and (key := management_group_key(tenant_id, name)) not in keys:
        keys[key] = None
        name = parents.get(key)
    return (*keys, root_of(tenant_id))
