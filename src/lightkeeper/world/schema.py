"""The JSON Schema of the world file, for editors: `python -m lightkeeper.world.schema` writes it anew."""

import json
from pathlib import Path
from typing import Any

from lightkeeper.world.form import WORLD
from lightkeeper.world.shape import schema

FILE = Path(__file__).with_name("world.schema.json")


def world_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://lightkeeper.example/schemas/world.schema.json",
        "title": "Lightkeeper world file",
        **schema(WORLD),
    }


def rendered() -> str:
    """Return the text of the schema file."""
    return json.dumps(world_schema(), indent=2) + "\n"


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
