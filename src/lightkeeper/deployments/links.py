"""Templates and parameter files that a deployment names by address, fetched from hosts the operator has allowed.

Off unless the operator names hosts. A fetch is bounded in size and time, goes to no proxy, and follows redirects only on
the host it was sent to. It happens outside of any transaction (`kernel.outside`), and its outcome is kept for a minute so
that the use case, begun again, finds it.
"""

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx2

from lightkeeper.kernel.outside import Outside
from lightkeeper.kernel.problems import Invalid

LARGEST = 4 * 1024 * 1024
"""Bytes of a template (public template limits)."""

LONGEST = 10.0
"""Seconds for one document, redirects included."""

_KEPT_FOR, _KEPT = 60.0, 32
_REDIRECTS = 3


@dataclass(frozen=True, slots=True)
class _Outcome:
    at: float
    text: str = ""
    fault: str = ""


@dataclass(slots=True)
class Links:
    """What may be fetched, and what was. `hosts` are `name`, `name:port` (https), or `http://name:port` where there is no TLS."""

    hosts: Collection[str] = ()
    _known: dict[str, _Outcome] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def text(self, url: str) -> str:
        """Return the document at `url`. Raises `Invalid` when it may not or cannot be had, `Outside` to have it fetched."""
        reason = self._why_not(url)
        if reason:
            raise _refused(url, reason)
        with self._lock:
            found = self._known.get(url)
        if found is None or time.monotonic() - found.at > _KEPT_FOR:
            raise Outside(lambda: self._keep(url))
        if found.fault:
            raise _refused(url, found.fault)
        return found.text

    def _why_not(self, url: str) -> str:
        if not self.hosts:
            return "Documents are not fetched from elsewhere here; send the content itself"
        try:
            parts = urlsplit(url)
            origin = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
        except ValueError:
            return "It is not a URL"
        allowed = {one.lower().rstrip("/") for one in self.hosts}
        named = origin.lower() if parts.scheme.lower() == "https" else f"{parts.scheme}://{origin}".lower()
        if parts.username is not None or parts.password is not None:
            return "It must not carry a user name or a password"
        if not origin or parts.scheme.lower() not in ("http", "https") or named not in allowed:
            return f"The operator of this server has not allowed the host '{origin or url[:80]}'"
        return ""

    def _keep(self, url: str) -> None:
        try:
            outcome = _Outcome(time.monotonic(), text=self._fetched(url))
        except (httpx2.HTTPError, OSError, ValueError) as fault:
            outcome = _Outcome(time.monotonic(), fault=str(fault)[:200] or type(fault).__name__)
        with self._lock:
            self._known.pop(url, None)
            self._known[url] = outcome
            while len(self._known) > _KEPT:
                del self._known[next(iter(self._known))]

    def _fetched(self, url: str) -> str:
        """Return the text. Raises `ValueError` with the reason, or what the network raises."""
        ends, asked = time.monotonic() + LONGEST, url
        with httpx2.Client(follow_redirects=False, timeout=LONGEST / 2, trust_env=False) as client:
            for _ in range(_REDIRECTS + 1):
                with client.stream("GET", url) as answer:
                    if answer.status_code in (301, 302, 303, 307, 308):
                        url = urljoin(url, answer.headers.get("location", ""))
                        if urlsplit(url)[:2] != urlsplit(asked)[:2]:
                            raise ValueError("The host redirects to another one, which is not followed")
                        continue
                    if answer.status_code != 200:
                        raise ValueError(f"The host answers {answer.status_code}")
                    return _read(answer, ends)
        raise ValueError("The host redirects too often")


def _read(answer: httpx2.Response, ends: float) -> str:
    found = bytearray()
    for part in answer.iter_bytes():
        found += part
        if len(found) > LARGEST:
            raise ValueError(f"The document is larger than {LARGEST // 1024 // 1024} MB")
        if time.monotonic() > ends:
            raise ValueError(f"The document did not come within {LONGEST:.0f} seconds")
    return found.decode("utf-8-sig")


def shown(url: str) -> str:
    """Return an address without what follows the path: queries carry signatures."""
    return url.partition("?")[0].partition("#")[0][:300]


def _refused(url: str, reason: str) -> Invalid:
    return Invalid("InvalidContentLink", f"Unable to download deployment content from '{shown(url)}'. {reason}.")
