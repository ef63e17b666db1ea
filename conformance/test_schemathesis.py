"""What no person would send, made from the OpenAPI documents by schemathesis: each answer by the contract, never a fault of ours.

Requests that keep to a description and requests that break it; half of the names in a path are of things that are there, so
that what is sent reaches further than the door.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from conformance.bundling import bundled
from conformance.descriptions import PRESENT, WHOLE, Described, asked_for, describing
from conformance.knocks.finding import way_to
from conformance.not_served import NOT_SERVED
from conformance.town import PUBLISHER, Town
from conformance.validation import faults_of
from lightkeeper.publishing.ingestion.names import VERSION, product_guid

EXAMPLES = int(os.environ.get("LIGHTKEEPER_CONFORMANCE_EXAMPLES", "6"))
LONGEST_READ = 200_000
"""Bytes of an answer that is still compared with its schema: the same lists are compared once elsewhere."""

BOUNDED = settings(
    max_examples=EXAMPLES, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
ASKED = [one for one in (asked_for() if PRESENT else ()) if one.label not in NOT_SERVED]
INGESTION = Path(__file__).parents[1] / "docs" / "openapi" / "product-ingestion.json"


@cache
def _schema(base: str) -> Any:
    return schemathesis.openapi.from_dict(bundled(base))


def _requests(operation: Any) -> st.SearchStrategy[Any]:
    return st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )


def _query(case: Any, fixed: dict[str, str]) -> str:
    given_ = {
        str(name): value if isinstance(value, str) else json.dumps(value) for name, value in (case.query or {}).items()
    }
    return "&".join(f"{_escaped(name)}={_escaped(value)}" for name, value in {**given_, **fixed}.items())


def _escaped(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="$")


def _body(case: Any) -> bytes:
    if type(case.body).__name__ == "NotSet":
        return b""
    return case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode("utf-8", "surrogatepass")


def _headers(case: Any) -> dict[str, str]:
    """Return the generated headers that HTTP can carry; the token is ours, the host too."""
    return {
        str(name): str(value)
        for name, value in (case.headers or {}).items()
        if str(name).lower() not in ("authorization", "host", "content-length")
        and re.fullmatch(r"[!-~]+", str(name))
        and re.fullmatch(r"[ -~]*", str(value))
    }


@pytest.mark.parametrize("described", ASKED, ids=lambda one: one.label)
def test_anything_sent_to_an_operation_is_answered_by_the_contract(town: Town, described: Described) -> None:
    """No 5xx, no answer that is not described, and every refusal in the error envelope."""
    knock = way_to(described)(town, described)
    town.house.busy = False
    operation = _schema(described.base)[described.path.partition("?")[0]][described.method]
    holes = re.findall(r"\{(\w+)\}", described.path)
    known = st.sets(st.sampled_from(holes)) if holes else st.just(set[str]())

    @BOUNDED
    @given(case=_requests(operation), known=known, right_version=st.booleans())
    def check(case: Any, known: set[str], right_version: bool) -> None:
        path = described.path.partition("?")[0]
        for hole in holes:
            value = str((case.path_parameters or {}).get(hole, "x"))
            if (
                hole in known
                or hole == "subscriptionId"
                or (described.path.startswith(f"/{{{hole}}}") and hole != "scope")
            ):
                value = knock.values.get(hole, "x")
                value = value.strip("/") if hole in WHOLE else quote(value)
            path = path.replace(f"{{{hole}}}", re.sub(r"[^\w%.~!$&'()*+,;=:@/-]", "_", value))
        version = {"api-version": knock.query.get("api-version", described.version)} if right_version else {}
        sent = f"{knock.below}{path}?{_query(case, version)}"
        reply = town.house.send(
            described.method, sent, _body(case), by=town.token(knock.by), headers=_headers(case)
        )  # fmt: skip
        assert reply.status < 500, f"{described.method} {sent} {_body(case)!r}: {reply.raw.decode()}"
        if len(reply.raw) < LONGEST_READ:
            # An empty or a longer name makes the path another operation's.
            actual = describing(described.method, sent, described.version) if "{" in described.path else described
            faults = faults_of(actual or described, reply) if actual or reply.status >= 400 else []
            if described.name.startswith(
                "Resources_"
            ):  # what a type has at its top level is kept, whatever it is called
                faults = [fault for fault in faults if not fault.endswith("is not described")]
            assert faults == [], f"{described.method} {sent} {_body(case)!r}: {reply.status} {faults}"

    check()


@cache
def _ingestion() -> Any:
    return json.loads(INGESTION.read_text())


_OWN = [(path, method.upper()) for path, verbs in _ingestion()["paths"].items() for method in verbs]


@pytest.mark.parametrize(("path", "method"), _OWN, ids=[f"{method} {path}" for path, method in _OWN])
def test_anything_sent_to_the_ingestion_api_is_answered_by_its_document(town: Town, path: str, method: str) -> None:
    """Our own document (docs/openapi) holds of every answer of the Product Ingestion API."""
    operation = schemathesis.openapi.from_dict(_ingestion())[path][method]
    there = {"guid": product_guid("fabrikam", "managed-operations"), "type": "product"}
    holes = re.findall(r"\{(\w+)\}", path)
    known = st.sets(st.sampled_from(holes)) if holes else st.just(set[str]())

    @BOUNDED
    @given(case=_requests(operation), known=known, right_version=st.booleans())
    def check(case: Any, known: set[str], right_version: bool) -> None:
        asked = path
        for hole in holes:
            value = there.get(hole, "x") if hole in known else str((case.path_parameters or {}).get(hole, "x"))
            asked = asked.replace(f"{{{hole}}}", re.sub(r"[^\w%.~!$&'()*+,;=:@-]", "_", value))
        sent = f"{asked}?{_query(case, {'$version': VERSION} if right_version else {})}"
        reply = town.house.send(method, sent, _body(case), by=town.token(PUBLISHER), headers=_headers(case))
        said = f"{method} {sent} {_body(case)!r}: {reply.status} {reply.raw.decode()[:500]}"
        assert reply.status < 500, said
        answers = _ingestion()["paths"][path][method.lower()]["responses"]
        assert str(reply.status) in answers, said
        schema = answers[str(reply.status)].get("content", {}).get("application/json", {}).get("schema")
        if schema is not None:
            whole = {**schema, "components": _ingestion()["components"]}
            faults = [one.message for one in jsonschema_rs.Draft202012Validator(whole).iter_errors(reply.json)]
            assert faults == [], said

    check()
