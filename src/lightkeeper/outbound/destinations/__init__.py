"""Where leads go: one module per destination that Partner Center knows, each with its own wire format."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lightkeeper.outbound import mail
from lightkeeper.outbound.addresses import shown
from lightkeeper.outbound.destinations import dynamics, endpoint, marketo, salesforce, table
from lightkeeper.outbound.model import Lead
from lightkeeper.outbound.outlet import Outlet, Undelivered
from lightkeeper.outbound.settings import OutboundSettings

SILENT = ("", "none", "blob")
"""Destinations to which nothing is sent: none was chosen, or blob storage, which no longer receives leads."""


def deliver(leads: Mapping[str, Any], lead: Lead, secret: str, at: datetime, settings: OutboundSettings) -> None:
    """Bring a lead to the destination an offer's `customerLeads` names. Raises `Undelivered`."""
    kind, configuration = parts_of(leads)
    outlet = Outlet(settings)
    if kind == "httpsEndpoint":
        outlet.expect(endpoint.request_of(str(configuration.get("httpsEndpointUrl", "")), lead, secret, at))
    elif kind == "table":
        table.deliver(outlet, str(configuration.get("storageAccountConnectionString", "")), lead, at)
    elif kind == "dynamics":
        dynamics.deliver(outlet, configuration, lead)
    elif kind == "salesforce":
        salesforce.deliver(outlet, str(configuration.get("objectIdentifier", "")), lead)
    elif kind == "marketo":
        marketo.deliver(outlet, configuration, lead)
    elif kind == "email":
        _mail(configuration, lead, at, settings)
    else:
        raise Undelivered(f"Nothing is sent to the destination '{kind[:40]}'.", final=True)


def _mail(configuration: Mapping[str, Any], lead: Lead, at: datetime, settings: OutboundSettings) -> None:
    subject, text = mail.lead_text(lead)
    for to in configuration.get("contactEmail") or []:
        mail.send(mail.message(lead.event_id, str(to), subject, text, at, settings.mail_from), settings)


def parts_of(leads: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the kind of destination and its configuration, empty when it has none."""
    kind = leads.get("destination")
    kind = kind if isinstance(kind, str) else "none"
    configuration = leads.get(f"{kind}LeadConfiguration")
    return kind, configuration if isinstance(configuration, Mapping) else {}


def target_of(leads: Mapping[str, Any]) -> str:
    """Return a destination for people, without its secrets."""
    kind, configuration = parts_of(leads)
    if kind == "httpsEndpoint":
        return shown(str(configuration.get("httpsEndpointUrl", "")))
    if kind == "dynamics":
        return f"dynamics {shown(str(configuration.get('instanceUrl', '')))}"
    if kind == "table":
        text = str(configuration.get("storageAccountConnectionString", ""))
        return f"table of {text.partition('AccountName=')[2].partition(';')[0][:24]}"
    if kind == "marketo":
        return f"marketo {str(configuration.get('munchkinId', ''))[:20]}"
    return "mail" if kind == "email" else kind
