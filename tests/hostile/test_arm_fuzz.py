"""Whatever is sent to Azure Resource Manager's door, the answer is one of the contract's, and nothing is half done."""

import json
import re
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightkeeper.kernel import ids, log
from lightkeeper.wire.arm.table import operations
from tests.hostile.house import Got, House

PROD = ids.named("subscription", "contoso-prod")
NORTHWIND = ids.named("subscription", "northwind-main")
TRACE = re.compile(r"Traceback|File \"|site-packages|sqlalchemy|sqlite3|psycopg|\.py\b", re.IGNORECASE)

_NAMES = st.one_of(
    st.sampled_from(
        [PROD, NORTHWIND, PROD.upper(), "web", "WEB", "vm1", "contoso-root", "Microsoft.Compute", "virtualMachines"]
    ),
    st.sampled_from(
        ["%2F", "%00", "%", "%zz", "%252F", "..", "%2e%2e", "providers", "$", "*", "a%0d%0ab", "%ff", "💥"]
    ),
    st.sampled_from(["a" * 2000, "%41" * 300, "İ", "%C4%B0", "'", '"', "<script>", "_", "%25", " ", "subscriptions"]),
    st.uuids().map(str),
    st.text(max_size=8).map(lambda text: quote(text.encode("utf-8", "ignore"), safe="")),
)
_SCOPES = st.sampled_from(
    [
        "",
        f"/subscriptions/{PROD}",
        f"/subscriptions/{PROD}/resourceGroups/web",
        f"/subscriptions/{NORTHWIND}",
        f"/subscriptions/{PROD}/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1",
        "/providers/Microsoft.Management/managementGroups/contoso-root",
        "/subscriptions/x",
        f"/subscriptions/{PROD}/resourceGroups/no such",
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=20),
    st.sampled_from(
        ["\x00", "\ud800", "a" * 5000, "%", "../..", "westeurope", "[concat('a')]", "[", "[[", "2026-01-01", "P1D"]
    ),
    st.sampled_from([PROD, f"/subscriptions/{PROD}", "/", "Succeeded", "Microsoft.Compute/virtualMachines", "1e999"]),
)
_LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), _TEXTS, st.just(10**400))
_KEYS = st.one_of(
    st.sampled_from(
        [
            *("properties", "location", "tags", "name", "id", "template", "mode", "parameters", "value", "resources"),
            *("type", "apiVersion", "principalId", "roleDefinitionId", "authorizations", "managedByTenantId", "copy"),
            *("registrationDefinitionId", "registrationDefinitionName", "$schema", "contentVersion", "sku", "plan"),
            *("identity", "zones", "displayName", "details", "parent", "variables", "outputs", "count", "dependsOn"),
        ]
    ),
    st.text(max_size=5),
)
_BODIES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=5), max_leaves=25
)
_QUERY_NAMES = st.sampled_from(
    ["$filter", "$top", "$skiptoken", "$expand", "$recurse", "api-version", "$select", "$orderby", "x"]
)
_QUERY_VALUES = st.one_of(
    st.sampled_from(
        [
            "0",
            "-1",
            "99999999999999999999",
            "atScope()",
            "name eq 'x'",
            "((((",
            "eventTimestamp ge '2026-01-01'",
            "%",
            "'",
        ]
    ),
    st.text(max_size=30),
    st.sampled_from(["(" * 3000, "a" * 9000, "not " * 500, "x eq '" + "''" * 900]),
)
_HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "if-match": st.sampled_from(["*", '"x"', "W/", "\xff"]),
        "if-none-match": st.sampled_from(["*", "\xff"]),
        "x-ms-correlation-request-id": st.sampled_from(["ok", "a" * 200, "\xff", "a b", "{x}"]),
        "x-ms-client-request-id": st.sampled_from(["\xff" * 300, "ok"]),
        "x-ms-return-client-request-id": st.just("true"),
        "x-lightkeeper-revision": st.sampled_from(["1", "9" * 5000, "-1", "\xb2", "99999999"]),
        "content-length": st.sampled_from(["9" * 5000, "-1", "x", "0"]),
        "host": st.sampled_from(["evil.example", "\xff", "a b", "localhost:8443"]),
    },
)
_TABLE = sorted(operations(), key=lambda one: (one.path, one.method))


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """A request to an operation of the table, with anything for its names, queries, headers and body."""
    operation = draw(st.sampled_from(_TABLE))
    path = operation.path
    if path.startswith("/{scope}"):
        path = draw(_SCOPES) + path.removeprefix("/{scope}")
    if path.startswith("/{resourceId}"):
        path = f"{draw(_SCOPES)}/providers/{draw(_NAMES)}/{draw(_NAMES)}/{draw(_NAMES)}" + path.removeprefix(
            "/{resourceId}"
        )
    path = path.replace("{subscriptionId}", draw(st.sampled_from([PROD, PROD, PROD, NORTHWIND, "x", "%2F"])))
    path = re.sub(r"\{[^}]+\}", lambda _: draw(_NAMES), path)
    version = operation.versions[0] if operation.versions else "2024-07-01"
    query = f"api-version={version}" if draw(st.integers(0, 9)) else ""
    for name, value in draw(st.lists(st.tuples(_QUERY_NAMES, _QUERY_VALUES), max_size=2)):
        query += f"&{name}={quote(value.encode('utf-8', 'ignore'))}"
    if draw(st.booleans()):
        body = json.dumps(draw(_BODIES)).encode()
    else:
        body = draw(
            st.one_of(st.just(b""), st.binary(max_size=30), st.sampled_from([b"[" * 20000, b'{"a":' * 9000, b"\xff"]))
        )
    method = draw(st.sampled_from([operation.method] * 6 + ["GET", "PUT", "TRACE", "QUERY"]))
    return {"method": method, "path": path, "query": query, "body": body, "headers": draw(_HEADERS)}


def refuse_politely(got: Got) -> None:
    """Assert what holds of every answer: no fault of ours, ARM's envelope for a refusal, nothing of our inside."""
    assert got.status < 500 or got.json["error"]["code"] == "RevisionNotReached", got.text
    if got.status >= 400 and got.raw:
        error = got.json["error"]
        assert set(error) <= {"code", "message", "target", "details", "additionalInfo"}
        assert error["code"] and error["message"]
        assert TRACE.search(got.text) is None, got.text
    for value in got.headers.values():
        assert "\r" not in value and "\n" not in value


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    asked=requests(), who=st.sampled_from(["contoso/owner", "contoso/reader", "fabrikam/technician", "northwind/owner"])
)
def test_any_request_is_answered_by_the_contract(house: House, asked: dict[str, Any], who: str) -> None:
    """D: no request, however malformed, makes the server fail; a refused one changes nothing."""
    before = house.state()

    got = house.send(**asked, token=house.token(who))

    refuse_politely(got)
    if got.status >= 400:
        assert house.state() == before


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(asked=requests())
def test_a_stranger_changes_nothing_and_hears_only_where_to_sign_in(house: House, asked: dict[str, Any]) -> None:
    """Without a token nothing is read and nothing is written."""
    before = house.state()

    got = house.send(**asked)

    assert got.status in (400, 401, 404)
    assert house.state() == before


def test_the_log_is_whole_after_the_storm(house: House) -> None:
    """Every change left its entry, and the chain of entries holds."""
    with house.inner.office.database.read() as connection:
        verdict = log.verify(connection)

    assert verdict.fault is None
