"""What each destination gets on the wire, as its own server would see it."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from lightkeeper.outbound import destinations
from lightkeeper.outbound.outlet import Outlet, Request, Undelivered
from lightkeeper.outbound.settings import OutboundSettings
from lightkeeper.outbound.signing import is_signed, new_secret
from tests.outbound.receivers import Answer, Got, Receiver
from tests.outbound.test_rules import REQUEST

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRET = new_secret()


def send(receiver: Receiver, leads: dict[str, Any]) -> None:
    destinations.deliver(leads, REQUEST, SECRET, NOW, receiver.settings())


def endpoint(url: str) -> dict[str, Any]:
    return {"destination": "httpsEndpoint", "httpsEndpointLeadConfiguration": {"httpsEndpointUrl": url}}


def test_https_endpoint_gets_a_signed_post(receiver: Receiver) -> None:
    """P8.3-https: 8.2: POST JSON; signed, with the event as the key by which repetitions are known."""
    send(receiver, endpoint(receiver.url))

    [got] = receiver.got
    assert (got.method, got.path, got.json["OfferId"]) == ("POST", "/leads", "care")
    assert got.headers["idempotency-key"] == got.headers["webhook-id"] == REQUEST.event_id
    assert is_signed(SECRET, got.headers, got.body)
    assert got.headers["host"] == f"localhost:{receiver.port}"


@pytest.mark.parametrize(("status", "final"), [(500, False), (503, False), (429, False), (400, True), (302, False)])
def test_answer_decides_whether_to_try_again(receiver: Receiver, status: int, final: bool) -> None:
    """A refusal of what we send is final; trouble of the receiver is not. A redirect is not followed."""
    receiver.answer = lambda got: (status, {"location": "https://localhost/elsewhere"}, b"")

    with pytest.raises(Undelivered) as fault:
        send(receiver, endpoint(receiver.url + "?code=s3cret"))

    assert fault.value.final is final
    assert "s3cret" not in fault.value.note
    assert len(receiver.got) == 1


def test_answer_that_never_ends_is_hung_up_on(receiver: Receiver) -> None:
    """A receiver that sends a byte now and then keeps nobody's thread for ever."""
    listener = receiver.context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)

    def drip() -> None:
        with suppress(OSError), listener.accept()[0] as line:
            line.sendall(b"HTTP/1.1 200 OK\r\nx-slow: ")
            while True:
                line.sendall(b"a")
                time.sleep(0.01)

    dripping = threading.Thread(target=drip)
    dripping.start()
    settings = replace(receiver.settings(), timeout_seconds=0.2)

    with pytest.raises(Undelivered), listener:
        Outlet(settings).ask(Request("POST", f"https://localhost:{listener.getsockname()[1]}/x"))
    dripping.join()


def test_private_address_is_refused_before_a_connection(receiver: Receiver) -> None:
    """Without the operator's leave nothing goes to this machine."""
    settings = replace(receiver.settings(), local_targets=False)

    with pytest.raises(Undelivered, match="private address") as fault:
        destinations.deliver(endpoint(receiver.url), REQUEST, SECRET, NOW, settings)

    assert fault.value.final
    assert receiver.got == []


def test_certificate_of_an_unknown_authority_is_refused(receiver: Receiver) -> None:
    with pytest.raises(Undelivered, match="is not trusted"):
        destinations.deliver(endpoint(receiver.url), REQUEST, SECRET, NOW, OutboundSettings(local_targets=True))
    assert receiver.got == []


def test_certificate_must_name_the_host(receiver: Receiver) -> None:
    """We connect to an address; the certificate is still held against the name."""
    settings = replace(receiver.settings(), connect_to={"other.example": f"127.0.0.1:{receiver.port}"})

    with pytest.raises(Undelivered, match="is not trusted"):
        destinations.deliver(endpoint("https://other.example/x"), REQUEST, SECRET, NOW, settings)


def test_answer_is_read_to_a_limit(receiver: Receiver) -> None:
    """Somebody else's server cannot fill our memory."""
    receiver.answer = lambda got: (200, {}, b"x" * 1_000_000)

    reply = Outlet(receiver.settings()).ask(Request("GET", receiver.url))

    assert len(reply.body) == 64 * 1024


