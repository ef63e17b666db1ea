"""Sending: one durable workflow per asked attempt, retries and retention by the clock, and the test of a destination.

An attempt is claimed in one transaction and settled in another; the exchange happens between them. A process killed in
between resumes the workflow and sends once more under the same event id, and settles once: a delivery that is settled is
never sent again. Waiting for the next attempt is a time in the table; when it has come, an entry of the log asks for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from lightkeeper.kernel import encoding, ids
from lightkeeper.kernel.call import PLATFORM, Call, Caller
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.workflows import Step, Workflow
from lightkeeper.outbound import destinations, lead_rules, mail, notice_store, settings, store
from lightkeeper.outbound.leads import destination_of
from lightkeeper.outbound.model import Attempt, Channel, Delivery, DeliveryState, Lead, LeadState
from lightkeeper.outbound.notices import of_publisher
from lightkeeper.outbound.outlet import Outlet, Request, Undelivered
from lightkeeper.outbound.queue import DELIVERY_ASKED, again
from lightkeeper.outbound.retry_rules import next_attempt_at
from lightkeeper.outbound.signing import new_secret, signature
from lightkeeper.publishing import members
from lightkeeper.publishing import service as publishing
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.model import Environment, Submission

PORTION = 100
_LEFT_ALONE_FOR = timedelta(minutes=2)  # longer than any exchange may take
_log = structlog.get_logger("lightkeeper.outbound")


def send(office: Office, delivery_id: str) -> bool:
    """Make the attempt that was asked for, and write down how it went."""
    claimed = _claim(office, delivery_id)
    if claimed is None:
        return False
    delivery, carried = claimed
    note, final, delivered = "", False, True
    try:
        _carry(delivery, carried, office.clock.now())
    except Undelivered as fault:
        note, final, delivered = fault.note, fault.final, False
    except Exception:
        _log.exception("a delivery failed for a reason of ours", delivery=delivery.id)
        note, delivered = "The server met an unexpected condition.", False
    _settle(office, delivery, delivered=delivered, final=final, note=note)
    return False


def unfinished(office: Office) -> list[str]:
    """Return the deliveries whose attempt should have ended: its workflow was lost, with a node or with its checkpoints."""
    with office.database.read() as connection:
        return store.left_alone(connection, office.clock.now() - _LEFT_ALONE_FOR)


def abandon(office: Office, delivery_id: str) -> None:
    """Count an attempt that cannot be brought to its end as failed; the next one has its time."""
    claimed = _claim(office, delivery_id)
    if claimed is not None:
        _settle(office, claimed[0], delivered=False, final=False, note="The attempt was interrupted.")


WORKFLOWS = (Workflow("deliver", DELIVERY_ASKED, "delivery_id", (Step("send", send),), unfinished, abandon),)
"""What a process with a worker runs."""


def _claim(office: Office, delivery_id: str) -> tuple[Delivery, Mapping[str, Any]] | None:
    """Return the delivery, claimed, with what it takes to send it; None when there is nothing to send.

    A delivery that is being sent already was claimed by this very workflow before its process was killed.
    """
    with office.writing(PLATFORM) as call:
        call.open_to_all("the platform sends what was asked for")
        call.hold(f"delivery:{delivery_id}")
        delivery = store.find_delivery(call.connection, delivery_id)
        if delivery is None or delivery.state not in (DeliveryState.QUEUED, DeliveryState.SENDING):
            return None
        if delivery.state is DeliveryState.QUEUED:
            was, delivery = (
                delivery.state,
                replace(delivery, state=DeliveryState.SENDING, attempts=delivery.attempts + 1),
            )
            store.put_delivery(call.connection, delivery, was=was)
        return delivery, _carried(call, delivery)


def _carried(call: Call, delivery: Delivery) -> Mapping[str, Any]:
    """Return the lead and where it goes now, or the webhook: settings that changed since are used as they are."""
    if delivery.channel is Channel.LEAD:
        lead = store.find_lead(call.connection, str(delivery.payload["event_id"]))
        return {
            "lead": lead,
            "leads": destination_of(call, lead) if lead else {},
            "secret": lead_secret_of(call, lead.publisher_id) if lead else "",
        }
    if delivery.channel is Channel.WEBHOOK:
        return {"webhook": notice_store.find_webhook(call.connection, str(delivery.payload["webhook_id"]))}
    return {}


def lead_secret_of(call: Call, publisher_id: str) -> str:
    """Return the secret that signs the publisher's leads, made when it is first needed."""
    known = store.lead_secret(call.connection, publisher_id)
    if known is None:
        known = new_secret()
        store.put_lead_secret(call.connection, publisher_id, known, call.now)
    return known


