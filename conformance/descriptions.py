"""The public OpenAPI 2.0 documents: their operations, with parameters and answers found through every reference.

References keep the depth they have upstream; `document` knows where their targets are kept here.
"""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

SHARED = Path(os.environ.get("LIGHTKEEPER_SHARED") or Path(__file__).parents[2] / "shared")
SPECS = SHARED / "specs"
PRESENT = (SPECS / "operations.json").exists()
ABSENT = f"the public descriptions are not at {SPECS}; LIGHTKEEPER_SHARED names the folder they are in"

WHOLE = ("scope", "resourceId", "roleAssignmentId", "roleDefinitionId", "roleId", "denyAssignmentId", "resourceScope")
"""Path parameters that stand for a whole id, slashes and all."""


_BY_ID = {
    "resourceId": r"[^/]+(/[^/]+/[^/]+)+",
    "roleAssignmentId": "Microsoft.Authorization/roleAssignments/[^/]+",
    "roleDefinitionId": "Microsoft.Authorization/roleDefinitions/[^/]+",
    "roleId": "Microsoft.Authorization/roleDefinitions/[^/]+",
    "denyAssignmentId": "Microsoft.Authorization/denyAssignments/[^/]+",
}
"""What an id in the place of a whole path looks like."""


@cache
def document(uri: str) -> Any:
    """Return the document that an address names, wherever it is kept."""
    path = urlsplit(uri).path.lstrip("/")
    found = re.search(r"common-types/resource-(?:management|manager)/(v\d)/types\.json$", path)
    file = SPECS / "common-types" / found[1] / "types.json" if found else SPECS / path
    return json.loads(file.read_text())


def _retrieve(uri: str) -> Resource[Any]:
    return Resource(contents=document(uri), specification=DRAFT4)  # type: ignore[call-arg]


REGISTRY: Registry[Any] = Registry(retrieve=_retrieve)  # type: ignore[call-arg]


def resolved(value: Any, base: str) -> tuple[Any, str]:
    """Return what a value stands for when it is a reference, with the document that holds it."""
    while "$ref" in value:
        found = REGISTRY.resolver(base).lookup(value["$ref"])
        value, base = found.contents, found.resolver._base_uri
    return value, base


def rebased(schema: Any, base: str) -> Any:
    """Return a schema whose references lead out of `base` by their full address."""
    if isinstance(schema, dict):
        return {
            key: f"{base}{value}" if key == "$ref" and str(value).startswith("#") else rebased(value, base)
            for key, value in schema.items()
        }
    return [rebased(one, base) for one in schema] if isinstance(schema, list) else schema


@dataclass(frozen=True, eq=False)
class Described:
    """One operation of one document."""

    namespace: str
    version: str
    file: Path
    method: str
    path: str
    name: str
    parameters: Mapping[str, Any]  # by name, resolved
    responses: Mapping[str, Any]  # by status
    examples: Mapping[str, str]  # title -> path beside the document
    long_running: bool
    pages_by: str | None  # the property that leads to the next page

    @property
    def base(self) -> str:
        """Return the address of the document."""
        return f"https://specs/{self.file.relative_to(SPECS)}"

    @property
    def label(self) -> str:
        """Return how a test names it."""
        return f"{self.namespace}/{self.version}/{self.name}"

    @property
    def statuses(self) -> set[int]:
        """Return the statuses declared by number."""
        return {int(status) for status in self.responses if status.isdecimal()}

    @property
    def body(self) -> tuple[str, Any] | None:
        """Return name and schema of the body, None when there is none."""
        found = [(name, one) for name, one in self.parameters.items() if one["in"] == "body"]
        return (found[0][0], found[0][1].get("schema", {})) if found else None

    def example(self, file: str) -> Any:
        """Return an example's document, None when it is not kept."""
        path = self.file.parent / file
        return json.loads(path.read_text()) if path.exists() else None

    def pattern(self) -> re.Pattern[str]:
        """Return what matches a path of this operation, without its query."""
        if self.path.count("/") == 1 and (found := re.match(r"/\{(\w+)\}", self.path)) and found[1] in _BY_ID:
            return re.compile(f".+/providers/{_BY_ID[found[1]]}", re.IGNORECASE)
        parts = [re.escape(part) for part in re.split(r"\{\w+\}", self.path.partition("?")[0].rstrip("/"))]
        holes = re.findall(r"\{(\w+)\}", self.path)
        filled = parts[0] + "".join(
            ("(?:[^?]+)" if hole in WHOLE else "[^/?]+") + part for hole, part in zip(holes, parts[1:], strict=True)
        )
        # A scope may be empty: then its slash is gone as well.
        return re.compile(filled.replace("/(?:[^?]+)", "(?:/[^?]+)?"), re.IGNORECASE)


