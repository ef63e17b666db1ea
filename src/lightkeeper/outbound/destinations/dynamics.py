"""Dynamics 365: a token from Azure AD, then the lead by the Dataverse Web API.

The lead's event is also its row's id and the row is written with PATCH (an upsert), so a repetition changes nothing.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from lightkeeper.kernel import encoding
from lightkeeper.outbound.model import Lead
from lightkeeper.outbound.outlet import Outlet, Request, Undelivered

LOGIN = "https://login.microsoftonline.com"
API = "/api/data/v9.2"
# The public client that Dynamics documents for signing in with a user name.
_OFFICE365_CLIENT = "51f81489-12ee-4a9e-aaae-a2591f45987d"


def deliver(outlet: Outlet, configuration: Mapping[str, Any], lead: Lead) -> None:
    """Write the lead. Raises `Undelivered`."""
    instance = _origin(str(configuration.get("instanceUrl", "")))
    token = _token(outlet, instance, configuration.get("authentication"))
    headers = {
        "authorization": f"Bearer {token}",
        "content-type": "application/json; charset=utf-8",
        "accept": "application/json",
        "odata-version": "4.0",
        "odata-maxversion": "4.0",
    }
    url = f"{instance}{API}/leads({quote(lead.event_id)})"
    outlet.expect(Request("PATCH", url, headers, encoding.encode(fields_of(lead))), 200, 201, 204)


def fields_of(lead: Lead) -> dict[str, Any]:
    """Return a lead by the names of its columns in Dynamics."""
    who = lead.details
    found = {
        "subject": lead.source_text,
        "firstname": who.first_name,
        "lastname": who.last_name,
        "emailaddress1": who.email,
        "telephone1": who.phone,
        "companyname": who.company,
        "jobtitle": who.title,
        "address1_country": who.country,
        "description": f"{lead.offer_title} {lead.plan_id} ({lead.environment}). {lead.description}".strip(),
    }
    return {key: value for key, value in found.items() if value}


def _token(outlet: Outlet, instance: str, authentication: Any) -> str:
    said = authentication if isinstance(authentication, Mapping) else {}
    said = next((said[key] for key in ("azureAD", "office365") if isinstance(said.get(key), Mapping)), said)
    if said.get("applicationId"):
        tenant = str(said.get("directoryId") or "common")
        form = {
            "grant_type": "client_credentials",
            "client_id": str(said["applicationId"]),
            "client_secret": str(said.get("applicationKey", "")),
        }
    elif said.get("username"):
        tenant = "organizations"
        form = {
            "grant_type": "password",
            "client_id": _OFFICE365_CLIENT,
            "username": str(said["username"]),
            "password": str(said.get("password", "")),
        }
    else:
        raise Undelivered("The Dynamics configuration has neither an application nor a user name.", final=True)
    body = urlencode({**form, "resource": instance}).encode()
    url = f"{LOGIN}/{quote(tenant, safe='')}/oauth2/token"
    reply = outlet.expect(Request("POST", url, {"content-type": "application/x-www-form-urlencoded"}, body), 200)
    return text_of(reply.body, "access_token")


def text_of(body: bytes, name: str) -> str:
    """Return a text of a JSON answer. Raises `Undelivered` when it is not there."""
    try:
        value = encoding.decode(body)
    except ValueError:
        value = None
    found = value.get(name) if isinstance(value, dict) else None
    if not isinstance(found, str) or not found:
        raise Undelivered(f"The answer of the sign-in has no {name}.")
    return found


def _origin(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc:
        raise Undelivered("The instance's address must begin with https://.", final=True)
    return f"https://{parts.netloc}"
