"""What goes over the wire, against the public OpenAPI descriptions: every exchange of a described version.

The descriptions are not part of this repository; where `$LIGHTKEEPER_SHARED/specs` or `../shared/specs` is missing, this says
so and is skipped.
"""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from tests.house import House, Reply
from tests.wire.arm.exchanges.runner import WORLD, Exchange, check, exchanges, play, situations

SPECS = Path(os.environ.get("LIGHTKEEPER_SHARED", Path(__file__).parents[4] / "shared")) / "specs"
NAMESPACES = (
    "Microsoft.ManagedServices", "Microsoft.Authorization", "Microsoft.Resources", "Microsoft.Management", "Microsoft.Insights",
)  # fmt: skip
STRICT = "Microsoft.ManagedServices"
"""The namespace whose answers may hold nothing that its description does not."""

pytestmark = pytest.mark.skipif(
    not (SPECS / "operations.json").exists(), reason=f"the public descriptions are not at {SPECS}"
)

OVERSTATED = ("'nextLink' is a required property",)
"""What a description demands and the public service leaves out: the last page of subscriptions has no link."""


def _retrieve(uri: str) -> Resource[Any]:
    path = urlsplit(uri).path.lstrip("/")
    found = re.search(r"common-types/resource-(?:management|manager)/(v\d)/types\.json$", path)
    file = SPECS / "common-types" / found[1] / "types.json" if found else SPECS / path
    return Resource(contents=json.loads(file.read_text()), specification=DRAFT4)


REGISTRY: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]


class Described:
    """One described operation."""

    def __init__(self, namespace: str, version: str, file: Path, method: str, path: str, operation: Any) -> None:
        self.namespace, self.version, self.method, self.path = namespace, version, method, path
        self.base = f"spec:///{file.relative_to(SPECS)}"
        self.responses = operation["responses"]
        parts = [re.escape(part) for part in re.split(r"\{\w+\}", path.rstrip("/"))]
        holes = re.findall(r"\{(\w+)\}", path)
        filled = parts[0] + "".join(
            ("(?:[^?]+)" if hole in ("scope", "resourceId") else "[^/?]+") + part
            for hole, part in zip(holes, parts[1:], strict=True)
        )
        # A scope may be empty: then its slash is gone as well.
        self.pattern = re.compile(filled.replace("/(?:[^?]+)", "(?:/[^?]+)?"), re.IGNORECASE)

    def faults(self, reply: Reply) -> Iterator[str]:
        response = self.responses.get(str(reply.status)) or (
            self.responses.get("default") if reply.status >= 400 else None
        )
        if response is None:
            yield f"status {reply.status} is not described"
            return
        if not reply.raw or "schema" not in response:
            return
        schema = _rebased(response["schema"], self.base)
        for error in Draft4Validator(schema, registry=REGISTRY).iter_errors(_without_nulls(reply.json)):
            if error.message not in OVERSTATED:
                yield f"{'/'.join(str(part) for part in error.absolute_path)}: {error.message[:200]}"
        if self.namespace == STRICT and reply.status < 300:
            yield from (f"{place} is not described" for place in _undescribed(reply.json, schema, self.base))


def _rebased(schema: Any, base: str) -> Any:
    if isinstance(schema, dict):
        return {
            key: (
                f"{base}{value}"
                if key == "$ref" and isinstance(value, str) and value.startswith("#")
                else _rebased(value, base)
            )
            for key, value in schema.items()
        }
    return [_rebased(one, base) for one in schema] if isinstance(schema, list) else schema


def _without_nulls(value: Any) -> Any:
    """Return the value as clients take it: a null is as good as nothing."""
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    return [_without_nulls(one) for one in value] if isinstance(value, list) else value


def _resolved(schema: Any, base: str) -> tuple[Any, str]:
    while "$ref" in schema:
        found = REGISTRY.resolver(base).lookup(schema["$ref"])
        schema, base = found.contents, found.resolver._base_uri
    return schema, base


def _properties(schema: Any, base: str) -> dict[str, tuple[Any, str]] | None:
    schema, base = _resolved(schema, base)
    if "properties" not in schema and "allOf" not in schema:
        return None
    found = {name: (one, base) for name, one in schema.get("properties", {}).items()}
    for part in schema.get("allOf", ()):
        found |= _properties(part, base) or {}
    return found


def _undescribed(value: Any, schema: Any, base: str, at: str = "") -> Iterator[str]:
    schema, base = _resolved(schema, base)
    if isinstance(value, list):
        for n, one in enumerate(value):
            yield from _undescribed(one, schema.get("items", {}), base, f"{at}[{n}]")
    elif isinstance(value, dict) and (known := _properties(schema, base)) is not None:
        for name, one in value.items():
            if name not in known:
                yield f"{at}.{name}"
            else:
                yield from _undescribed(one, *known[name], f"{at}.{name}")


@cache
def described() -> dict[tuple[str, str], list[Described]]:
    """Return the described operations by verb and version, those with the most literal paths first."""
    found: dict[tuple[str, str], list[Described]] = {}
    for namespace in NAMESPACES:
        for file in sorted((SPECS / namespace).glob("*/*.json")):
            version = file.parent.name
            for path, verbs in json.loads(file.read_text()).get("paths", {}).items():
                for method, operation in verbs.items():
                    if isinstance(operation, dict) and "responses" in operation:
                        one = Described(namespace, version, file, method.upper(), path, operation)
                        found.setdefault((method.upper(), version), []).append(one)
    for several in found.values():
        several.sort(
            key=lambda one: ("{scope}" in one.path or "{resourceId}" in one.path, one.path.count("{"), -len(one.path))
        )
    return found


def _described_by(exchange: Exchange) -> Described | None:
    path, _, query = exchange.path.partition("?")
    version = re.search(r"api-version=([\w-]+)", query)
    if version is None:
        return None
    return next(
        (one for one in described().get((exchange.method, version[1]), ()) if one.pattern.fullmatch(path.rstrip("/"))),
        None,
    )


@pytest.mark.parametrize("situation", situations())
def test_answers_are_as_described(situation: str, tmp_path: Path) -> None:
    """Every answer of an operation that is described for its version has a described status and shape."""
    house, words, faults = House.of(tmp_path, WORLD.read_text()), dict[str, str](), []
    try:
        for exchange in exchanges(situation):
            reply = play(house, exchange, words)
            check(exchange, reply, words)
            one = _described_by(exchange)
            if one is not None:
                faults += [f"{exchange.file.name}: {fault}" for fault in one.faults(reply)]
    finally:
        house.close()

    assert faults == []


def test_every_described_operation_of_managed_services_was_asked() -> None:
    """All versions; what no exchange asks is named here."""
    asked = {
        (one.version, one.method, one.path)
        for situation in situations()
        for exchange in exchanges(situation)
        if (one := _described_by(exchange)) is not None
    }
    there = {
        (one.version, one.method, one.path)
        for several in described().values()
        for one in several
        if one.namespace == STRICT
    }

    missing = there - asked

    assert {path for _, _, path in missing} == set()
