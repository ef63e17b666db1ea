"""What a partner's links reach: the roles its linked accounts hold at customers' scopes.

Counted is what is held permanently: role assignments in a customer's tenant (the link is then one of that tenant) and
active authorizations of delegations (the link is one of the managing tenant). Eligible entries and activations do not
count (L133).
"""

from collections.abc import Iterable, Iterator

from lightkeeper.access.gate import index_of
from lightkeeper.access.scopes import subscription_in, subscription_key
from lightkeeper.access.view import View
from lightkeeper.kernel.call import Call
from lightkeeper.partners import service
from lightkeeper.partners.model import Influence, PartnerLink, Reach, Way
from lightkeeper.partners.rules import earns_credit


def influence_of(call: Call, partner_ids: Iterable[str], own_tenant_id: str) -> list[Influence]:
    """Return what the accounts linked to these partner ids hold at customers', by customer and scope.

    `own_tenant_id` is the partner's: what is held there is no customer's. A role above subscriptions counts in each
    subscription below. A total look-up that authorizes nothing.
    """
    view = index_of(call).view
    found = {
        (one.link.tenant_id, one.link.object_id, one.scope, one.role_id, one.way): one
        for link in service.links_to(call, partner_ids)
        for one in (*_delegated(view, link), *_assigned(view, link))
        if one.customer_tenant_id != own_tenant_id
    }
    return sorted(found.values(), key=lambda one: (one.customer_tenant_id, one.scope, one.link.object_id, one.role_id))


def delegated_to(call: Call, tenant_id: str) -> list[Reach]:
    """Return every scope delegated to a tenant, by customer and scope. A total look-up that authorizes nothing."""
    view = index_of(call).view
    found = set()
    for scope, definition_id in view.tables.delegations.values():
        definition = view.tables.definitions.get(definition_id)
        subscription_id = subscription_in(scope)
        placed = view.tables.subscriptions.get(subscription_id or "")
        if definition is None or definition.managing_tenant_id != tenant_id or placed is None:
            continue
        found.add(Reach(placed.tenant_id, subscription_id or "", scope))
    return sorted(found, key=lambda one: (one.customer_tenant_id, one.scope))


def _delegated(view: View, link: PartnerLink) -> Iterator[Influence]:
    for principal in view.principals(link.object_id):
        for definition_id in view.tables.definitions_of.get(principal, ()):
            definition = view.tables.definitions[definition_id]
            if definition.managing_tenant_id != link.tenant_id:
                continue
            for scope in view.tables.delegations_by.get(definition_id, {}).values():
                for role_id in definition.role_ids.get(principal, ()):
                    yield from _influence(view, link, scope, role_id, Way.DELEGATION)


def _assigned(view: View, link: PartnerLink) -> Iterator[Influence]:
    for principal in view.principals(link.object_id):
        for scope in view.tables.scopes_of.get(principal, ()):
            for assignment in view.tables.assigned_at.get(scope, {}).values():
                if assignment.principal_id == principal:
                    for place in _places(view, link, scope):
                        yield from _influence(view, link, place, assignment.role_id, Way.ROLE_ASSIGNMENT)


def _places(view: View, link: PartnerLink, scope: str) -> Iterator[str]:
    """Yield the scope itself, or the subscriptions below one that is above them."""
    if subscription_in(scope) is not None:
        yield scope
        return
    for subscription_id in view.tables.subscriptions_in.get(link.tenant_id, {}):
        key = subscription_key(subscription_id)
        if scope in view.chain(key, link.tenant_id).keys:
            yield key


def _influence(view: View, link: PartnerLink, scope: str, role_id: str, way: Way) -> Iterator[Influence]:
    role_id, _ = view.tables.conditional.get(role_id, (role_id, ""))
    role = view.roles.catalogue.role_of(role_id)
    subscription_id = subscription_in(scope)
    placed = view.tables.subscriptions.get(subscription_id or "")
    if role is None or placed is None or subscription_id is None:
        return
    yield Influence(
        link=link,
        customer_tenant_id=placed.tenant_id,
        subscription_id=subscription_id,
        scope=scope,
        role_id=role_id,
        role_name=role.name,
        way=way,
        earns_credit=earns_credit(role),
    )
