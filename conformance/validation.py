"""Whether an answer is what its description says: status, headers, body.

Swagger 2.0 is JSON Schema draft 4 with habits of its own, and so are the public documents:

* a null is taken as nothing, as clients take it; so a null where something is required is a fault
* `discriminator` names the definition that the value is of, which is then asked as well
* an enumeration that is marked `modelAsString` is open
* what a definition does not name is a fault too, unless the definition is an open map or `EXTRAS` says why it may be there
"""

import json
import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
from tests.house import Reply

from conformance.descriptions import Described, document, rebased, resolved
from conformance.formats import FORMATS

_RESOURCES = "Microsoft.Resources/*/Resources_*"
_OF_ANY_TYPE = "resources of any type carry it; the generic schema does not name it"
_VALIDATE = "Microsoft.Resources/*/Deployments_Validate*"
_VALIDATED = "the answer is a deployment in later versions, and clients read it as one (real clients, deployments)"
_LISTS = "*/*Operation*_List"
_LATER = "operation lists have it in later versions of every provider"

EXTRAS: Mapping[tuple[str, str], str] = {
    (_RESOURCES, "systemData"): _OF_ANY_TYPE,
    (_RESOURCES, "etag"): _OF_ANY_TYPE,
    ("Microsoft.Resources/*/DeploymentOperations_*", "trackingId"): "it is on record (contract, deployments)",
    **{(_VALIDATE, name): _VALIDATED for name in ("id", "name", "type", "location")},
    ("Microsoft.Insights/*/*ActivityLogs_List", "channels"): "events carry it on record (contract, activity log)",
    ("Microsoft.Resources/2016-06-01/Subscriptions_*", "tenantId"): "clients of every age read the tenant",
    (_LISTS, "isDataAction"): _LATER,
    (_LISTS, "description"): _LATER,
}
"""Properties that no description names and why they are answered all the same, by operation and name."""

MISSING: Mapping[tuple[str, str], str] = {
    ("Microsoft.Resources/*/*_List*", "nextLink"): (
        "demanded of every page of subscriptions, and left out of the last one by the public service (paging contract)"
    ),
}
"""Properties that a description demands and that are left out all the same, by operation and name."""

COMMON = (
    "cache-control", "pragma", "expires", "strict-transport-security", "x-content-type-options",
    "x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id",
)  # fmt: skip


def faults_of(described: Described, reply: Reply) -> list[str]:
    """Return everything that is wrong with an answer; empty means nothing."""
    return [*_of_status(described, reply), *_of_headers(described, reply), *_of_body(described, reply)]


def _of_status(described: Described, reply: Reply) -> Iterator[str]:
    # A document without a default answer describes no refusals; there are some all the same.
    if str(reply.status) not in described.responses and reply.status < 400:
        yield f"status {reply.status} is not declared ({', '.join(described.responses)})"


def _of_headers(described: Described, reply: Reply) -> Iterator[str]:
    if described.namespace != "marketplacecatalog":
        yield from (f"there is no header {name}" for name in COMMON if name not in reply.headers)
    if reply.raw and not reply.headers.get("content-type", "").startswith("application/json"):
        yield f"the body is {reply.headers.get('content-type')}"
    if reply.status == 202:
        if not {"location", "azure-asyncoperation"} & reply.headers.keys():
            yield "202 says nowhere how it goes on"
        if not reply.headers.get("retry-after", "").isdecimal() or reply.headers["retry-after"] == "0":
            yield "202 does not say when to come again"
    for name in ("location", "azure-asyncoperation"):
        if name in reply.headers and not _is_link(reply.headers[name]):
            yield f"{name} is no absolute link with an api-version: {reply.headers[name]}"
    for name, told in (described.responses.get(str(reply.status)) or {}).get("headers", {}).items():
        said = reply.headers.get(name.lower())
        if said is not None and told.get("type") == "integer" and not said.isdecimal():
            yield f"header {name} is no number: {said}"


