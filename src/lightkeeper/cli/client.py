"""Asking a running server, over HTTPS and nothing else, trusting the data folder's own authority."""

import json
import os
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lightkeeper.cli.failures import USAGE, Failure, usage

READY = "ready.json"
OPERATOR_KEY = "operator.key"


def data_folder(named: Path | None) -> Path:
    """Return the data folder: as named, else `LIGHTKEEPER_DATA`, else the user's data folder."""
    if named is not None:
        return named
    from platformdirs import user_data_path

    from_environment = os.environ.get("LIGHTKEEPER_DATA")
    return Path(from_environment) if from_environment else user_data_path("lightkeeper", appauthor=False)


def ready_file(data: Path) -> dict[str, Any]:
    """Return what the server wrote when it was ready; refuse when none did."""
    file = data / READY
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise usage(
            f"No server runs with the data folder {data}.",
            f"Start one: lightkeeper up --data {data}. Or name another folder with --data.",
        ) from None
    except (OSError, ValueError) as fault:
        raise usage(f"{file} cannot be read: {fault}.", "Start the server again.") from fault
    if not isinstance(found, dict) or not isinstance(found.get("arm"), str):
        raise usage(f"{file} is not a ready file.", "Start the server again.")
    return found


def operator_key(data: Path) -> str | None:
    """Return the operator's secret, None when this user may not read it."""
    try:
        return (data / OPERATOR_KEY).read_text(encoding="ascii").strip()
    except OSError:
        return None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered: status, JSON value (None without a body), headers in lower case."""

    status: int
    body: Any
    headers: Mapping[str, str]
    raw: bytes = b""


class Server:
    """One running server."""

    def __init__(self, ready: Mapping[str, Any]) -> None:
        self.ready = ready
        self.origin = _https(str(ready["arm"]))
        self._client: Any = None

    def _http(self) -> Any:
        if self._client is None:
            import httpx2

            try:
                context = ssl.create_default_context(cafile=str(self.ready.get("ca_file") or "") or None)
            except (OSError, ssl.SSLError) as fault:
                raise usage(f"The server's authority cannot be read: {fault}.", "Start the server again.") from fault
            self._client = httpx2.Client(verify=context, timeout=120, follow_redirects=False, trust_env=False)
        return self._client

    def ask(
        self,
        method: str,
        path: str,
        *,
        token: str | None = None,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        content: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Return the server's answer, whatever its status. `path` may be a whole https URL of this server."""
        import httpx2

        url = path if path.startswith("https://") else f"{self.origin}/{path.lstrip('/')}"
        if urlsplit(_https(url)).netloc not in self._origins():
            raise usage(f"{url} is not on this server.", f"Its address is {self.origin}.")
        sent = {"accept": "application/json", **(headers or {})}
        if token:
            sent["authorization"] = f"Bearer {token}"
        try:
            answer = self._http().request(
                method.upper(),
                url,
                params=dict(query) if query else None,
                json=body if body is not None else None,
                data=dict(form) if form is not None else None,
                content=content,
                headers=sent,
            )
        except httpx2.HTTPError as fault:
            raise Failure(
                f"The server at {self.origin} does not answer: {fault}.",
                "Unreachable",
                remedy="Start it with 'lightkeeper up', or name its data folder with --data.",
                exit_code=USAGE,
            ) from fault
        return Reply(
            answer.status_code, _json(answer), {k.lower(): v for k, v in answer.headers.items()}, answer.content
        )

    def download(self, path: str) -> bytes:
        """Return the bytes of what is served to everybody at `path`."""
        return succeed(self.ask("GET", path)).raw

    def get(self, *args: Any, **more: Any) -> Any:
        """Return the answer's body to a GET; raise what it refuses with."""
        return succeed(self.ask("GET", *args, **more)).body

    def post(self, *args: Any, **more: Any) -> Any:
        """Return the answer's body to a POST; raise what it refuses with."""
        return succeed(self.ask("POST", *args, **more)).body

    def _origins(self) -> set[str]:
        named = [self.ready.get(key) for key in ("arm", "login", "graph", "partner", "catalog", "portal")]
        return {urlsplit(url).netloc for url in named if isinstance(url, str)}


def _https(url: str) -> str:
    if not url.startswith("https://"):
        raise usage(f"{url} is not HTTPS; tokens are sent over HTTPS only.")
    return url.rstrip("/")


def _json(answer: Any) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        return answer.text


def succeed(reply: Reply) -> Reply:
    """Return the reply when it is a success; raise the refusal it carries otherwise."""
    if reply.status < 400:
        return reply
    raise refusal_of(reply)


def refusal_of(reply: Reply) -> Failure:
    """Return the refusal in an error envelope of any of the server's surfaces."""
    body = reply.body if isinstance(reply.body, Mapping) else {}
    error = body.get("error")
    info = {}
    correlation = reply.headers.get("x-ms-correlation-request-id")
    if correlation and reply.status >= 500:
        info["correlation id"] = correlation
    if isinstance(error, Mapping):
        details = [detail for detail in error.get("details") or () if isinstance(detail, Mapping)]
        message = str(error.get("message") or f"The server answered {reply.status}.")
        return Failure(message, str(error.get("code") or reply.status), details, _remedy(reply, error), info=info)
    if isinstance(error, str):  # OAuth
        said = str(body.get("error_description") or error).splitlines()[0]
        return Failure(said.partition(" Trace ID:")[0], error, info=info)
    if isinstance(body.get("message"), str):
        details = [detail for detail in body.get("details") or () if isinstance(detail, Mapping)]
        return Failure(str(body["message"]), str(body.get("code") or reply.status), details, info=info)
    return Failure(f"The server answered {reply.status}.", str(reply.status), info=info)


def _remedy(reply: Reply, error: Mapping[str, Any]) -> str:
    if error.get("remedy"):
        return str(error["remedy"])
    if reply.status == 401:
        return "Sign in: lightkeeper login USER"
    return ""
