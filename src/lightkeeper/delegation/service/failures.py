"""Delegations that could not be made or ended, as the provider's log tells them (L111).

Called for a request that was refused; who asked has been dealt with. Where no provider can be told from what was asked,
nobody is told.
"""

from lightkeeper.delegation import events, store
from lightkeeper.delegation.model import ASSIGNMENTS, NAMESPACE, RegistrationAssignment
from lightkeeper.delegation.service import places
from lightkeeper.delegation.service.stamps import stamp
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.kernel.resource_id import MalformedId, parse
from lightkeeper.resources import service as resources


def note_failed_addition(call: Call, scope: str, name: str, definition_id: str, sub_status: str) -> None:
    """Record in the managing tenant's log that delegating `scope` failed."""
    call.open_to_all("a failure concerns the provider, whoever caused it")
    try:
        place = places.place_of(scope)
        key = parse(definition_id).key
    except (Invalid, MalformedId):
        return
    subscription = resources.find_subscription(call, place.subscription_id)
    definition = store.definition(call.connection, key)
    if subscription is None or definition is None or definition.subscription_id != subscription.id:
        return
    asked = RegistrationAssignment(
        id=name.lower()[:36],
        scope=place.scope,
        subscription_id=subscription.id,
        resource_group=place.resource_group,
        definition_id=definition.resource_id,
        managed_by_tenant_id=definition.managed_by_tenant_id,
        stamp=stamp(call, None),
    )
    call.record(events.delegation_failed(events.DELEGATION_ADDED, asked, subscription.tenant_id, sub_status))


def note_failed_removal(call: Call, scope: str, name: str, sub_status: str) -> None:
    """Record in the managing tenant's log that ending a delegation failed."""
    call.open_to_all("a failure concerns the provider, whoever caused it")
    try:
        place = places.place_of(scope)
    except Invalid:
        return
    subscription = resources.find_subscription(call, place.subscription_id)
    found = store.assignment(call.connection, f"{place.scope}/providers/{NAMESPACE}/{ASSIGNMENTS}/{name}")
    if subscription is not None and found is not None:
        call.record(events.delegation_failed(events.DELEGATION_REMOVED, found, subscription.tenant_id, sub_status))
