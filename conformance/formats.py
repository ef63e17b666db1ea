"""The formats that the public documents name, as functions that say whether a text has them."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

import isodate

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")


def is_time(value: str) -> bool:
    """Return whether it is a moment with a zone, as RFC 3339 writes it."""
    if _TIME.fullmatch(value) is None:
        return False
    try:
        datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value).replace("Z", "+00:00"))
    except ValueError:
        return False
    return True


def is_uuid(value: str) -> bool:
    """Return whether it is a GUID."""
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def is_duration(value: str) -> bool:
    """Return whether it is a length of time as ISO 8601 writes it."""
    try:
        isodate.parse_duration(value)
    except isodate.ISO8601Error:
        return False
    return True


def is_uri(value: str) -> bool:
    """Return whether it begins with a scheme."""
    return bool(urlsplit(value).scheme)


def is_arm_id(value: str) -> bool:
    """Return whether it begins like an id."""
    return value.startswith("/")


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "date-time": is_time,
    "uuid": is_uuid,
    "duration": is_duration,
    "uri": is_uri,
    "arm-id": is_arm_id,
}
