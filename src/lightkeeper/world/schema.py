"""The JSON Schema of the world file, for editors: `python -m lightkeeper.world.schema` writes it anew."""

import json
from pathlib import Path
from typing import Any

from lightkeeper.world.form import WORLD
from lightkeeper.world.kinds import Choice, Flag, Free, Guid, Kind, ListOf, MapOf, Nullable, Shape, Text, Texts

FILE = Path(__file__).with_name("world.schema.json")


def world_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://lightkeeper.example/schemas/world.schema.json",
        "title": "Lightkeeper world file",
        **schema(WORLD),
    }


def schema(kind: Kind) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a kind."""
    match kind:
        case Text():
            found: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": kind.longest}
            return {**found, "pattern": f"^(?:{kind.pattern})$"} if kind.pattern else found
        case Guid():
            return {"type": "string", "pattern": "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"}
        case Choice():
            return {"enum": list(kind.words)}
        case Flag():
            return {"type": "boolean"}
        case Free():
            return {"type": "object"}
        case Texts():
            return {"type": ["object", "null"], "additionalProperties": {"type": "string"}}
        case ListOf():
            return {"type": ["array", "null"], "items": schema(kind.of)}
        case MapOf():
            return {
                "type": ["object", "null"],
                "propertyNames": schema(kind.name),
                "additionalProperties": schema(kind.of),
            }
        case Nullable():
            return {"anyOf": [schema(kind.of), {"type": "null"}]}
        case Shape():
            required = [name for name, field in kind.fields.items() if field.required]
            return {
                "description": kind.says,
                "type": ["object", "null"] if not required else "object",
                "additionalProperties": False,
                "properties": {name: {**schema(f.kind), "description": f.says} for name, f in kind.fields.items()},
                **({"required": required} if required else {}),
            }


def rendered() -> str:
    """Return the text of the schema file."""
    return json.dumps(world_schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
