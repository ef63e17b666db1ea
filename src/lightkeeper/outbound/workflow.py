"""Sending: one durable workflow per asked attempt, with retries.

An attempt is claimed in one transaction and settled in another; the exchange happens between them. A process killed in
between resumes the workflow and sends once more under the same event id, and settles once: a delivery that is settled is
never sent again. Waiting for the next attempt is a time in the table; when it has come, an entry of the log asks for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from lightkeeper.kernel import encoding
from lightkeeper.kernel.call import PLATFORM, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.workflows import Step, Workflow
from lightkeeper.outbound import delivery_store, destinations, lead_store, mail, notice_store, settings
from lightkeeper.outbound.arriving import destination_of
from lightkeeper.outbound.deliveries import lead_secret_of
from lightkeeper.outbound.model import Attempt, Channel, Delivery, DeliveryState
from lightkeeper.outbound.outlet import Outlet, Request, Undelivered
from lightkeeper.outbound.queue import DELIVERY_ASKED
from lightkeeper.outbound.retry_rules import next_attempt_at
from lightkeeper.outbound.signing import signature

_LEFT_ALONE_FOR = timedelta(minutes=2)  # longer than any exchange may take  # longer than any exchange may take
_log = structlog.get_logger("lightkeeper.outbound")


def send(office: Office, delivery_id: str) -> bool:
    """Make the attempt that was asked for, and write down how it went."""
    claimed = _claim(office, delivery_id)
    if claimed is None:
        return False
    delivery, carried = claimed
    fault: Undelivered | None = None
    try:
        _carry(delivery, carried, office.clock.now())
    except Undelivered as refused:
        fault = refused
    except Exception:
        _log.exception("a delivery failed for a reason of ours", delivery=delivery.id)
        fault = Undelivered("The server met an unexpected condition.")
    _settle(office, delivery, fault)
    return False


def unfinished(office: Office) -> list[str]:
    """Return the deliveries whose attempt should have ended: its workflow was lost, with a node or with its checkpoints."""
    with office.database.read() as connection:
        return delivery_store.left_alone(connection, office.clock.now() - _LEFT_ALONE_FOR)


def abandon(office: Office, delivery_id: str) -> None:
    """Count an attempt that cannot be brought to its end as failed; the next one has its time."""
    claimed = _claim(office, delivery_id)
    if claimed is not None:
        _settle(office, claimed[0], Undelivered("The attempt was interrupted."))


WORKFLOWS = (Workflow("deliver", DELIVERY_ASKED, "delivery_id", (Step("send", send),), unfinished, abandon),)


def _claim(office: Office, delivery_id: str) -> tuple[Delivery, Mapping[str, Any]] | None:
    """Return the delivery, claimed, with what it takes to send it; None when there is nothing to send.

    A delivery that is being sent already was claimed by this very workflow before its process was killed.
    """
    with office.writing(PLATFORM) as call:
        call.open_to_all("the platform sends what was asked for")
        call.hold(f"delivery:{delivery_id}")
        delivery = delivery_store.find_delivery(call.connection, delivery_id)
        if delivery is None or delivery.state not in (DeliveryState.QUEUED, DeliveryState.SENDING):
            return None
        if delivery.state is DeliveryState.QUEUED:
            was, delivery = (
                delivery.state,
                replace(delivery, state=DeliveryState.SENDING, attempts=delivery.attempts + 1),
            )
            delivery_store.put_delivery(call.connection, delivery, was=was)
        return delivery, _carried(call, delivery)


def _carried(call: Call, delivery: Delivery) -> Mapping[str, Any]:
    """Return the lead and where it goes now, or the webhook: settings that changed since are used as they are."""
    if delivery.channel is Channel.LEAD:
        lead = lead_store.find_lead(call.connection, str(delivery.payload["event_id"]))
        return {
            "lead": lead,
            "leads": destination_of(call, lead) if lead else {},
            "secret": lead_secret_of(call, lead.publisher_id) if lead else "",
        }
    if delivery.channel is Channel.WEBHOOK:
        return {"webhook": notice_store.find_webhook(call.connection, str(delivery.payload["webhook_id"]))}
    return {}


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


def _settle(office: Office, delivery: Delivery, fault: Undelivered | None) -> None:
    with office.writing(PLATFORM) as call:
        call.open_to_all("the platform writes down what it sent")
        note = fault.note if fault else ""
        if fault is None:
            ended = replace(delivery, state=DeliveryState.DELIVERED, ended_at=call.now, note="")
        elif later := next_attempt_at(delivery.attempts, call.now, final=fault.final, not_for=fault.not_for):
            ended = replace(delivery, state=DeliveryState.WAITING, next_at=later, note=note)
        else:
            ended = replace(delivery, state=DeliveryState.DEAD, ended_at=call.now, note=note)
        if not delivery_store.put_delivery(call.connection, ended, was=DeliveryState.SENDING):
            return
        delivery_store.add_attempt(
            call.connection, delivery.id, Attempt(delivery.attempts, call.now, fault is None, note)
        )
        if ended.state in (DeliveryState.DELIVERED, DeliveryState.DEAD):
            kind = "Delivered" if fault is None else "DeliveryGivenUp"
            body = {"delivery_id": delivery.id, "owner": delivery.owner, "attempts": delivery.attempts}
            call.record(Event(kind, "Lightkeeper.Outbound/deliveries/write", body=body))
