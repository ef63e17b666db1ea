"""One HTTPS exchange with somebody else's server: bounded in time and size, no redirects, never into our own network."""

import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from lightkeeper.outbound.addresses import first_allowed, shown, why_not_url
from lightkeeper.outbound.settings import OutboundSettings

MOST_READ = 64 * 1024
AGENT = "Lightkeeper"


class Undelivered(Exception):
    """A receiver did not take what was sent. The text is for the delivery log: it holds no secret.

    `final` says that trying again the same way is no use: the address is refused, the receiver rejects what we send.
    `not_for` is how long the receiver asked to be left in peace.
    """

    def __init__(self, note: str, *, final: bool = False, not_for: timedelta = timedelta(0)) -> None:
        super().__init__(note)
        self.note = note[:500]
        self.final = final
        self.not_for = not_for


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
            if _distrusted(fault):
                raise Undelivered(
                    f"The certificate of {shown(request.url)} is not trusted, or names another."
                ) from None
            # The library's own text may repeat the whole URL; its kind says enough.
            raise Undelivered(f"{shown(request.url)} does not answer: {type(fault).__name__}.") from None

    def expect(self, request: Request, *statuses: int) -> Reply:
        """Return the answer when its status is one of `statuses`, or any 2xx when none is named; raise otherwise."""
        reply = self.ask(request)
        if reply.status in statuses or (not statuses and 200 <= reply.status < 300):
            return reply
        final = 400 <= reply.status < 500 and reply.status not in (401, 403, 404, 408, 409, 410, 425, 429)
        raise Undelivered(f"{shown(request.url)} answers {reply.status}.", final=final, not_for=asked_to_wait(reply))

    def _exchange(self, request: Request, target: str, headers: dict[str, str], host: str) -> Reply:
        context = ssl.create_default_context()
        if self._settings.ca_file is not None:
            context.load_verify_locations(self._settings.ca_file)
        timeout = httpx2.Timeout(self._settings.timeout_seconds)
        with (
            _hanging_up_after(3 * self._settings.timeout_seconds) as noting,
            httpx2.Client(verify=context, timeout=timeout, trust_env=False, follow_redirects=False) as client,
            client.stream(
                request.method,
                target,
                content=request.body or None,
                headers=headers,
                extensions={"sni_hostname": host, "trace": noting},
            ) as answer,
        ):
            read = bytearray()
            for chunk in answer.iter_bytes():
                read += chunk
                if len(read) >= MOST_READ:
                    break
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


def asked_to_wait(reply: Reply) -> timedelta:
    """Return how long a receiver asks to be left in peace by `Retry-After`, seconds or a date; zero when it does not."""
    said = reply.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdecimal():
        return timedelta(seconds=min(int(said[:9]), 10**8))
    try:
        until, now = parsedate_to_datetime(said), parsedate_to_datetime(reply.headers.get("date", ""))
        return max(timedelta(0), until.astimezone(UTC) - now.astimezone(UTC))
    except ValueError:
        return timedelta(0)


def _distrusted(fault: BaseException | None) -> bool:
    """Return whether the receiver's certificate is behind a fault."""
    while fault is not None and not isinstance(fault, ssl.SSLCertVerificationError):
        fault = fault.__cause__ or fault.__context__
    return fault is not None


@contextmanager
def _hanging_up_after(seconds: float) -> Iterator[Any]:
    """Yield what hears of the exchange's progress, and ends one that drags on although every part comes in time."""
    timers: list[threading.Timer] = []

    def note(event: str, told: Mapping[str, Any]) -> None:
        if event == "connection.start_tls.complete":
            line = told["return_value"].get_extra_info("socket")
            timers.append(threading.Timer(seconds, _hang_up, [line]))
            timers[-1].daemon = True
            timers[-1].start()

    try:
        yield note
    finally:
        for timer in timers:
            timer.cancel()


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):  # it has ended meanwhile
        socket.socket.shutdown(line, socket.SHUT_RDWR)