def _described(namespace: str, version: str, file: Path) -> Iterator[Described]:
    document = json.loads(file.read_text())
    base = f"https://specs/{file.relative_to(SPECS)}"
    for path, verbs in {**document.get("paths", {}), **document.get("x-ms-paths", {})}.items():
        for method, operation in verbs.items():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            asked = [resolved(one, base) for one in (*verbs.get("parameters", ()), *operation.get("parameters", ()))]
            parameters = {
                one["name"]: {**one, "schema": rebased(one["schema"], at)} if "schema" in one else one
                for one, at in asked
            }
            answers = {status: resolved(one, base) for status, one in operation["responses"].items()}
            yield Described(
                namespace, version, file, method.upper(), path, operation["operationId"],
                parameters,
                {
                    status: {**one, "schema": rebased(one["schema"], at)} if "schema" in one else one
                    for status, (one, at) in answers.items()
                },
                {title: one["$ref"] for title, one in operation.get("x-ms-examples", {}).items()},
                bool(operation.get("x-ms-long-running-operation")),
                (operation.get("x-ms-pageable") or {}).get("nextLinkName"),
            )  # fmt: skip


@cache
def operations() -> tuple[Described, ...]:
    """Return every operation of every document, as `operations.json` lists them."""
    rows = json.loads((SPECS / "operations.json").read_text())
    documents = dict.fromkeys((row["ns"], row["apiVersion"], row["file"]) for row in rows)
    return tuple(one for namespace, version, file in documents for one in _described(namespace, version, SPECS / file))


EVERY_VERSION = ("Microsoft.ManagedServices", "Microsoft.ManagementPartner")
NEWEST = (
    "Microsoft.Authorization", "Microsoft.Authorization.locks", "Microsoft.Resources", "Microsoft.Subscription",
    "Microsoft.Management", "Microsoft.Insights", "Microsoft.MarketplaceOrdering", "marketplacecatalog",
)  # fmt: skip
_AUTHORIZATION = (
    "RoleAssignments", "RoleDefinitions", "Permissions", "DenyAssignments", "GlobalAdministrator",
    "ProviderOperationsMetadata", "ClassicAdministrators",
)  # fmt: skip
"""The families of Microsoft.Authorization that this house is held to; activation of eligible roles is none of them yet."""


@cache
def asked_for() -> tuple[Described, ...]:
    """Return the operations that are called: every version of some namespaces, the newest of each operation of others."""
    every: list[Described] = []
    others: list[Described] = []
    for one in operations():
        if one.namespace in EVERY_VERSION:
            every.append(one)
        elif one.namespace in NEWEST and (
            one.namespace != "Microsoft.Authorization" or one.name.partition("_")[0] in _AUTHORIZATION
        ):
            others.append(one)
    # An operation keeps its name when its path changes, or its path when it is renamed.
    others = _newest(others, lambda one: (one.namespace, one.method, one.path.lower()))
    others = _newest(others, lambda one: (one.namespace, one.name))
    return (*every, *sorted(others, key=lambda one: (one.namespace, one.name)))


def _newest(several: Iterable[Described], key: Callable[[Described], Any]) -> list[Described]:
    found: dict[Any, Described] = {}
    for one in several:
        found[key(one)] = max(found.get(key(one), one), one, key=lambda found: found.version)
    return list(found.values())


@cache
def by_verb_and_version() -> Mapping[tuple[str, str], tuple[Described, ...]]:
    """Return the operations by verb and version, those with the most literal paths first."""
    found: dict[tuple[str, str], list[Described]] = {}
    for one in operations():
        found.setdefault((one.method, one.version), []).append(one)
    for several in found.values():
        several.sort(
            key=lambda one: (one.path.count("/") == 1, "{scope}" in one.path, one.path.count("{"), -len(one.path))
        )
    return {key: tuple(several) for key, several in found.items()}


@cache
def _pattern(one: Described) -> re.Pattern[str]:
    return one.pattern()


def describing(method: str, path: str, version: str) -> Described | None:
    """Return the operation that describes a request, None when none does."""
    bare = path.partition("?")[0].rstrip("/")
    several = by_verb_and_version().get((method, version), ())
    return next((one for one in several if _pattern(one).fullmatch(bare)), None)
