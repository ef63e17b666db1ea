"""Trying a lead destination with a test lead: when somebody asks, and while a submission is validated."""

from collections.abc import Mapping
from typing import Any

from lightkeeper.kernel import ids
from lightkeeper.kernel.call import PLATFORM, Caller
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.outbound import delivery_store, destinations, lead_rules, settings
from lightkeeper.outbound.deliveries import lead_secret_of
from lightkeeper.outbound.model import Attempt, Channel, Delivery, DeliveryState
from lightkeeper.outbound.notices import of_publisher
from lightkeeper.outbound.outlet import Undelivered
from lightkeeper.publishing import members
from lightkeeper.publishing import service as publishing
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.model import Environment, Submission


def try_destination(office: Office, caller: Caller, publisher_id: str, offer_id: str) -> Delivery:
    """Send a test lead to the destination the offer's draft names, now, and return how it went."""
    with office.writing(caller) as call:
        publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
        leads = publishing.lead_settings(call, publisher.id, offer_id, Environment.DRAFT)
        secret = lead_secret_of(call, publisher.id)
    return _try(office, publisher.id, offer_id.lower(), leads, secret, ids.new_guid())


def check_submission(office: Office, submission: Submission) -> list[Finding]:
    """Return why the lead destination of a submission cannot be reached; empty when its test lead was taken.

    For phase 1b of publishing. A phase that runs again after a crash sends the same test lead again.
    """
    leads = submission.content.document.get("customerLeads")
    leads = leads if isinstance(leads, dict) else {}
    kind, _ = destinations.parts_of(leads)
    if kind in destinations.SILENT:
        return []
    with office.writing(PLATFORM) as call:
        call.open_to_all("the platform tries the destination")
        secret = lead_secret_of(call, submission.publisher_id)
    name = ids.named("test-lead", f"{submission.id}")
    tried = _try(office, submission.publisher_id, submission.offer_id, leads, secret, name)
    if tried.state is DeliveryState.DELIVERED:
        return []
    return [
        Finding(
            "leads-unreachable",
            f"customerLeads.{kind}LeadConfiguration",
            f"The test lead was not taken. {tried.note}",
            "Correct the destination, or make it answer, and publish again.",
        )
    ]


def _try(
    office: Office, publisher_id: str, offer_id: str, leads: Mapping[str, Any], secret: str, event_id: str
) -> Delivery:
    at = office.clock.now()
    digits = int(event_id[:8], 16) % 100_000
    lead = lead_rules.test_lead(event_id, digits, {"publisher_id": publisher_id, "offer_id": offer_id}, at)
    note = ""
    try:
        destinations.deliver(leads, lead, secret, at, settings.current())
    except Undelivered as fault:
        note = fault.note
    state = DeliveryState.DEAD if note else DeliveryState.DELIVERED
    tried = Delivery(
        id=ids.new_guid(),
        channel=Channel.LEAD,
        owner=of_publisher(publisher_id),
        event_id=event_id,
        target=destinations.target_of(leads),
        payload={},
        created_at=at,
        state=state,
        attempts=1,
        ended_at=at,
        note=note,
    )
    with office.writing(PLATFORM) as call:
        call.open_to_all("the platform writes down what it sent")
        delivery_store.add_delivery(call.connection, tried)
        delivery_store.add_attempt(call.connection, tried.id, Attempt(1, call.now, not note, note))
        body = {"delivery_id": tried.id, "owner": tried.owner, "delivered": not note}
        call.record(Event("LeadDestinationTried", "Lightkeeper.Outbound/leads/test/action", body=body))
    return tried
