"""An Azure storage account: a row in its table `marketplaceleads`, in the REST form with Shared Key authorization.

The row's key is the lead's event, and writing replaces, so a repetition changes nothing.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from lightkeeper.kernel import encoding
from lightkeeper.outbound.lead_rules import instant
from lightkeeper.outbound.model import Lead
from lightkeeper.outbound.outlet import Outlet, Request, Undelivered

TABLE = "marketplaceleads"
VERSION = "2019-02-02"


def deliver(outlet: Outlet, connection_string: str, lead: Lead, at: datetime) -> None:
    """Write the row; the table is made when it is missing. Raises `Undelivered`."""
    account, key, origin = parts_of(connection_string)
    write = row_request(account, key, origin, lead, at)
    reply = outlet.expect(write, 204, 404)
    if reply.status == 404:
        made = {"TableName": TABLE}
        outlet.expect(_signed("POST", account, key, origin, "/Tables", made, at), 201, 204, 409)
        outlet.expect(write, 204)


def parts_of(connection_string: str) -> tuple[str, bytes, str]:
    """Return account, key and origin of a connection string. Raises `Undelivered` when it is none."""
    parts = dict(part.split("=", 1) for part in connection_string.strip(";").split(";") if "=" in part)
    try:
        account = parts["AccountName"]
        key = base64.b64decode(parts["AccountKey"], validate=True)
    except (KeyError, ValueError):
        raise Undelivered("The connection string of the storage account cannot be read.", final=True) from None
    suffix = parts.get("EndpointSuffix", "core.windows.net")
    return account, key, f"https://{account}.table.{suffix}"


def row_request(account: str, key: bytes, origin: str, lead: Lead, at: datetime) -> Request:
    """Return the Insert Or Replace of the lead's row."""
    path = f"/{TABLE}(PartitionKey='{quote(lead.publisher_id)}',RowKey='{quote(lead.event_id)}')"
    return _signed("PUT", account, key, origin, path, row_of(lead), at)


def row_of(lead: Lead) -> dict[str, Any]:
    """Return a lead as a row."""
    who = lead.details
    customer = {
        "FirstName": who.first_name,
        "LastName": who.last_name,
        "Email": who.email,
        "Phone": who.phone,
        "Country": who.country,
        "Company": who.company,
        "Title": who.title,
    }
    return {
        "PartitionKey": lead.publisher_id,
        "RowKey": lead.event_id,
        "ProductId": f"{lead.publisher_id}.{lead.offer_id}",
        "OfferDisplayName": lead.offer_title,
        "PlanId": lead.plan_id,
        "LeadSource": lead.source_text,
        "ActionCode": lead.action,
        "CreatedTime": instant(lead.occurred_at),
        "CustomerInfo": encoding.encode(customer).decode(),
        "Description": lead.description,
        "Environment": str(lead.environment),
    }


def _signed(
    method: str, account: str, key: bytes, origin: str, path: str, value: dict[str, Any], at: datetime
) -> Request:
    body = encoding.encode(value)
    date = format_datetime(at, usegmt=True)
    kind = "application/json"
    text = f"{method}\n\n{kind}\n{date}\n/{account}{path}"
    mark = base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()
    headers = {
        "authorization": f"SharedKey {account}:{mark}",
        "x-ms-date": date,
        "x-ms-version": VERSION,
        "dataserviceversion": "3.0;NetFx",
        "accept": "application/json;odata=nometadata",
        "content-type": kind,
        "prefer": "return-no-content",
    }
    return Request(method, origin + path, headers, body)
