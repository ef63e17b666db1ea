"""Clause: how a request is spelled, and what every answer carries.

A path is taken as it was sent, for an escaped slash is no separator; links lead back to the host the client used.
"""

from collections.abc import Mapping, MutableMapping
from typing import Any

from lightkeeper.kernel import encoding
from lightkeeper.wire.arm.operation import Answer

Scope = MutableMapping[str, Any]

_ALWAYS = [
    (b"cache-control", b"no-cache"),
    (b"pragma", b"no-cache"),
    (b"expires", b"-1"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"x-content-type-options", b"nosniff"),
]
_JSON = (b"content-type", b"application/json; charset=utf-8")
_VARY = (b"vary", b"Accept-Encoding")


def path_of(scope: Scope) -> str:
    """Return the path with its escapes."""
    raw = scope.get("raw_path")
    return raw.decode("latin-1").partition("?")[0] if raw else str(scope["path"])


def base_of(scope: Scope, headers: Mapping[str, str]) -> str:
    """Return the origin as the client spelled it: links must lead back to the host it knows."""
    host = headers.get("host") or "localhost"
    return f"{scope.get('scheme', 'https')}://{host}"


def written(answer: Answer, extra: list[tuple[bytes, bytes]], method: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the two messages that make up the answer."""
    body = b"" if answer.body is None or method == "HEAD" else encoding.encode(answer.body)
    headers = [*_ALWAYS, *extra]
    if body:
        headers.append(_JSON)
    if method == "GET":
        headers.append(_VARY)
    headers.extend((name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items())
    if answer.status != 204:
        headers.append((b"content-length", str(len(body)).encode()))
    return (
        {"type": "http.response.start", "status": answer.status, "headers": headers},
        {"type": "http.response.body", "body": body},
    )
