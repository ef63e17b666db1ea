"""The clauses of the common ARM contract, on an application with a handful of operations of its own."""

import asyncio
import json
import re
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from lightkeeper.kernel.call import Call, Caller, CallerKind, ObjectId, TenantId
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Invalid, Unauthenticated
from lightkeeper.wire.arm.dispatcher import ArmApp
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from tests.conftest import OpenGate
from tests.databases import furnish

S = "11111111-1111-1111-1111-111111111111"
FOREIGN = "22222222-2222-2222-2222-222222222222"
HOME = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
ELSEWHERE = "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb"
THINGS = f"/subscriptions/{S}/providers/Contoso.Test/things"


class FixedDoors:
    """One subscription of HOME that everybody may enter, one of ELSEWHERE that nobody may; one good token."""

    def home_tenant(self, subscription_id: str) -> str | None:
        return {S: HOME, FOREIGN: ELSEWHERE}.get(subscription_id)

    def admits(self, caller: Caller, subscription_id: str) -> bool:
        return subscription_id == S

    def caller_of(self, token: str, now: datetime) -> Caller:
        if token != "good":
            raise Unauthenticated("InvalidAuthenticationToken", "The access token is invalid.")
        tenant, oid = TenantId(HOME), ObjectId("cccccccc-cccc-cccc-cccc-cccccccccccc")
        return Caller(oid, tenant, "someone@contoso.example", CallerKind.USER, tenant, oid)


def show(call: Call, request: ArmRequest) -> Answer:
    call.open_to_all("a test")
    return Answer(
        200, {"name": request.id.name, "query": dict(request.query), "next": request.link("/x", **{"$skiptoken": "2"})}
    )


def keep(call: Call, request: ArmRequest) -> Answer:
    call.open_to_all("a test")
    call.record(Event("ThingWritten", "Contoso.Test/things/write"))
    return Answer(201, {"body": request.body})


def forget_to_authorize(call: Call, request: ArmRequest) -> Answer:
    return Answer(200, {"secret": True})


def break_down(call: Call, request: ArmRequest) -> Answer:
    raise RuntimeError("password=hunter2")


def misread(call: Call, request: ArmRequest) -> Answer:
    call.connection.execute(text("SELECT * FROM nowhere"))
    return Answer(200)


def refuse(call: Call, request: ArmRequest) -> Answer:
    faults = [Finding("A", "properties.a", "a is wrong", "write b"), Finding("B", "properties.b", "b is wrong")]
    raise Invalid("ThingsInvalid", "Two things are wrong.", details=faults)


def operation(method: str, path: str, handle: Any) -> Operation:
    return Operation(method, path, "Contoso.Test/things/read", (200,), handle, ("2024-01-01", "2023-01-01-preview"))


ITEM = "/{scope}/providers/Contoso.Test/things/{name}"
OPERATIONS = [
    operation("GET", ITEM, show),
    operation("PUT", ITEM, keep),
    operation("HEAD", ITEM, show),
    operation("POST", ITEM + "/forget", forget_to_authorize),
    operation("POST", ITEM + "/break", break_down),
    operation("POST", ITEM + "/misread", misread),
    operation("POST", ITEM + "/refuse", refuse),
]


class Reply:
    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.headers = {name.decode(): value.decode() for name, value in headers}
        self.raw = body
        self.json: Any = json.loads(body) if body else None

    @property
    def code(self) -> str:
        return str(self.json["error"]["code"])


class Front:
    """Sends requests straight into the ASGI application."""

    def __init__(self, app: ArmApp) -> None:
        self.app = app

    def __call__(self, method: str, path: str, body: bytes = b"", token: str | None = "good", **headers: str) -> Reply:
        path, _, query = path.partition("?")
        sent = [(b"host", b"localhost:8443"), *((n.replace("_", "-").encode(), v.encode()) for n, v in headers.items())]
        if token is not None:
            sent.append((b"authorization", f"Bearer {token}".encode()))
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": sent,
            "scheme": "https",
            "client": ("127.0.0.1", 1),
        }
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            said.append(message)

        asyncio.run(self.app(scope, receive, send))
        return Reply(said[0]["status"], said[0]["headers"], said[1]["body"])


@pytest.fixture
def front(tmp_path: Path) -> Front:
    database = Database(f"sqlite:///{tmp_path}/l.db", durable=False)
    furnish(database)
    office = Office(database, Clock(), OpenGate())
    return Front(ArmApp(office, OPERATIONS, FixedDoors(), login="https://localhost:8443"))


