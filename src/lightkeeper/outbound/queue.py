"""Putting something on its way: a row, and the entry of the log that starts the work."""

from dataclasses import replace

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.outbound import delivery_store
from lightkeeper.outbound.model import Delivery, DeliveryState

DELIVERY_ASKED = "DeliveryAsked"


def enqueue(call: Call, delivery: Delivery) -> None:
    """Store a delivery and ask for its first attempt; one that is there already is left alone."""
    if delivery_store.find_delivery(call.connection, delivery.id) is None:
        delivery_store.add_delivery(call.connection, replace(delivery, next_at=call.now))
        ask(call, delivery)


def again(call: Call, delivery: Delivery) -> bool:
    """Ask for another attempt; return False when the delivery no longer stands where it was read."""
    queued = replace(delivery, state=DeliveryState.QUEUED, next_at=call.now, ended_at=None)
    if not delivery_store.put_delivery(call.connection, queued, was=delivery.state):
        return False
    ask(call, queued)
    return True


def ask(call: Call, delivery: Delivery) -> None:
    """Log that an attempt is to be made; a durable workflow makes it."""
    body = {"delivery_id": delivery.id, "channel": str(delivery.channel), "owner": delivery.owner}
    call.record(Event(DELIVERY_ASKED, "Lightkeeper.Outbound/deliveries/send/action", body=body))
