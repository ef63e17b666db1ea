"""May this subject do this action here, now? Asked on every request, so nothing is built on the way to the answer.

The rules, in the order they are asked:

* A subject of the scope's own tenant is decided by role assignments at the scope or above it, held by itself or one of
  its groups. A guest acts under its local object id and is such a subject.
* A subject of any other tenant is decided by delegations to its tenant and by nothing else (L100, L102).
* A running activation counts like the grant it stands for; across tenants only while a delegation to the same tenant
  stands at its scope or above.
* A deny assignment wins over all of that (L103). Locks are not asked here: they do not stop a provider.

Data actions are not decided here: no control-plane permission ever grants one, and across tenants nothing does (L101).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from lightkeeper.access.facts import EVERYONE, Activated, Denied
from lightkeeper.access.model import Subject
from lightkeeper.access.patterns import first_match
from lightkeeper.access.scopes import Chain
from lightkeeper.access.view import View


def decide(view: View, subject: Subject, action: str, scope: str, now: datetime) -> bool:
    """Return whether the subject may do the control-plane `action` at `scope`, an ARM id."""
    chain = view.chains.get(scope)
    if chain is None:
        chain = view.chain(scope, subject.tenant_id)
    roles = view.roles.remembered.get(action)
    if roles is None:
        roles = view.roles.allowing(action)
    if not roles:
        return False
    principals = view.memberships.get(subject.object_id)
    if principals is None:
        principals = view.principals(subject.object_id)
    tables = view.tables
    allowed = False
    if chain.home == subject.tenant_id:
        grants_at = tables.grants_at
        for key in chain.keys:
            grants = grants_at.get(key)
            if grants is not None and _held(grants, principals, roles):
                allowed = True
                break
    else:
        delegations_at = tables.delegations_at
        for key in chain.delegable:
            delegations = delegations_at.get(key)
            if delegations is not None:
                for definition_id in delegations.values():
                    definition = tables.definitions.get(definition_id)
                    if (
                        definition is not None
                        and definition.managing_tenant_id == subject.tenant_id
                        and _held(definition.roles, principals, roles)
                    ):
                        allowed = True
                        break
                if allowed:
                    break
    if not allowed and tables.activated_at:
        allowed = _activated(view, subject, chain, principals, roles, now)
    if allowed and tables.denied_at:
        return denying(view, subject, chain, action) is None
    return allowed


def _held(grants: Mapping[str, int], principals: tuple[str, ...], roles: int) -> bool:
    """Return whether one of the principals holds one of the roles; looks through the shorter of the two."""
    if len(principals) <= len(grants):
        for principal in principals:
            held = grants.get(principal)
            if held is not None and held & roles:
                return True
        return False
    return any(held & roles and principal in principals for principal, held in grants.items())


def _activated(
    view: View, subject: Subject, chain: Chain, principals: tuple[str, ...], roles: int, now: datetime
) -> bool:
    bit_of = view.roles.bits.of if chain.home == subject.tenant_id else view.roles.delegated_bit
    return any(bit_of(activation.role_id) & roles for activation in running(view, subject, chain, principals, now))


def running(
    view: View, subject: Subject, chain: Chain, principals: tuple[str, ...], now: datetime
) -> Iterator[Activated]:
    """Yield the subject's activations that count at this scope now."""
    for n, key in enumerate(chain.keys):
        for activation in view.tables.activated_at.get(key, {}).values():
            if (
                activation.principal_id in principals
                and activation.managing_tenant_id == subject.tenant_id
                and now < activation.until
                and (chain.home == subject.tenant_id or delegated_to(view, subject.tenant_id, chain.keys[n:]))
            ):
                yield activation


def delegated_to(view: View, tenant_id: str, keys: Sequence[str]) -> bool:
    """Return whether a delegation to the tenant stands at one of these scopes."""
    for key in keys:
        for definition_id in view.tables.delegations_at.get(key, {}).values():
            definition = view.tables.definitions.get(definition_id)
            if definition is not None and definition.managing_tenant_id == tenant_id:
                return True
    return False


def denying(view: View, subject: Subject, chain: Chain, action: str) -> Denied | None:
    """Return a deny assignment that forbids the action here, or None."""
    principals = view.principals(subject.object_id)
    for n, key in enumerate(chain.keys):
        for denial in view.tables.denied_at.get(key, {}).values():
            if (
                (n == 0 or not denial.not_below)
                and (EVERYONE in denial.principal_ids or not denial.principal_ids.isdisjoint(principals))
                and denial.excluded_ids.isdisjoint(principals)
                and first_match(denial.actions, action) is not None
                and first_match(denial.not_actions, action) is None
            ):
                return denial
    return None
