"""The OpenAPI document of the Product Ingestion API, generated from its endpoints and from what each resource needs.

`python -m lightkeeper.wire.ingestion.openapi` prints it; docs/openapi holds the committed copy.
"""

import inspect
import json
import re
from typing import Any

from lightkeeper.publishing.ingestion.forms import LISTS, REQUIRED
from lightkeeper.publishing.ingestion.names import RESOURCES, VERSION, schema
from lightkeeper.wire.ingestion.routes import ENDPOINTS

_QUERY: dict[str, tuple[str, ...]] = {
    "list_products": ("externalId", "type", "$maxpagesize", "$skip", "$top", "continuationToken", "publisher"),
    "list_plans": ("product", "externalId", "$maxpagesize", "$skip", "$top", "continuationToken"),
    "get_tree": ("targetType",),
    "list_submissions": ("targetType",),
    "configure": ("publisher",),
}
_NUMBERS = frozenset({"$maxpagesize", "$skip", "$top"})
_TARGETS = ["draft", "preview", "live"]
_REFERENCE: dict[str, Any] = {
    "anyOf": [
        {"type": "string", "description": "A durable id: product/<guid>, plan/<guid>/<guid>."},
        {"type": "object", "properties": {"externalId": {"type": "string"}}, "required": ["externalId"]},
        {"type": "object", "properties": {"resourceName": {"type": "string"}}, "required": ["resourceName"]},
    ]
}


def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    paths: dict[str, Any] = {}
    for method, path, endpoint in ENDPOINTS:
        paths.setdefault(path.replace(":path", ""), {})[method.lower()] = _operation(method, path, endpoint)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Product Ingestion API of Lightkeeper",
            "version": VERSION,
            "description": "Managed Service offers as declared resources. `managed-service-plan-technical-configuration` "
            "is ours: the public API names the offer type, but has no resource for its manifests.",
        },
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": {**_shared(), **{name: _resource(name) for name in RESOURCES}},
        },
    }


def _operation(method: str, path: str, endpoint: Any) -> dict[str, Any]:
    name = endpoint.__name__
    parameters: list[dict[str, Any]] = [
        {"name": part, "in": "path", "required": True, "schema": {"type": "string"}}
        for part in re.findall(r"{(\w+)(?::\w+)?}", path)
    ]
    parameters.append(
        {"name": "$version", "in": "query", "required": True, "schema": {"type": "string", "example": VERSION}}
    )
    for query in _QUERY.get(name, ()):
        form: dict[str, Any] = {"type": "integer", "minimum": 0} if query in _NUMBERS else {"type": "string"}
        if query == "targetType":
            form = {"type": "string", "enum": _TARGETS}
        required = name == "list_plans" and query == "product"
        parameters.append({"name": query, "in": "query", "required": required, "schema": form})
    success = {"configure": "202"}.get(name, "200")
    body = {"get_status": "job", "cancel": "job", "configure": "job"}.get(name)
    value: dict[str, Any] = {"$ref": f"#/components/schemas/{body}"} if body else {"type": "object"}
    found: dict[str, Any] = {
        "operationId": name,
        "summary": (inspect.getdoc(endpoint) or "").splitlines()[0],
        "parameters": parameters,
        "responses": {
            success: {"description": "Done.", "content": {"application/json": {"schema": value}}},
            **{
                code: {
                    "description": text,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/error"}}},
                }
                for code, text in _REFUSALS.items()
            },
        },
    }
    if name == "configure":
        form = {"$ref": "#/components/schemas/configure"}
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": form}}}
    return found


_REFUSALS = {
    "400": "The request breaks a rule.",
    "401": "Nobody knows who asks.",
    "403": "The caller may not.",
    "404": "There is no such thing.",
    "409": "Somebody else is at work.",
    "413": "The body is too large.",
}


def _shared() -> dict[str, Any]:
    one = {"type": "object", "properties": {"code": {"type": "string"}, "message": {"type": "string"}}}
    job = {
        "jobId": {"type": "string", "format": "uuid"},
        "jobStatus": {"enum": ["notStarted", "running", "completed"]},
        "jobResult": {"enum": ["pending", "succeeded", "failed", "cancelled"]},
        "jobStart": {"type": "string"},
        "jobEnd": {"type": "string"},
        "errors": {"type": "array", "items": one},
    }
    return {
        "error": {"type": "object", "required": ["error"], "properties": {"error": one}},
        "job": {"type": "object", "required": ["jobId", "jobStatus", "jobResult"], "properties": job},
        "configure": {
            "type": "object",
            "required": ["$schema", "resources"],
            "properties": {
                "$schema": {"type": "string", "example": schema("configure")},
                "resources": {
                    "type": "array",
                    "minItems": 1,
                    "items": {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in RESOURCES]},
                },
            },
        },
    }


def _resource(name: str) -> dict[str, Any]:
    needed = REQUIRED.get(name, ("product",))
    fields: dict[str, Any] = {"$schema": {"type": "string", "example": schema(name)}}
    for field in needed:
        if field in ("product", "plan"):
            fields[field] = _REFERENCE
        elif field in ("identity", "target", "categories", "privateAudiences"):
            fields[field] = {"type": "object"}
        else:
            fields[field] = {"type": "array", "items": {"type": "object"}} if field in LISTS else {"type": "string"}
    return {"type": "object", "required": ["$schema", *needed], "properties": fields}


if __name__ == "__main__":
    print(json.dumps(document(), indent=1))
