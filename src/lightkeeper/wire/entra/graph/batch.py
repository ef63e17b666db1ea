"""Several requests in one: `POST /$batch`. Each is served on its own, as if it had come alone, in the order given."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph.asked import Answer

MOST_REQUESTS = 20  # Graph: "currently limited to 20 individual requests"
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


@dataclass(frozen=True, slots=True)
class Part:
    """One of the requests; its address is relative to the version."""

    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Any
    depends_on: tuple[str, ...]


def parts_of_batch(document: Any) -> list[Part]:
    """Return the requests of a batch. Raises `Invalid` when it is malformed, too long, or depends on what comes later."""
    said = document.get("requests") if isinstance(document, dict) else None
    if not isinstance(said, list) or not said or not all(isinstance(each, dict) for each in said):
        raise Invalid("BadRequest", "Invalid batch payload format: 'requests' must be a list of objects.")
    if len(said) > MOST_REQUESTS:
        raise Invalid("BadRequest", f"Number of batch request steps exceeds the maximum value of {MOST_REQUESTS}.")
    parts: list[Part] = []
    for each in said:
        part = _part(each)
        known = {one.id for one in parts}
        if part.id in known:
            raise Invalid("BadRequest", f"Request Id '{part.id[:64]}' appears more than once.")
        if not set(part.depends_on) <= known:
            raise Invalid("BadRequest", f"Request '{part.id[:64]}' depends on a request that does not come before it.")
        parts.append(part)
    return parts


def answer_all(parts: Sequence[Part], serve: Callable[[Part], Answer]) -> Answer:
    """Return what every request was answered; one that depends on a failed one is not served."""
    found: dict[str, Answer] = {}
    for part in parts:
        failed = any(found[each].status >= 400 for each in part.depends_on)
        found[part.id] = _FAILED if failed else serve(part)
    responses = [_response(id, answer) for id, answer in found.items()]
    return Answer(200, {"responses": responses})


_FAILED = Answer(424, {"error": {"code": "FailedDependency", "message": "A request this one depends on has failed."}})


def _response(id: str, answer: Answer) -> dict[str, Any]:
    headers = dict(answer.headers) | ({"Content-Type": "application/json"} if answer.body is not None else {})
    response: dict[str, Any] = {"id": id, "status": answer.status, "headers": headers}
    return response | ({"body": answer.body} if answer.body is not None else {})


def _part(said: Mapping[str, Any]) -> Part:
    id, method, url = said.get("id"), said.get("method"), said.get("url")
    headers, depends_on = said.get("headers") or {}, said.get("dependsOn") or []
    if not isinstance(id, str) or not id or len(id) > 128:
        raise Invalid("BadRequest", "Every request of a batch needs an 'id'.")
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise Invalid("BadRequest", f"Request '{id[:64]}' needs a 'method'.")
    if not isinstance(url, str) or not url or url.lower().split("?")[0].strip("/").endswith("$batch"):
        raise Invalid("BadRequest", f"Request '{id[:64]}' needs a 'url' relative to the version.")
    if not isinstance(headers, dict) or not all(isinstance(each, str) for each in headers.values()):
        raise Invalid("BadRequest", f"The headers of request '{id[:64]}' must be texts.")
    if not isinstance(depends_on, list) or not all(isinstance(each, str) for each in depends_on):
        raise Invalid("BadRequest", f"'dependsOn' of request '{id[:64]}' must be a list of ids.")
    lower = {name.lower(): value for name, value in headers.items()}
    return Part(id, method.upper(), url, lower, _body(said.get("body")), tuple(depends_on))


def _body(said: Any) -> Any:
    """Return a body; some clients send it as a text of JSON."""
    if not isinstance(said, str):
        return said
    try:
        return json.loads(said)
    except (ValueError, RecursionError) as fault:
        raise Invalid("BadRequest", "A body of the batch is no JSON.") from fault
