"""What a customer decides: accept, delegate, accept an update, part."""

from collections.abc import Sequence

from lightkeeper.delegation import service as delegation
from lightkeeper.delegation import shelf
from lightkeeper.delegation.actions import DELETE_ASSIGNMENTS, WRITE_ASSIGNMENTS, WRITE_DEFINITIONS
from lightkeeper.delegation.model import (
    NAMESPACE,
    Plan,
    PublishedPlan,
    RegistrationAssignment,
    RegistrationDefinition,
    version_of,
)
from lightkeeper.delegation.purchase_rules import Buyer, purchase_refused, why_not_purchase
from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.kernel.resource_id import MalformedId, parse
from lightkeeper.resources import service as resources
from lightkeeper.storefront import agreements
from lightkeeper.storefront.service.held import not_held, update_for

ACCEPTED = "OfferAccepted"
UPDATE_ACCEPTED = "OfferUpdateAccepted"
REMOVED = "OfferRemoved"


def accept(call: Call, plan: Plan, subscription_id: str) -> RegistrationDefinition:
    """Accept the newest version of a plan in a subscription, and return the definition that records it.

    Grants nothing (L81). Accepting what is held already changes nothing. Raises `Invalid` with the reasons when the
    subscription cannot take the plan, `Forbidden` when the caller may not (L70).
    """
    scope = f"/subscriptions/{subscription_id.lower()}"
    call.authorize(WRITE_DEFINITIONS, scope)
    call.hold(f"subscription:{subscription_id.lower()}")
    subscription = resources.require_subscription(call, subscription_id)
    published = shelf.find_plan(call.connection, plan, call.now, newest=True)
    if published is None:
        raise NotFound("PlanNotFound", f"There is no published plan '{plan.offering_key}'.")
    held = delegation.find_definitions_of(call, subscription.tenant_id, published.plan.offering_key)
    for definition in held:
        if definition.subscription_id == subscription.id:
            return definition
    if reasons := why_not_purchase(published, Buyer.of(subscription)):
        raise purchase_refused(published, reasons)
    name = definition_name(published.plan)
    written = delegation.put_definition(call, scope, name, published.asked, registered=False).value
    agreements.note_acceptance(call, subscription.id, published)
    call.record(_told(ACCEPTED, "accept", written, subscription.tenant_id))
    return written


def definition_name(plan: Plan) -> str:
    """Return the GUID under which an accepted plan is kept: the same in every subscription and for every version."""
    return ids.named("accepted-offer", plan.offering_key)


def delegate(
    call: Call, tenant_id: str, key: str, scopes: Sequence[str], *, consent: bool
) -> list[RegistrationAssignment]:
    """Delegate subscriptions and resource groups to the provider of an accepted offer, all of them or none.

    The first delegation of an offer registers the resource provider on the first scope's subscription; any other
    subscription must have it registered already (L75). Raises `Invalid` without consent (L82), `NotFound` when the
    offer is not accepted, and whatever writing an assignment refuses.
    """
    if not consent:
        call.open_to_all("nothing is looked at without consent")
        raise Invalid(
            "ConsentRequired",
            "Delegating gives the provider the listed roles. Read them and confirm with 'consent'.",
            target="consent",
        )
    if not scopes:
        call.open_to_all("nothing is asked for")
        raise Invalid("ScopesMissing", "Name at least one subscription or resource group to delegate.", target="scopes")
    subscriptions = [_subscription_in(scope) for scope in scopes]
    for scope in scopes:
        call.authorize(WRITE_ASSIGNMENTS, scope)
    call.hold(*(f"subscription:{one}" for one in subscriptions))
    definitions = delegation.find_definitions_of(call, tenant_id, key)
    if not definitions:
        raise not_held(key)
    if not delegation.find_delegations_of(call, definitions):
        resources.ensure_registered(call, subscriptions[0], NAMESPACE)
    made = []
    for scope, subscription_id in zip(scopes, subscriptions, strict=True):
        _insist_on_registration(call, subscription_id)
        definition = _definition_in(call, subscription_id, definitions)
        made.append(delegation.put_assignment(call, scope, ids.new_guid(), definition.resource_id).value)
    return made


def _insist_on_registration(call: Call, subscription_id: str) -> None:
    if not resources.is_registered(call, subscription_id, NAMESPACE):
        raise Conflict(
            "MissingSubscriptionRegistration",
            f"The subscription '{subscription_id}' is not registered to use namespace '{NAMESPACE}'. "
            "See https://aka.ms/rps-not-found for how to register subscriptions.",
            target=f"/subscriptions/{subscription_id}",
        )


