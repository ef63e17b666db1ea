"""The Service providers page: what a customer holds, what waits for a delegation, what waits for an update."""

from collections.abc import Sequence

from lightkeeper.access import roles
from lightkeeper.access import service as access
from lightkeeper.access.model import Subject
from lightkeeper.access.operations import expand
from lightkeeper.access.service import AssignmentFilter
from lightkeeper.delegation import service as delegation
from lightkeeper.delegation import shelf
from lightkeeper.delegation.assignment_rules import RIGHTS_TO_DELEGATE
from lightkeeper.delegation.model import Delegation, PublishedPlan, RegistrationDefinition, version_of
from lightkeeper.delegation.purchase_rules import Buyer, why_not_purchase
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import PrincipalType, User
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Conflict, NotFound
from lightkeeper.resources import service as resources
from lightkeeper.storefront.comparison import difference
from lightkeeper.storefront.model import Difference, HeldOffer, Owner


def list_offers(call: Call, tenant_id: str) -> list[HeldOffer]:
    """Return the offers held in a tenant's subscriptions, as far as the caller may read these (L83), by name."""
    rows: dict[str, list[tuple[RegistrationDefinition, list[Delegation]]]] = {}
    for definition, delegations in delegation.list_held(call, tenant_id):
        rows.setdefault(delegation.offer_key(definition), []).append((definition, delegations))
    held = [_held(call, key, parts) for key, parts in rows.items()]
    return sorted(held, key=lambda offer: (offer.provider_name.lower(), offer.offer_name.lower(), offer.key))


def get_offer(call: Call, tenant_id: str, key: str) -> HeldOffer:
    """Return one held offer; raise `NotFound` when the tenant does not hold it where the caller may read."""
    for offer in list_offers(call, tenant_id):
        if offer.key == key.lower():
            return offer
    raise not_held(key)


def not_held(key: str) -> NotFound:
    """Return the problem that a tenant holds no such offer."""
    return NotFound("OfferNotAccepted", f"The offer '{key}' is not accepted here. Accept it in the storefront first.")


def list_notices(call: Call, tenant_id: str) -> list[HeldOffer]:
    """Return the accepted offers that nothing is delegated to: their providers can do nothing yet (L81)."""
    return [offer for offer in list_offers(call, tenant_id) if offer.lacks_delegation]


def _held(call: Call, key: str, parts: Sequence[tuple[RegistrationDefinition, list[Delegation]]]) -> HeldOffer:
    definitions = tuple(definition for definition, _ in parts)
    newest = max(definitions, key=lambda one: version_of(one.plan.version) if one.plan else ())
    provider = directory.find_tenant(call, newest.managed_by_tenant_id)
    return HeldOffer(
        key=key,
        provider_tenant_id=newest.managed_by_tenant_id,
        provider_name=provider.display_name if provider is not None else newest.managed_by_tenant_id,
        offer_name=newest.name,
        plan=newest.plan,
        definitions=definitions,
        delegations=tuple(one for _, delegations in parts for one in delegations),
        update=update_for(call, definitions),
    )


def update_for(call: Call, definitions: Sequence[RegistrationDefinition]) -> PublishedPlan | None:
    """Return the newest version when one of the definitions, all of one plan, is behind it and may take it, else None.

    A version with another managing tenant is another offer, not an update (L86).
    """
    plan = next((definition.plan for definition in definitions if definition.plan is not None), None)
    newest = shelf.find_plan(call.connection, plan, call.now, newest=True) if plan is not None else None
    if newest is None:
        return None
    for definition in definitions:
        if definition.plan is None or newest.managed_by_tenant_id != definition.managed_by_tenant_id:
            continue
        if version_of(newest.version) <= version_of(definition.plan.version):
            continue
        subscription = resources.find_subscription(call, definition.subscription_id)
        if subscription is not None and not why_not_purchase(newest, Buyer.of(subscription)):
            return newest
    return None


def review_update(call: Call, tenant_id: str, key: str) -> Difference:
    """Return what accepting the newest version would change; raise `Conflict` when there is no update."""
    offer = get_offer(call, tenant_id, key)
    if offer.update is None:
        raise no_update(offer)
    held = offer.held
    return Difference(
        held_version=held.plan.version if held.plan else "",
        offered_version=offer.update.version,
        changes=difference(held, offer.update.asked, roles.role_of, expand),
    )


def no_update(offer: HeldOffer) -> Conflict:
    """Return the problem that an offer is held in its newest version."""
    return Conflict("NoUpdateAvailable", f"There is no newer version of '{offer.offer_name}' to accept.")


def owners_who_could(call: Call, subscription_id: str) -> list[Owner]:
    """Return the users and groups who hold the rights to delegate in the subscription (L70), by name.

    Guests are left out, because they may not. Groups stand for their members. Who asks must be able to read role
    assignments there.
    """
    subscription = resources.require_subscription(call, subscription_id)
    given = access.list_assignments(call, subscription.scope, AssignmentFilter(at_scope=True))
    known = directory.principals_by_ids(call, {one.principal_id for one in given})
    found = []
    for principal in known.values():
        if principal.type is PrincipalType.SERVICE_PRINCIPAL or (isinstance(principal, User) and principal.is_guest):
            continue
        subject = Subject(principal.id, subscription.tenant_id)
        if all(access.explain_access(call, subject, right, subscription.scope).allowed for right in RIGHTS_TO_DELEGATE):
            sign_in_name = principal.upn if isinstance(principal, User) else ""
            found.append(Owner(principal.id, principal.display_name, str(principal.type), sign_in_name))
    return sorted(found, key=lambda owner: (owner.display_name.lower(), owner.principal_id))