def _carry(delivery: Delivery, carried: Mapping[str, Any], at: datetime) -> None:
    """Send what a delivery holds. Raises `Undelivered`."""
    configured = settings.current()
    if delivery.channel is Channel.LEAD:
        if carried["lead"] is None:
            raise Undelivered("The lead is no longer kept.", final=True)
        destinations.deliver(carried["leads"], carried["lead"], carried["secret"], at, configured)
    elif delivery.channel is Channel.WEBHOOK:
        hook = carried["webhook"]
        if hook is None:
            raise Undelivered("The webhook was removed.", final=True)
        body = encoding.encode(delivery.payload["event"])
        headers = {"content-type": "application/cloudevents+json; charset=utf-8"}
        headers |= signature(hook.secret, delivery.event_id, at, body)
        Outlet(configured).expect(Request("POST", hook.url, headers, body))
    elif delivery.channel is Channel.CALLBACK:
        body = encoding.encode(delivery.payload["body"])
        headers = {"content-type": "application/json; charset=utf-8"}
        Outlet(configured).expect(Request("POST", str(delivery.payload["url"]), headers, body))
    else:
        said = delivery.payload
        mail.send(
            mail.message(delivery.id, said["to"], said["subject"], said["text"], at, configured.mail_from), configured
        )


def _settle(office: Office, delivery: Delivery, *, delivered: bool, final: bool, note: str) -> None:
    with office.writing(PLATFORM) as call:
        call.open_to_all("the platform writes down what it sent")
        if delivered:
            ended = replace(delivery, state=DeliveryState.DELIVERED, ended_at=call.now, note="")
        elif (later := next_attempt_at(delivery.attempts, call.now, final=final)) is not None:
            ended = replace(delivery, state=DeliveryState.WAITING, next_at=later, note=note)
        else:
            ended = replace(delivery, state=DeliveryState.DEAD, ended_at=call.now, note=note)
        if not store.put_delivery(call.connection, ended, was=DeliveryState.SENDING):
            return
        store.add_attempt(call.connection, delivery.id, Attempt(delivery.attempts, call.now, delivered, note))
        if ended.state in (DeliveryState.DELIVERED, DeliveryState.DEAD):
            kind = "Delivered" if delivered else "DeliveryGivenUp"
            body = {"delivery_id": delivery.id, "owner": delivery.owner, "attempts": delivery.attempts}
            call.record(Event(kind, "Lightkeeper.Outbound/deliveries/write", body=body))


def tick(office: Office) -> bool:
    """Do what has its time: ask for attempts that are due, forget whom expired leads are about.

    Returns whether there may be more. Cheap when there is nothing: one look at two indexes.
    """
    now = office.clock.now()
    with office.database.read() as connection:
        if not (store.due(connection, now, 1) or _over(connection, now, 1)):
            return False
    with office.writing(PLATFORM) as call:
        call.open_to_all("the platform keeps time")
        call.hold("outbound:tick")
        due = store.due(call.connection, call.now, PORTION)
        for delivery in due:
            again(call, delivery)
        over = _over(call.connection, call.now, PORTION)
        for lead in over:
            store.put_lead(
                call.connection, replace(lead_rules.as_of(lead, call.now), changed_at=call.now, changed_by="")
            )
            store.erase_payloads(call.connection, lead.event_id)
        if over:
            facts = {"event_ids": [lead.event_id for lead in over]}
            call.record(Event("LeadsExpired", "Lightkeeper.Outbound/leads/expire/action", body=facts))
    return PORTION in (len(due), len(over))


def _over(connection: Any, now: datetime, limit: int) -> list[Lead]:
    unanswered = store.leads_older(connection, LeadState.RECEIVED, now - lead_rules.ANSWER_WITHIN, limit)
    return unanswered or store.leads_older(connection, LeadState.INFORMATION, now - lead_rules.KEPT_FOR, limit)


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
        store.add_delivery(call.connection, tried)
        store.add_attempt(call.connection, tried.id, Attempt(1, call.now, not note, note))
        body = {"delivery_id": tried.id, "owner": tried.owner, "delivered": not note}
        call.record(Event("LeadDestinationTried", "Lightkeeper.Outbound/leads/test/action", body=body))
    return tried