def _is_link(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme == "https" and bool(parts.netloc) and "api-version=" in parts.query


def _of_body(described: Described, reply: Reply) -> Iterator[str]:
    response = described.responses.get(str(reply.status)) or (
        described.responses.get("default", {}) if reply.status >= 400 else {}
    )
    schema = response.get("schema")
    if str(reply.status) not in described.responses and reply.status < 300:
        return
    if schema is None:
        if reply.raw and reply.status < 300 and described.method != "HEAD":
            yield f"a body was not expected: {reply.raw.decode()[:200]}"
        return
    if not reply.raw:
        if reply.status not in (202, 204) and described.method != "HEAD":
            yield "there is no body"
        return
    if reply.status >= 400:
        yield from _of_envelope(described, reply, schema)
        return
    yield from of_value(reply.json, schema, described.base, described.label)
    if described.pages_by is not None and described.pages_by in reply.json:
        link = reply.json[described.pages_by]
        if link is not None and not _is_link(link):
            yield f"{described.pages_by} is no absolute link with an api-version: {link}"


def _of_envelope(described: Described, reply: Reply, schema: Any) -> Iterator[str]:
    """Yield what is wrong with a refusal: older documents describe it otherwise, and the service answers only this."""
    error = reply.json.get("error") if isinstance(reply.json, dict) else None
    named = (properties_of(schema, described.base) or {}) if schema else {}
    if not isinstance(error, dict) or reply.json.keys() - named.keys() != ({"error"} - named.keys()):
        yield f"no error envelope: {reply.raw.decode()[:200]}"
        return
    for one in (error, *error.get("details", ())):
        if not all(isinstance(one.get(name), str) and one[name] for name in ("code", "message")):
            yield f"an error without code or message: {one}"
        if unknown := one.keys() - {"code", "message", "target", "details", "additionalInfo"}:
            yield f"an error with {sorted(unknown)}"


def of_value(value: Any, schema: Any, base: str, label: str = "") -> Iterator[str]:
    """Yield where a value is not what a schema describes."""
    value = without_nulls(value)
    for error in _validator(base, json.dumps(schema, sort_keys=True)).iter_errors(value):
        left_out = re.match(r"\"(\w+)\" is a required property", error.message)
        if left_out is None or not _known(MISSING, label, left_out[1]):
            yield f"{_place(error.instance_path)}: {error.message[:200]}"
    yield from _of_kind(value, schema, base, "")
    for place in undescribed(value, schema, base):
        if not _known(EXTRAS, label, place.rpartition(".")[2]):
            yield f"{place} is not described"


def _known(table: Mapping[tuple[str, str], str], label: str, name: str) -> bool:
    return any(name == one and fnmatchcase(label, pattern) for pattern, one in table)


@cache
def _validator(base: str, schema: str) -> jsonschema_rs.Draft4Validator:
    return jsonschema_rs.Draft4Validator(
        closed(rebased(json.loads(schema), base)),
        retriever=lambda uri: closed(document(uri)),
        formats=FORMATS,
        validate_formats=True,
    )


def closed(schema: Any) -> Any:
    """Return a schema without the enumerations that are open, in the words of draft 4."""
    if isinstance(schema, dict):
        is_open = (
            (schema.get("x-ms-enum") or {}).get("modelAsString") if isinstance(schema.get("x-ms-enum"), dict) else False
        )
        return {key: closed(value) for key, value in schema.items() if not (key == "enum" and is_open)}
    return [closed(one) for one in schema] if isinstance(schema, list) else schema


def _place(path: Any) -> str:
    return "/".join(str(part) for part in path) or "the body"


def without_nulls(value: Any) -> Any:
    """Return the value as clients take it: a null is as good as nothing."""
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def _of_kind(value: Any, schema: Any, base: str, at: str) -> Iterator[str]:
    """Yield the faults of values whose definition has kinds, against the kind that each says it is."""
    schema, base = resolved(schema, base)
    if isinstance(value, list):
        for n, one in enumerate(value):
            yield from _of_kind(one, schema.get("items", {}), base, f"{at}[{n}]")
    elif isinstance(value, dict) and (known := properties_of(schema, base)) is not None:
        if "discriminator" in schema and (kind := _kind(value.get(schema["discriminator"]), base)) is not None:
            for error in _validator(base, json.dumps(kind, sort_keys=True)).iter_errors(value):
                yield f"{at}/{_place(error.instance_path)}: {error.message[:200]}"
        for name, one in value.items():
            if name in known:
                yield from _of_kind(one, *known[name], f"{at}.{name}")


@cache
def _kinds(base: str) -> Mapping[str, Any]:
    return {
        one.get("x-ms-discriminator-value", name): one for name, one in document(base).get("definitions", {}).items()
    }


def _kind(name: Any, base: str) -> Any:
    return _kinds(base).get(name) if isinstance(name, str) else None


def properties_of(schema: Any, base: str) -> dict[str, tuple[Any, str]] | None:
    """Return what a definition names, its parts included, None when it names nothing and so is open."""
    schema, base = resolved(schema, base)
    if "properties" not in schema and "allOf" not in schema:
        return None
    found = {name: (one, base) for name, one in schema.get("properties", {}).items()}
    for part in schema.get("allOf", ()):
        found |= properties_of(part, base) or {}
    return found


def undescribed(value: Any, schema: Any, base: str, at: str = "") -> Iterator[str]:
    """Yield the places of a value that its schema does not name."""
    schema, base = resolved(schema, base)
    if isinstance(value, list):
        for n, one in enumerate(value):
            yield from undescribed(one, schema.get("items", {}), base, f"{at}[{n}]")
    elif isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        known = properties_of(schema, base) or {}
        for name, one in value.items():
            yield from undescribed(one, *known.get(name, (schema["additionalProperties"], base)), f"{at}.{name}")
    elif isinstance(value, dict) and (known := properties_of(schema, base) or {}):
        if "discriminator" in schema and (kind := _kind(value.get(schema["discriminator"]), base)) is not None:
            known |= properties_of(kind, base) or {}
        for name, one in value.items():
            if name not in known:
                yield f"{at}.{name}"
            else:
                yield from undescribed(one, *known[name], f"{at}.{name}")
