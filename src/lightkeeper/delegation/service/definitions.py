"""Registration definitions: written, read, listed and deleted, at their subscription."""

from collections.abc import Collection
from dataclasses import replace

from lightkeeper.access import roles
from lightkeeper.delegation import actions, events, purchase_rules, settings, shelf, store
from lightkeeper.delegation.assignment_rules import MULTIPLE, why_not_change
from lightkeeper.delegation.definition_rules import MISMATCH, DefinitionFacts, settled, settled_eligible, why_not_define
from lightkeeper.delegation.model import (
    DEFINITIONS,
    Approver,
    DefinitionAsked,
    PublishedPlan,
    RegistrationDefinition,
    definition_id,
)
from lightkeeper.delegation.objections import Objection, findings_of
from lightkeeper.delegation.service import places, rights, surroundings
from lightkeeper.delegation.service.stamps import stamp
from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.ids import is_guid
from lightkeeper.kernel.problems import Conflict, Invalid, refuse_if
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Subscription, Written


def put_definition(
    call: Call, scope: str, name: str, asked: DefinitionAsked, *, registered: bool = True
) -> Written[RegistrationDefinition]:
    """Write what a provider may do under the GUID `name`, at a subscription; it is nowhere in force by that alone.

    Replacing changes the rights at every scope the definition is assigned to (L94); saying the same again writes nothing.
    `registered=False` is for accepting an offer, which comes before the provider is registered (L75). Raises `Invalid` with every objection, `Forbidden`
    when the caller may not (L70), `Conflict` when the subscription is read-only or not registered.
    """
    call.authorize(actions.WRITE_DEFINITIONS, scope)
    subscription = resources.require_subscription(call, places.subscription_of_definition_scope(scope))
    rights.demand_onboarding(call, subscription)
    resources.require_active(call, subscription.id)
    if registered:
        places.insist_on_registration(call, subscription.id)
    call.hold(f"subscription:{subscription.id}")
    asked = _lowered(asked)
    existing = store.definition(call.connection, definition_id(subscription.id, name))
    published = shelf.find_plan(call.connection, asked.plan, call.now) if asked.plan else None
    facts = _facts(call, subscription, asked, existing, published)
    refusals = _why_not_purchase(asked, published, existing, subscription)
    objections = why_not_define(name, asked, facts, roles.role_of, settings.current())
    # To who may not have the plan nobody tells what is in it.
    refuse_if(findings_of(one for one in objections if not refusals or one.finding.code != MISMATCH))
    if refusals and published is not None:
        raise purchase_rules.purchase_refused(published, refusals)
    written = RegistrationDefinition(
        id=name.lower(),
        subscription_id=subscription.id,
        name=asked.name,
        description=asked.description,
        managed_by_tenant_id=asked.managed_by_tenant_id,
        authorizations=settled(asked.authorizations),
        eligible_authorizations=settled_eligible(asked.eligible_authorizations),
        plan=asked.plan,
        stamp=stamp(call, existing.stamp if existing else None),
    )
    if existing is not None and replace(written, stamp=existing.stamp) == existing:
        return Written(existing, created=False)
    if existing is not None:
        _insist_on_change(call, written, existing)
    _write(call, written, existing, subscription)
    return Written(written, existing is None)


def _facts(
    call: Call,
    subscription: Subscription,
    asked: DefinitionAsked,
    existing: RegistrationDefinition | None,
    published: PublishedPlan | None,
) -> DefinitionFacts:
    home = directory.get_tenant(call, subscription.tenant_id)
    # A domain finds its tenant, too, but is no id: nobody's token would ever match it.
    named = asked.managed_by_tenant_id
    managing = directory.find_tenant(call, named) if is_guid(named) else None
    return DefinitionFacts(
        home_tenant_id=subscription.tenant_id,
        managing_tenant_exists=managing is not None,
        cloud=home.cloud,
        managing_cloud=managing.cloud if managing else home.cloud,
        licensed=managing is None or bool(managing.licenses),
        existing=existing,
        published=published,
    )


def _why_not_purchase(
    asked: DefinitionAsked,
    published: PublishedPlan | None,
    existing: RegistrationDefinition | None,
    subscription: Subscription,
) -> list[Objection]:
    """L47: naming a plan is taking it. Saying again what is already accepted is not (L99)."""
    if published is None or (existing is not None and existing.plan == asked.plan):
        return []
    return purchase_rules.why_not_purchase(published, purchase_rules.Buyer.of(subscription))


