"""What a publisher's people see of deliveries: the log, another try, and the secret that signs leads."""

from dataclasses import replace

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.outbound import delivery_store, lead_store
from lightkeeper.outbound.model import (
    Attempt,
    Delivery,
    DeliveryState,
)
from lightkeeper.outbound.notices import of_publisher
from lightkeeper.outbound.queue import again
from lightkeeper.outbound.signing import new_secret
from lightkeeper.publishing import members
from lightkeeper.publishing.account_rules import Action


def delivery_log(
    call: Call, publisher_id: str, event_id: str = "", *, state: str = "", behind: str = "", most: int = 200
) -> list[tuple[Delivery, list[Attempt]]]:
    """Return what was sent for the publisher, newest first, each with its attempts; `state` keeps what stands there.

    `behind` is the id of the last delivery of the page before, `most` the length of a page.
    """
    publisher = members.require(call, publisher_id, Action.READ)
    owner = of_publisher(publisher.id)
    last = delivery_store.find_delivery(call.connection, behind) if behind else None
    if behind and (last is None or last.owner != owner):
        raise Invalid("badRequest", f"There is no page behind '{behind[:40]}'.", target="continuationToken")
    found = delivery_store.deliveries_of(
        call.connection, owner, event_id=event_id.lower(), state=state, behind=last, limit=most
    )
    attempts = delivery_store.attempts_of(call.connection, [one.id for one in found])
    return [(one, attempts.get(one.id, [])) for one in found]


def replay(call: Call, publisher_id: str, delivery_id: str) -> Delivery:
    """Try a delivery again that was given up or waits for its time. Raises `Conflict` for any other."""
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    delivery = delivery_store.find_delivery(call.connection, delivery_id)
    if delivery is None or delivery.owner != of_publisher(publisher.id):
        raise NotFound("resourceNotFound", f"There is no delivery '{delivery_id[:40]}'.")
    open_again = delivery.state in (DeliveryState.DEAD, DeliveryState.WAITING)
    if not open_again or not delivery.payload or not again(call, delivery):
        raise Conflict("invalidState", f"The delivery is {delivery.state}; only one that failed can be replayed.")
    return replace(delivery, state=DeliveryState.QUEUED, next_at=None, ended_at=None)


def new_lead_secret(call: Call, publisher_id: str) -> str:
    """Make a new secret that signs the publisher's leads and return it: it is shown this once."""
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    call.hold(f"lead-secret:{publisher.id}")
    secret = new_secret()
    lead_store.put_lead_secret(call.connection, publisher.id, secret, call.now)
    facts = {"publisher_id": publisher.id}
    call.record(Event("LeadSecretMade", "Lightkeeper.Outbound/leadSecret/write", publisher.tenant_id, body=facts))
    return secret


def lead_secret_of(call: Call, publisher_id: str) -> str:
    """Return the secret that signs the publisher's leads, made when it is first needed."""
    known = lead_store.lead_secret(call.connection, publisher_id)
    if known is None:
        known = new_secret()
        lead_store.put_lead_secret(call.connection, publisher_id, known, call.now)
    return known