def _definition_in(
    call: Call, subscription_id: str, definitions: list[RegistrationDefinition]
) -> RegistrationDefinition:
    """Return the offer's definition in a subscription, copied there first when it was accepted in another one only."""
    for definition in definitions:
        if definition.subscription_id == subscription_id:
            return definition
    model = max(definitions, key=lambda one: version_of(one.plan.version) if one.plan else ())
    scope = f"/subscriptions/{subscription_id}"
    copied = delegation.put_definition(call, scope, model.id, model.asked).value
    definitions.append(copied)
    return copied


def accept_update(call: Call, tenant_id: str, key: str) -> list[RegistrationDefinition]:
    """Take the newest version in every subscription that holds the offer; every delegated scope changes at once (L85).

    All or none: raises `Forbidden` when the caller may not in one of them, `Conflict` when there is no update.
    """
    definitions = _held_for_change(call, tenant_id, key, WRITE_DEFINITIONS)
    newest = update_for(call, definitions)
    if newest is None:
        raise Conflict("NoUpdateAvailable", f"There is no newer version of '{definitions[0].name}' to accept.")
    return [_updated(call, definition, newest, tenant_id) for definition in definitions if _behind(definition, newest)]


def _held_for_change(call: Call, tenant_id: str, key: str, action: str) -> list[RegistrationDefinition]:
    """Return an offer's definitions in the whole tenant, authorized one by one and held until the transaction ends."""
    definitions = delegation.find_definitions_of(call, tenant_id, key)
    for definition in definitions:
        call.authorize(action, definition.scope)
    call.hold(*(f"subscription:{one.subscription_id}" for one in definitions))
    definitions = [
        one
        for one in delegation.find_definitions_of(call, tenant_id, key)
        if one.key in {known.key for known in definitions}
    ]
    if not definitions:
        call.open_to_all("there is nothing to protect")
        raise not_held(key)
    return definitions


def _behind(definition: RegistrationDefinition, newest: PublishedPlan) -> bool:
    return definition.plan is not None and version_of(definition.plan.version) < version_of(newest.version)


def _updated(
    call: Call, definition: RegistrationDefinition, newest: PublishedPlan, tenant_id: str
) -> RegistrationDefinition:
    written = delegation.put_definition(call, definition.scope, definition.id, newest.asked, registered=False).value
    agreements.note_acceptance(call, definition.subscription_id, newest)
    call.record(_told(UPDATE_ACCEPTED, "acceptUpdate", written, tenant_id))
    return written


def remove_provider(call: Call, tenant_id: str, key: str) -> int:
    """End every delegation of an offer in the tenant and forget the offer; return how many delegations ended (L95).

    All or none: raises `Forbidden` when the caller may not in one of the subscriptions.
    """
    definitions = _held_for_change(call, tenant_id, key, DELETE_ASSIGNMENTS)
    given = delegation.find_delegations_of(call, definitions)
    for one in given:
        delegation.delete_assignment(call, one.assignment.scope, one.assignment.id)
    for definition in definitions:
        delegation.delete_definition(call, definition.scope, definition.id)
        if definition.plan is not None:
            call.record(_told(REMOVED, "remove", definition, tenant_id))
    return len(given)


def _told(kind: str, verb: str, definition: RegistrationDefinition, tenant_id: str) -> Event:
    """Return the storefront's own event, which reports and leads are made from."""
    plan = definition.plan
    assert plan is not None, "only marketplace offers are told about"
    return Event(
        kind,
        f"Microsoft.Marketplace/offers/{verb}/action",
        tenant_id,
        None,
        {
            "resource_id": definition.resource_id,
            "publisher_id": plan.publisher,
            "offer_id": plan.offer_id,
            "plan_id": plan.name,
            "version": plan.version,
            "preview": plan.preview,
            "offer_name": definition.name,
            "customer_tenant_id": tenant_id,
            "subscription_id": definition.subscription_id,
            "managed_by_tenant_id": definition.managed_by_tenant_id,
        },
    )


def _subscription_in(scope: str) -> str:
    try:
        found = parse(scope).subscription_id
    except MalformedId:
        found = None
    if found is None:
        raise Invalid("InvalidScope", f"'{scope}' is no subscription and no resource group.", target="scopes")
    return found.lower()