def _insist_on_change(call: Call, written: RegistrationDefinition, held: RegistrationDefinition) -> None:
    """L42, L94: what is in force where it is assigned changes at once, so whom it names is asked now."""
    uses = store.assignments_of(call.connection, held.key)
    if not uses:
        return
    beside = {one.scope: surroundings.definitions_at(call, one.scope) for one in uses}
    findings = findings_of(why_not_change(written, held, beside, surroundings.named_in(call, written)))
    refuse_if(findings, kind=Conflict if any(one.code == MULTIPLE for one in findings) else Invalid)


def _write(
    call: Call, written: RegistrationDefinition, existing: RegistrationDefinition | None, subscription: Subscription
) -> None:
    store.save_definition(call.connection, written, new=existing is None)
    call.record(events.definition_written(written, subscription.tenant_id, created=existing is None))
    if existing is not None and _rights_of(existing) != _rights_of(written):
        for assignment in store.assignments_of(call.connection, written.key):
            call.record(events.delegation_added(assignment, subscription.tenant_id))


def _rights_of(definition: RegistrationDefinition) -> tuple[object, object]:
    return definition.authorizations, definition.eligible_authorizations


def get_definition(call: Call, scope: str, name: str) -> RegistrationDefinition:
    """Return the definition; raise `NotFound` when there is none."""
    call.authorize(actions.READ_DEFINITIONS, scope)
    subscription_id = places.subscription_of_definition_scope(scope)
    found = store.definition(call.connection, definition_id(subscription_id, name))
    if found is None:
        raise places.not_found(DEFINITIONS, name)
    return found


def list_definitions(call: Call, scope: str, managed_by: Collection[str] | None = None) -> list[RegistrationDefinition]:
    """Return the definitions of a subscription, oldest first; with `managed_by` only those of these tenants."""
    call.authorize(actions.READ_DEFINITIONS, scope)
    subscription_id = places.subscription_of_definition_scope(scope)
    return [
        found
        for found in store.definitions_in(call.connection, [subscription_id])
        if managed_by is None or found.managed_by_tenant_id in managed_by
    ]


def delete_definition(call: Call, scope: str, name: str) -> bool:
    """Delete the definition and return whether there was one.

    Raises `Conflict` while it is assigned anywhere (L98), `Forbidden` when the caller may not (L70): a provider never
    may, not even with the delete role (L95).
    """
    call.authorize(actions.DELETE_DEFINITIONS, scope)
    subscription = resources.require_subscription(call, places.subscription_of_definition_scope(scope))
    rights.demand_onboarding(call, subscription)
    resources.require_active(call, subscription.id)
    call.hold(f"subscription:{subscription.id}")
    found = store.definition(call.connection, definition_id(subscription.id, name))
    if found is None:
        return False
    if used := store.assignments_of(call.connection, found.key):
        raise Conflict(
            "RegistrationDefinitionInUse",
            f"The registration definition '{found.id}' is assigned at {len(used)} scope(s), for example "
            f"'{used[0].scope}'. Delete its registration assignments first.",
            target=found.resource_id,
        )
    store.remove_definition(call.connection, found.key)
    call.record(events.definition_deleted(found, subscription.tenant_id))
    return True


def _lowered(asked: DefinitionAsked) -> DefinitionAsked:
    """Return the same with its ids in lower case (L13) and role definition ids cut to their GUID (L36)."""
    return replace(
        asked,
        managed_by_tenant_id=asked.managed_by_tenant_id.lower(),
        authorizations=tuple(
            replace(
                entry,
                principal_id=_guid(entry.principal_id),
                role_id=_role(entry.role_id),
                delegated_role_ids=tuple(_role(role_id) for role_id in entry.delegated_role_ids),
            )
            for entry in asked.authorizations
        ),
        eligible_authorizations=tuple(
            replace(
                entry,
                principal_id=_guid(entry.principal_id),
                role_id=_role(entry.role_id),
                policy=replace(
                    entry.policy,
                    approvers=tuple(Approver(_guid(a.principal_id), a.display_name) for a in entry.policy.approvers),
                ),
            )
            for entry in asked.eligible_authorizations
        ),
    )


def _guid(text: str) -> str:
    return text.lower() if is_guid(text) else text


def _role(text: str) -> str:
    cut = roles.guid_in(text)
    return cut if is_guid(cut) else text
