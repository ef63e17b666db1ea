"""Ids that are the same in every run: a name gives its UUID.

`guid_of` is also the `guid()` function of ARM templates; both are name-based (version 5, SHA-1), in different namespaces.
"""

import re
import uuid

_WORLD = uuid.UUID("6f0c1c3e-9d0e-5f7b-8d6c-0b5f4b3b8a11")
_TEMPLATE = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
_GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def named(kind: str, name: str) -> str:
    """Return the id of the thing of this kind and name, e.g. `named("user", "contoso/owner")`; names ignore case."""
    return str(uuid.uuid5(_WORLD, f"{kind}:{name.lower()}"))


def guid_of(*parts: str) -> str:
    """Return what the template function `guid(parts...)` gives: UUIDv5 of the parts joined with a dash."""
    return str(uuid.uuid5(_TEMPLATE, "-".join(parts)))


def new_guid() -> str:
    """Return a fresh random GUID."""
    return str(uuid.uuid4())


def is_guid(text: object) -> bool:
    """Return whether `text` is a GUID in its 36-character form, in any case."""
    return isinstance(text, str) and _GUID.fullmatch(text) is not None
