"""Clause: every answer carries a request id, a correlation id (the caller's, if it gave one) and a routing id."""

import re
from collections.abc import Mapping
from datetime import datetime

from lightkeeper.kernel.ids import new_guid

_SAFE = re.compile(r"[\w.:{}-]{1,128}", re.ASCII)


def correlation_id_of(headers: Mapping[str, str]) -> str:
    """Return the caller's correlation id when it is usable as one, a fresh GUID otherwise."""
    given = headers.get("x-ms-correlation-request-id", "")
    return given if _SAFE.fullmatch(given) else new_guid()


def identifying_headers(headers: Mapping[str, str], correlation_id: str, now: datetime) -> list[tuple[bytes, bytes]]:
    """Return the identifying headers of the answer."""
    second = now.isoformat(timespec="seconds")[:19].replace("-", "").replace(":", "")
    found = [
        (b"x-ms-request-id", new_guid().encode()),
        (b"x-ms-correlation-request-id", correlation_id.encode()),
        (b"x-ms-routing-request-id", f"LOCAL:{second}Z:{correlation_id}".encode()),
    ]
    client = headers.get("x-ms-client-request-id", "")
    if headers.get("x-ms-return-client-request-id", "").lower() == "true" and _SAFE.fullmatch(client):
        found.append((b"x-ms-client-request-id", client.encode()))
    return found