V = "api-version=2024-01-01"


def test_an_operation_is_found_without_regard_to_case_and_slashes(front: Front) -> None:
    answer = front("GET", f"//subscriptions//{S.upper()}/PROVIDERS/contoso.test/THINGS/One/?API-version=2024-01-01")

    assert (answer.status, answer.json["name"]) == (200, "One")


def test_the_api_version_is_required(front: Front) -> None:
    answer = front("GET", f"{THINGS}/one")

    assert (answer.status, answer.code) == (400, "MissingApiVersionParameter")


def test_an_unknown_api_version_of_a_type_names_the_supported_ones(front: Front) -> None:
    answer = front("GET", f"{THINGS}/one?api-version=1999-01-01")

    assert (answer.status, answer.code) == (400, "NoRegisteredProviderFound")
    assert "'2024-01-01,2023-01-01-preview'" in answer.json["error"]["message"]


def test_without_a_token_the_answer_says_where_to_sign_in(front: Front) -> None:
    """Discovery tools read the tenant of a subscription out of this header."""
    answer = front("GET", f"/subscriptions/{S}?{V}", token=None)

    assert (answer.status, answer.code) == (401, "AuthenticationFailed")
    assert f'authorization_uri="https://localhost:8443/{HOME}"' in answer.headers["www-authenticate"]


def test_without_a_token_an_unknown_subscription_is_not_found(front: Front) -> None:
    answer = front("GET", f"/subscriptions/33333333-3333-3333-3333-333333333333?{V}", token=None)

    assert (answer.status, answer.code) == (404, "SubscriptionNotFound")


def test_a_bad_token_is_refused(front: Front) -> None:
    answer = front("GET", f"{THINGS}/one?{V}", token="bad")

    assert (answer.status, answer.code) == (401, "InvalidAuthenticationToken")


def test_a_token_of_a_foreign_tenant_is_told_the_home_tenant_second(front: Front) -> None:
    """Tools parse the second tenant out of the message."""
    answer = front("GET", f"/subscriptions/{FOREIGN}/providers/Contoso.Test/things/one?{V}")

    assert (answer.status, answer.code) == (401, "InvalidAuthenticationTokenTenant")
    assert re.findall(r"sts\.windows\.net/([-0-9a-f]+)/", answer.json["error"]["message"]) == [HOME, ELSEWHERE]


def test_a_malformed_subscription_id_is_told_apart_from_an_unknown_one(front: Front) -> None:
    answer = front("GET", f"/subscriptions/mine/providers/Contoso.Test/things/one?{V}")

    assert (answer.status, answer.code) == (400, "InvalidSubscriptionId")


def test_every_answer_carries_the_common_headers(front: Front) -> None:
    answer = front("GET", f"{THINGS}/one?{V}")

    for name in (
        "x-ms-request-id",
        "x-ms-correlation-request-id",
        "x-ms-routing-request-id",
        "strict-transport-security",
    ):
        assert answer.headers[name]
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


def test_the_callers_correlation_id_comes_back(front: Front) -> None:
    answer = front("GET", f"{THINGS}/one?{V}", x_ms_correlation_request_id="dddddddd-0000-0000-0000-000000000000")

    assert answer.headers["x-ms-correlation-request-id"] == "dddddddd-0000-0000-0000-000000000000"


def test_a_correlation_id_that_could_split_a_header_is_replaced(front: Front) -> None:
    answer = front("GET", f"{THINGS}/one?{V}", x_ms_correlation_request_id="a b\tc")

    assert answer.headers["x-ms-correlation-request-id"] != "a b\tc"


def test_the_client_request_id_is_echoed_only_when_asked_for(front: Front) -> None:
    silent = front("GET", f"{THINGS}/one?{V}", x_ms_client_request_id="mine")
    asked = front("GET", f"{THINGS}/one?{V}", x_ms_client_request_id="mine", x_ms_return_client_request_id="true")

    assert "x-ms-client-request-id" not in silent.headers
    assert asked.headers["x-ms-client-request-id"] == "mine"