KEY = base64.b64encode(b"k" * 64).decode()
TABLE = {
    "destination": "table",
    "tableLeadConfiguration": {
        "storageAccountConnectionString": f"DefaultEndpointsProtocol=https;AccountName=leadstore;AccountKey={KEY};EndpointSuffix=core.windows.net"
    },
}


def shared_key(got: Got) -> str:
    """The signature as the public documentation of the Table service's Shared Key computes it."""
    text = f"{got.method}\n\n{got.headers['content-type']}\n{got.headers['x-ms-date']}\n/leadstore{got.path.partition('?')[0]}"
    mark = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    return f"SharedKey leadstore:{base64.b64encode(mark).decode()}"


def test_table_gets_a_row_that_replaces_itself(receiver: Receiver) -> None:
    """P8.3-table: 8.3: rows land in table `marketplaceleads`; the event is the row's key."""
    receiver.answer = lambda got: (204, {}, b"")

    send(receiver, TABLE)

    [got] = receiver.got
    assert got.method == "PUT"
    assert got.path == f"/marketplaceleads(PartitionKey='fabrikam',RowKey='{REQUEST.event_id}')"
    assert got.headers["host"] == "leadstore.table.core.windows.net"
    assert got.headers["authorization"] == shared_key(got)
    assert json.loads(got.json["CustomerInfo"])["Email"] == "someone@contoso.com"
    assert got.json["LeadSource"] == "AzureMarketplace-PLT|fabrikam.care"


def test_missing_table_is_made(receiver: Receiver) -> None:
    answers = iter([(404, {}, b"{}"), (201, {}, b""), (204, {}, b"")])
    receiver.answer = lambda got: next(answers)

    send(receiver, TABLE)

    assert [(got.method, got.path.partition("(")[0]) for got in receiver.got] == [
        ("PUT", "/marketplaceleads"),
        ("POST", "/Tables"),
        ("PUT", "/marketplaceleads"),
    ]
    assert receiver.got[1].json == {"TableName": "marketplaceleads"}
    assert all(got.headers["authorization"] == shared_key(got) for got in receiver.got)


def token_then(status: int) -> Any:
    def answer(got: Got) -> Answer:
        if "token" in got.path:
            return 200, {"content-type": "application/json"}, b'{"access_token": "t0ken"}'
        return status, {}, b'{"success": true, "result": [{"id": 1, "status": "created"}]}'

    return answer


@pytest.mark.parametrize(
    ("authentication", "expected"),
    [
        (
            {"azureAD": {"applicationId": "app", "applicationKey": "s3cret", "directoryId": "dir"}},
            ("/dir/oauth2/token", {"grant_type": "client_credentials", "client_id": "app", "client_secret": "s3cret"}),
        ),
        (
            {"office365": {"username": "u@contoso.com", "password": "pw"}},
            ("/organizations/oauth2/token", {"grant_type": "password", "username": "u@contoso.com", "password": "pw"}),
        ),
        (
            {"applicationId": "app", "applicationKey": "s3cret", "directoryId": "dir"},
            ("/dir/oauth2/token", {"client_secret": "s3cret"}),
        ),
    ],
)
def test_dynamics_gets_a_lead_that_replaces_itself(
    receiver: Receiver, authentication: dict[str, Any], expected: tuple[str, dict[str, str]]
) -> None:
    """P8.3-dynamics: 8.3: azureAD or office365; an upsert under the event's id by the Dataverse Web API."""
    receiver.answer = token_then(204)
    configuration = {"instanceUrl": "https://contoso.crm4.dynamics.com/main.aspx", "authentication": authentication}

    send(receiver, {"destination": "dynamics", "dynamicsLeadConfiguration": configuration})

    token, lead = receiver.got
    path, form = expected
    assert (token.path, token.headers["host"]) == (path, "login.microsoftonline.com")
    assert form.items() <= token.form.items()
    assert token.form["resource"] == "https://contoso.crm4.dynamics.com"
    assert (lead.method, lead.path) == ("PATCH", f"/api/data/v9.2/leads({REQUEST.event_id})")
    assert lead.headers["authorization"] == "Bearer t0ken"
    assert (lead.json["lastname"], lead.json["subject"]) == ("One", "AzureMarketplace-PLT|fabrikam.care")


