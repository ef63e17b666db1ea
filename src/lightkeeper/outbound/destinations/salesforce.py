"""Salesforce: its web-to-lead form, filled in. The form knows no key, so the event goes into the description."""

from urllib.parse import urlencode

from lightkeeper.outbound.model import Lead
from lightkeeper.outbound.outlet import Outlet, Request, Undelivered

FORM = "https://webto.salesforce.com/servlet/servlet.WebToLead?encoding=UTF-8"


def deliver(outlet: Outlet, oid: str, lead: Lead) -> None:
    """Submit the form. Raises `Undelivered`; the form answers 200 for what it drops, and says so in a header."""
    body = urlencode(fields_of(oid, lead)).encode()
    reply = outlet.expect(
        Request("POST", FORM, {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}, body), 200
    )
    if "exception" in reply.headers.get("is-processed", "").lower():
        raise Undelivered("Salesforce does not accept the lead: check the organization id.", final=True)


def fields_of(oid: str, lead: Lead) -> dict[str, str]:
    """Return the form's fields."""
    who = lead.details
    return {
        "oid": oid,
        "retURL": "https://www.salesforce.com",
        "first_name": who.first_name,
        "last_name": who.last_name or "unknown",  # the form demands one
        "email": who.email,
        "phone": who.phone,
        "company": who.company or "unknown",
        "title": who.title,
        "country": who.country,
        "lead_source": lead.source_text,
        "description": f"{lead.description} [{lead.offer_title}; plan {lead.plan_id}; {lead.environment}; event {lead.event_id}]",
    }
