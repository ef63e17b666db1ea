"""One HTTPS exchange with somebody else's server: bounded in time and size, no redirects, never into our own network."""

import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import httpx2

from lightkeeper.outbound.addresses import first_allowed, shown, why_not_url
from lightkeeper.outbound.settings import OutboundSettings

MOST_READ = 64 * 1024
AGENT = "Lightkeeper"


class Undelivered(Exception):
    """A receiver did not take what was sent. The text is for the delivery log: it holds no secret.

    `final` says that trying again the same way is no use: the address is refused, the receiver rejects what we send.
    """

    def __init__(self, note: str, *, final: bool = False) -> None:
        super().__init__(note)
        self.note = note[:500]
        self.final = final


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; header names in lower case, the body cut at `MOST_READ`."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Outlet:
    """Sends requests by the operator's settings."""

    def __init__(self, settings: OutboundSettings) -> None:
        self._settings = settings

    def ask(self, request: Request) -> Reply:
        """Return the receiver's answer, whatever its status. Raises `Undelivered` when there is none."""
        if reason := why_not_url(request.url):
            raise Undelivered(f"{shown(request.url)} {reason}.", final=True)
        parts = urlsplit(request.url)
        host, port = str(parts.hostname), parts.port or 443
        address, to_port = self._address_of(host, port)
        literal = f"[{address}]" if ":" in address else address
        target = f"https://{literal}:{to_port}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")
        name = f"[{host}]" if ":" in host else host
        headers = {"user-agent": AGENT, **request.headers, "host": name if port == 443 else f"{name}:{port}"}
        try:
            return self._exchange(request, target, headers, host)
        except httpx2.HTTPError as fault:
            # The library's own text may repeat the whole URL; its kind says enough.
            raise Undelivered(f"{shown(request.url)} does not answer: {type(fault).__name__}.") from None

    def expect(self, request: Request, *statuses: int) -> Reply:
        """Return the answer when its status is one of `statuses`, or any 2xx when none is named; raise otherwise."""
        reply = self.ask(request)
        if reply.status in statuses or (not statuses and 200 <= reply.status < 300):
            return reply
        final = 400 <= reply.status < 500 and reply.status not in (401, 403, 404, 408, 409, 410, 425, 429)
        raise Undelivered(f"{shown(request.url)} answers {reply.status}.", final=final)

    def _exchange(self, request: Request, target: str, headers: dict[str, str], host: str) -> Reply:
        context = ssl.create_default_context()
        if self._settings.ca_file is not None:
            context.load_verify_locations(self._settings.ca_file)
        timeout = httpx2.Timeout(self._settings.timeout_seconds)
        with (
            httpx2.Client(verify=context, timeout=timeout, trust_env=False, follow_redirects=False) as client,
            client.stream(
                request.method,
                target,
                content=request.body or None,
                headers=headers,
                extensions={"sni_hostname": host},
            ) as answer,
        ):
            read, ends = bytearray(), time.monotonic() + 3 * self._settings.timeout_seconds
            for chunk in answer.iter_bytes():
                read += chunk
                if len(read) >= MOST_READ:
                    break
                if time.monotonic() > ends:
                    raise Undelivered(f"{shown(request.url)} does not come to the end of its answer.")
            found = {name.lower(): value for name, value in answer.headers.items()}
            return Reply(answer.status_code, found, bytes(read[:MOST_READ]))

    def _address_of(self, host: str, port: int) -> tuple[str, int]:
        """Return the IP address and port to connect to. Raises `Undelivered` for what we do not connect to."""
        elsewhere = self._settings.connect_to.get(host.lower()) if self._settings.local_targets else None
        if elsewhere:
            host, _, text = elsewhere.rpartition(":")
            port = int(text)
        try:
            known = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Undelivered(f"The name '{host[:253]}' cannot be resolved.") from None
        addresses = sorted({str(one[4][0]) for one in known}, key=lambda text: ":" in text)
        chosen, reason = first_allowed(addresses, local_targets=self._settings.local_targets)
        if reason:
            raise Undelivered(f"'{host[:253]}' is refused: {reason}.", final=True)
        return chosen, port