def test_remaining_requests_count_down_by_kind(front: Front) -> None:
    first = front("GET", f"{THINGS}/one?{V}").headers["x-ms-ratelimit-remaining-subscription-reads"]
    second = front("GET", f"{THINGS}/one?{V}").headers["x-ms-ratelimit-remaining-subscription-reads"]
    write = front("PUT", f"{THINGS}/one?{V}", b"{}").headers["x-ms-ratelimit-remaining-subscription-writes"]

    assert (first, second, write) == ("11999", "11998", "1199")


def test_links_lead_back_to_the_host_the_client_used(front: Front) -> None:
    assert front("GET", f"{THINGS}/one?{V}").json["next"] == f"https://localhost:8443/x?{V}&$skiptoken=2"


def test_a_head_request_has_no_body(front: Front) -> None:
    answer = front("HEAD", f"{THINGS}/one?{V}")

    assert (answer.status, answer.raw) == (200, b"")


def test_an_empty_body_is_no_body(front: Front) -> None:
    answer = front("PUT", f"{THINGS}/one?{V}", b"")

    assert (answer.status, answer.json["body"]) == (201, None)


def test_a_write_answers_with_the_revision_it_made(front: Front) -> None:
    assert front("PUT", f"{THINGS}/one?{V}", b"{}").headers["x-lightkeeper-revision"] == "1"
    assert front("PUT", f"{THINGS}/one?{V}", b"{}").headers["x-lightkeeper-revision"] == "2"


def test_a_reader_that_demands_a_later_revision_is_not_answered_from_an_older_view(front: Front) -> None:
    answer = front("GET", f"{THINGS}/one?{V}", x_lightkeeper_revision="7")

    assert (answer.status, answer.code) == (503, "RevisionNotReached")


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[1,]", b'{"a": 1} trailing', b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(front: Front, body: bytes) -> None:
    answer = front("PUT", f"{THINGS}/one?{V}", body)

    assert (answer.status, answer.code) == (400, "InvalidRequestContent")


def test_a_body_nested_beyond_reason_is_refused(front: Front) -> None:
    answer = front("PUT", f"{THINGS}/one?{V}", b"[" * 500 + b"]" * 500)

    assert (answer.status, answer.code) == (400, "InvalidRequestContent")


def test_a_body_over_the_limit_is_refused(front: Front) -> None:
    answer = front("PUT", f"{THINGS}/one?{V}", b'"' + b"x" * (4 * 1024 * 1024) + b'"')

    assert (answer.status, answer.code) == (413, "RequestEntityTooLarge")


def test_several_faults_are_reported_together_with_what_to_do(front: Front) -> None:
    answer = front("POST", f"{THINGS}/one/refuse?{V}")

    assert [detail["target"] for detail in answer.json["error"]["details"]] == ["properties.a", "properties.b"]
    assert answer.json["error"]["details"][0]["additionalInfo"][0]["info"] == {"remedy": "write b"}


def test_a_fault_of_ours_is_opaque_and_carries_the_correlation_id(front: Front) -> None:
    answer = front("POST", f"{THINGS}/one/break?{V}")

    assert (answer.status, answer.code) == (500, "InternalServerError")
    assert b"hunter2" not in answer.raw and b"Traceback" not in answer.raw
    assert answer.headers["x-ms-correlation-request-id"] in answer.json["error"]["message"]


def test_a_database_that_stays_locked_is_a_reason_to_come_back(front: Front) -> None:
    """Error table: 503 ServiceUnavailable with Retry-After; nothing was done, and the same request is served later."""
    database = front.app._office.database
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA busy_timeout=1"))
    database.engine.dispose()
    other = sqlite3.connect(str(database.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    refused = front("PUT", f"{THINGS}/one?{V}", b"{}")
    other.execute("ROLLBACK")
    other.close()

    assert (refused.status, refused.code) == (503, "ServiceUnavailable")
    assert int(refused.headers["retry-after"]) >= 1
    assert "lock" not in refused.json["error"]["message"]
    assert front("PUT", f"{THINGS}/one?{V}", b"{}").status == 201


def test_a_statement_the_database_does_not_know_is_our_fault(front: Front) -> None:
    """Error table: 500, not 503: coming back would not help."""
    assert front("POST", f"{THINGS}/one/misread?{V}").status == 500


def test_an_answer_nobody_authorized_never_leaves(front: Front) -> None:
    answer = front("POST", f"{THINGS}/one/forget?{V}")

    assert (answer.status, answer.code) == (500, "InternalServerError")
    assert b"secret" not in answer.raw
