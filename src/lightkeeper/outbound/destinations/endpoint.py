"""A publisher's own HTTPS endpoint: the payload as JSON, signed."""

from datetime import datetime

from lightkeeper.kernel import encoding
from lightkeeper.outbound.lead_rules import payload_of
from lightkeeper.outbound.model import Lead
from lightkeeper.outbound.outlet import Request
from lightkeeper.outbound.signing import signature


def request_of(url: str, lead: Lead, secret: str, at: datetime) -> Request:
    """Return the POST that carries a lead."""
    body = encoding.encode(payload_of(lead))
    headers = {"content-type": "application/json; charset=utf-8", "idempotency-key": lead.event_id}
    return Request("POST", url, {**headers, **signature(secret, lead.event_id, at, body)}, body)
