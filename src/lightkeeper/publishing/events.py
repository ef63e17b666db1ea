"""What publishing writes into the log. Bodies hold ids, never documents: leads may carry secrets."""

from lightkeeper.kernel.log import Event
from lightkeeper.publishing.account import Publisher

_PREFIX = "Lightkeeper.Publishing/publishers"

OFFER_SUBMITTED = "OfferSubmitted"
OFFER_SIGNED_OFF = "OfferSignedOff"
OFFER_STOP_REQUESTED = "OfferStopRequested"
OFFER_REVIEWED = "OfferReviewed"
CONFIGURE_ACCEPTED = "ConfigureAccepted"


def publisher_event(kind: str, publisher: Publisher, verb: str = "write", **facts: object) -> Event:
    """Return an event about an account."""
    return Event(kind, f"{_PREFIX}/{verb}", publisher.tenant_id, body={"publisher_id": publisher.id, **facts})


def offer_event(kind: str, publisher: Publisher, offer_id: str, verb: str, **facts: object) -> Event:
    """Return an event about an offer; `verb` is the last part of its operation name (`publish/action`)."""
    body = {"publisher_id": publisher.id, "offer_id": offer_id, **facts}
    return Event(kind, f"{_PREFIX}/offers/{verb}", publisher.tenant_id, body=body)
