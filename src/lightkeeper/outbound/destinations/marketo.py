"""Marketo: a token, then a form submitted by its REST API; older accounts name a server and take the plain form."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from lightkeeper.kernel import encoding
from lightkeeper.outbound.destinations.dynamics import text_of
from lightkeeper.outbound.model import Lead
from lightkeeper.outbound.outlet import Outlet, Request, Undelivered

_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")


def deliver(outlet: Outlet, configuration: Mapping[str, Any], lead: Lead) -> None:
    """Submit the form. Raises `Undelivered`."""
    account, form = str(configuration.get("munchkinId", "")), str(configuration.get("formId", ""))
    if _LABEL.fullmatch(account) is None or not form.isdecimal():
        raise Undelivered("The Marketo configuration has no account or no form.", final=True)
    if configuration.get("clientId"):
        _by_rest(outlet, configuration, account, int(form), lead)
    else:
        _by_form(outlet, str(configuration.get("serverId", "")), account, form, lead)


def fields_of(lead: Lead) -> dict[str, str]:
    """Return a lead by the names of Marketo's fields."""
    who = lead.details
    return {
        "firstName": who.first_name,
        "lastName": who.last_name,
        "email": who.email,
        "phone": who.phone,
        "company": who.company,
        "title": who.title,
        "country": who.country,
        "leadSource": lead.source_text,
    }


def _by_rest(outlet: Outlet, configuration: Mapping[str, Any], account: str, form: int, lead: Lead) -> None:
    origin = f"https://{account}.mktorest.com"
    query = urlencode(
        {
            "grant_type": "client_credentials",
            "client_id": str(configuration["clientId"]),
            "client_secret": str(configuration.get("clientSecret", "")),
        }
    )
    token = text_of(outlet.expect(Request("GET", f"{origin}/identity/oauth/token?{query}"), 200).body, "access_token")
    body = encoding.encode({"formId": form, "input": [{"leadFormFields": fields_of(lead)}]})
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    reply = outlet.expect(Request("POST", f"{origin}/rest/v1/leads/submitForm.json", headers, body), 200)
    _insist_on_success(reply.body)


def _insist_on_success(body: bytes) -> None:
    """Marketo answers 200 for refusals; the body says what it was."""
    try:
        said = encoding.decode(body)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    rows = said.get("result") if isinstance(said.get("result"), list) else []
    skipped = [row for row in rows or [] if isinstance(row, dict) and row.get("status") == "skipped"]
    if said.get("success") is True and not skipped:
        return
    errors = said.get("errors") or [reason for row in skipped for reason in row.get("reasons") or []]
    codes = [str(one.get("code", "")) for one in errors if isinstance(one, dict)]
    again = any(code in ("601", "602", "604", "606", "608", "611", "615") for code in codes)
    raise Undelivered(
        f"Marketo does not accept the lead: {', '.join(codes)[:100] or 'no reason given'}.", final=not again
    )


def _by_form(outlet: Outlet, server: str, account: str, form: str, lead: Lead) -> None:
    label = server.removesuffix(".marketo.com")
    if _LABEL.fullmatch(label) is None:
        raise Undelivered("The Marketo configuration names neither a client nor a server.", final=True)
    names = {"firstName": "FirstName", "lastName": "LastName", "email": "Email", "phone": "Phone", "company": "Company"}
    names |= {"title": "Title", "country": "Country", "leadSource": "LeadSource"}
    form_fields = {names[key]: value for key, value in fields_of(lead).items()}
    body = urlencode({"munchkinId": account, "formid": form, **form_fields}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    outlet.expect(Request("POST", f"https://{label}.marketo.com/index.php/leadCapture/save2", headers, body), 200, 302)
