"""The JSON Schema in the package says what the reader says."""

from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from lightkeeper.world import document, schema
from lightkeeper.world.form import WORLD
from lightkeeper.world.kinds import keys_of
from tests.world.test_document import EXAMPLES, FAULTS

ROOT = Path(__file__).parents[2]
_FORM_FAULTS = {"UnknownKey", "WrongType", "BadName", "BadGuid", "BadValue", "BadChoice", "Missing"}


def test_the_schema_file_is_up_to_date() -> None:
    """The file editors read is made from the reader's own table."""
    assert schema.FILE.read_text(encoding="utf-8") == schema.rendered()


def test_the_schema_is_a_schema() -> None:
    """Editors can use it."""
    jsonschema.Draft202012Validator.check_schema(schema.world_schema())


def test_every_key_says_what_it_is() -> None:
    """Hovering over a key in an editor explains it."""
    assert [path for path, field in keys_of(WORLD) if not field.says.endswith(".")] == []


def test_every_key_is_documented() -> None:
    """docs/world.md names every key."""
    page = (ROOT / "docs" / "world.md").read_text(encoding="utf-8")

    missing = [path for path, _ in keys_of(WORLD) if f"`{path.rsplit('.', 1)[-1]}`" not in page]

    assert missing == []


def test_the_schema_accepts_the_demonstration_world() -> None:
    """Both accept the same good file."""
    value = YAML(typ="safe", pure=True).load((EXAMPLES / "demo.yaml").read_text(encoding="utf-8"))

    jsonschema.validate(value, schema.world_schema(), jsonschema.Draft202012Validator)


# The schema sees values: neither the text, nor equal keys, nor an id's grammar.
_NOT_FORM = {"NotYaml", "Empty", "DuplicateName"}
_BEYOND_SCHEMAS = {"a malformed ARM id", "a resource with too few names", "a python tag"}


@pytest.mark.parametrize(
    "situation",
    [
        situation
        for situation, (_, expected) in FAULTS.items()
        if situation not in _BEYOND_SCHEMAS and not {code for code, _ in expected} & _NOT_FORM
    ],
)
def test_what_is_wrong_in_form_is_wrong_for_the_schema(situation: str) -> None:
    """A file whose form the reader refuses is refused by the schema, and one it only finds contradictory is not."""
    text, _ = FAULTS[situation]
    codes = {finding.code for finding in document.read(text)[1]}
    value = YAML(typ="safe", pure=True).load(text)

    accepted = jsonschema.Draft202012Validator(schema.world_schema()).is_valid(value)

    assert accepted == (not codes & _FORM_FAULTS)
