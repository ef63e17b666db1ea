"""What a value may look like, as a table: one description gives the reader its checks and the JSON Schema its text."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A text, perhaps of a given form (`pattern` matches the whole text; `form` says it in words)."""

    pattern: str = ""
    form: str = ""
    longest: int = 1024


@dataclass(frozen=True, slots=True)
class Guid:
    """A GUID in its 36-character form."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""


@dataclass(frozen=True, slots=True)
class Free:
    """Any mapping, kept as it is."""


@dataclass(frozen=True, slots=True)
class Texts:
    """A mapping from names to texts, such as tags."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list of one kind of value."""

    of: "Kind"


@dataclass(frozen=True, slots=True)
class MapOf:
    """Named values of one kind; `name` is the form of the names."""

    of: "Kind"
    name: Text


@dataclass(frozen=True, slots=True)
class Nullable:
    """A value or nothing."""

    of: "Kind"


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a shape."""

    kind: "Kind"
    says: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A mapping with known keys."""

    says: str
    fields: Mapping[str, Field]


Kind = Text | Guid | Choice | Flag | Free | Texts | ListOf | MapOf | Nullable | Shape


def keys_of(shape: Shape, at: str = "") -> Iterator[tuple[str, Field]]:
    """Yield every key a shape knows, with its dotted path; for the documentation's guard."""
    for name, field in shape.fields.items():
        path = f"{at}.{name}" if at else name
        yield path, field
        inner = field.kind
        while isinstance(inner, ListOf | MapOf | Nullable):
            inner = inner.of
        if isinstance(inner, Shape):
            yield from keys_of(inner, path)