def test_salesforce_gets_its_form(receiver: Receiver) -> None:
    """P8.3-salesforce: 8.3: objectIdentifier is the form's `oid`."""
    send(
        receiver, {"destination": "salesforce", "salesforceLeadConfiguration": {"objectIdentifier": "00D000000000062"}}
    )

    [got] = receiver.got
    assert (got.path, got.headers["host"]) == ("/servlet/servlet.WebToLead?encoding=UTF-8", "webto.salesforce.com")
    assert (got.form["oid"], got.form["email"]) == ("00D000000000062", "someone@contoso.com")
    assert REQUEST.event_id in got.form["description"]


def test_salesforce_says_in_a_header_that_it_dropped_a_lead(receiver: Receiver) -> None:
    receiver.answer = lambda got: (200, {"Is-Processed": "true Exception:common.exception"}, b"")

    with pytest.raises(Undelivered, match="organization id"):
        send(receiver, {"destination": "salesforce", "salesforceLeadConfiguration": {"objectIdentifier": "x" * 15}})


def marketo(**configuration: str) -> dict[str, Any]:
    fixed = {"munchkinId": "123-ABC-456", "formId": "1021"}
    return {"destination": "marketo", "marketoLeadConfiguration": {**fixed, **configuration}}


def test_marketo_gets_a_form_by_rest(receiver: Receiver) -> None:
    """P8.3-marketo: 8.3: clientId and clientSecret since December 2022."""
    receiver.answer = token_then(200)

    send(receiver, marketo(clientId="id", clientSecret="s3cret"))

    token, form = receiver.got
    assert token.path == "/identity/oauth/token?grant_type=client_credentials&client_id=id&client_secret=s3cret"
    assert (form.path, form.headers["authorization"]) == ("/rest/v1/leads/submitForm.json", "Bearer t0ken")
    assert form.json["formId"] == 1021
    assert form.json["input"][0]["leadFormFields"]["email"] == "someone@contoso.com"


def test_marketo_refuses_with_200(receiver: Receiver) -> None:
    """An expired token is tried again, a form there is none of is not."""
    for code, final in (("602", False), ("1077", True)):
        body = json.dumps({"success": False, "errors": [{"code": code, "message": "..."}]}).encode()
        receiver.answer = lambda got, body=body: (  # type: ignore[misc]
            (200, {}, b'{"access_token": "t"}') if "token" in got.path else (200, {}, body)
        )
        with pytest.raises(Undelivered) as fault:
            send(receiver, marketo(clientId="id", clientSecret="s3cret"))
        assert fault.value.final is final


def test_marketo_of_older_accounts_gets_the_plain_form(receiver: Receiver) -> None:
    """P8.3-marketo: 8.3: serverId (old)."""
    send(receiver, marketo(serverId="app-ab12"))

    [got] = receiver.got
    assert (got.path, got.headers["host"]) == ("/index.php/leadCapture/save2", "app-ab12.marketo.com")
    assert (got.form["munchkinId"], got.form["formid"], got.form["LastName"]) == ("123-ABC-456", "1021", "One")


def test_server_name_of_marketo_cannot_lead_elsewhere(receiver: Receiver) -> None:
    with pytest.raises(Undelivered) as fault:
        send(receiver, marketo(serverId="evil.example/x?"))
    assert fault.value.final


@pytest.mark.parametrize("kind", ["none", "blob"])
def test_nothing_is_sent_to_destinations_that_take_nothing(receiver: Receiver, kind: str) -> None:
    """8.3: blob no longer delivers leads."""
    with pytest.raises(Undelivered):
        send(receiver, {"destination": kind})
    assert kind in destinations.SILENT


def test_secrets_are_in_no_name_people_see() -> None:
    """Secrets are stored and never shown."""
    shown = [
        destinations.target_of(TABLE),
        destinations.target_of(marketo(clientId="id", clientSecret="s3cret")),
        destinations.target_of(endpoint("https://a.example/in?code=s3cret")),
    ]

    assert shown == ["table of leadstore", "marketo 123-ABC-456", "https://a.example/in"]
