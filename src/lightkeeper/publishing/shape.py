"""Whether an offer document has the form that offer.schema.json describes.

The schema is the only place that holds the form and the limits of single fields; `x-rule` there names the rule a fault
of the field breaks, `x-missing` the rule its absence breaks. This interpreter knows just the keywords our schema uses,
because a general validator takes longer for 100 plans than everything else together and cannot name rules.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from lightkeeper.kernel.findings import Finding
from lightkeeper.publishing.document import child

Schema = Mapping[str, Any]

_LIKE = {"object": "field: value, one a line, indented", "array": "- value, one a line", "boolean": "true or false"}
_NAMES = {"string": "text", "object": "a block of fields", "array": "a list", "boolean": "true or false"}
_TYPES: dict[str, type] = {"string": str, "object": dict, "array": list, "boolean": bool}


@cache
def offer_schema() -> Schema:
    """Return the published JSON Schema of the offer file."""
    text = resources.files("lightkeeper.publishing").joinpath("offer.schema.json").read_text("utf-8")
    schema: Schema = json.loads(text)
    return schema


def check_shape(value: Any) -> list[Finding]:
    """Return every way in which the document differs from the schema."""
    return list(_check(value, offer_schema(), ""))


def _check(value: Any, schema: Schema, at: str) -> Iterator[Finding]:
    if "enum" in schema and value not in schema["enum"]:
        choices = ", ".join(schema["enum"])
        yield _broken(schema, at, "file-wrong-value", f"must be one of {choices}", f"Write one of {choices}.")
        return
    if "type" in schema and not _is(value, schema["type"]):
        yield _wrong_type(value, schema, at)
    elif isinstance(value, str):
        yield from _check_text(value, schema, at)
    elif isinstance(value, list):
        yield from _check_list(value, schema, at)
    elif isinstance(value, dict):
        yield from _check_fields(value, schema, at)


def _is(value: Any, types: str | list[str]) -> bool:
    return any(isinstance(value, _TYPES[name]) for name in ([types] if isinstance(types, str) else types))


def _wrong_type(value: Any, schema: Schema, at: str) -> Finding:
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    wanted = " or ".join(_NAMES[name] for name in types)
    if value is None and "x-missing" in schema:
        return Finding(schema["x-missing"], at, f"{at} is empty.", _remedy(schema, "Fill it in"))
    number = "string" in types and isinstance(value, int | float)
    if number and _pattern(schema.get("pattern", "")).search(str(value)):
        remedy = "Put it in quotes."
    else:
        written = next((f"Write it as {_LIKE[name]}." for name in types if name in _LIKE), "")
        remedy = schema.get("x-remedy") or written or _remedy(schema, "Write text")
    text = schema.get("x-message", f"must be {wanted}") if isinstance(value, str | int | float) else f"must be {wanted}"
    return Finding(schema.get("x-rule", "file-wrong-type"), at, f"{at or 'The file'} {text}.", remedy)


def _check_text(value: str, schema: Schema, at: str) -> Iterator[Finding]:
    least, most = schema.get("minLength", 0), schema.get("maxLength")
    if len(value.strip()) < least:
        code = schema.get("x-missing", "file-missing-field")
        yield Finding(code, at, f"{at} is empty.", _remedy(schema, "Fill it in"))
        return
    if most is not None and len(value) > most:
        yield _broken(
            schema,
            at,
            "file-too-long",
            f"has {len(value)} characters; at most {most} are allowed",
            f"Shorten it by {len(value) - most} characters.",
            own_message=False,
        )
    elif "pattern" in schema and not _pattern(schema["pattern"]).search(value):
        shown = value if len(value) <= 60 else value[:57] + "..."
        yield _broken(schema, at, "file-wrong-value", "does not have the right form", "", f" ('{shown}')")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text.removesuffix("$") + (r"\Z" if text.endswith("$") else ""))


def _check_list(value: list[Any], schema: Schema, at: str) -> Iterator[Finding]:
    if len(value) < schema.get("minItems", 0):
        code = schema.get("x-missing", schema.get("x-rule", "file-missing-field"))
        yield Finding(code, at, f"{at} is empty.", _remedy(schema, "Fill it in"))
    most = schema.get("maxItems")
    if most is not None and len(value) > most:
        message = f"has {len(value)} entries; at most {most} are allowed"
        yield _broken(schema, at, "file-too-many", message, f"Remove {len(value) - most}.", own_message=False)
    items = schema.get("items", {})
    for n, item in enumerate(value):
        yield from _check(item, items, child(at, n))


def _check_fields(value: dict[str, Any], schema: Schema, at: str) -> Iterator[Finding]:
    known: Mapping[str, Schema] = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            code = known[name].get("x-missing", "file-missing-field")
            yield Finding(code, child(at, name), f"{child(at, name)} is missing.", _remedy(known[name], "Add it"))
    for name, part in value.items():
        if name in known:
            yield from _check(part, known[name], child(at, name))
        elif schema.get("additionalProperties", True) is False:
            here = at or "the file"
            remedy = f"Known here: {', '.join(known)}."
            yield Finding("file-unknown-field", child(at, name), f"{here} has no field '{name}'.", remedy)


def _broken(
    schema: Schema, at: str, code: str, message: str, remedy: str, shown: str = "", own_message: bool = True
) -> Finding:
    text = schema.get("x-message", message) if own_message else message
    remedy = schema.get("x-remedy") or remedy or _remedy(schema, "Correct it")
    return Finding(schema.get("x-rule", code), at, f"{at} {text}{shown}.", remedy)


def _remedy(schema: Schema, verb: str) -> str:
    if "x-remedy" in schema:
        return str(schema["x-remedy"])
    return f"{verb}: {schema.get('description', '')}".rstrip(": ")
