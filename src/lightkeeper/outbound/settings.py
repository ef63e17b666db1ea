"""How outbound reaches the world: what an operator sets at start."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """`local_targets` lets leads and webhooks go to private addresses of this network; off, they are refused.

    `ca_file` is trusted besides the public authorities. `connect_to` sends connections for a host somewhere else
    ("webto.salesforce.com" -> "127.0.0.1:9443"), as curl's option of that name; it takes `local_targets`.
    `smtp` is `smtp://[user:password@]host[:port]` or `smtps://...`; empty: nobody is mailed. `mail_from` is the sender.
    `timeout_seconds` bounds one exchange.
    """

    local_targets: bool = False
    ca_file: Path | None = None
    connect_to: Mapping[str, str] = field(default_factory=dict)
    smtp: str = ""
    mail_from: str = "lightkeeper@localhost"
    timeout_seconds: float = 20.0


def connections_of(texts: Iterable[str]) -> dict[str, str]:
    """Return `HOST=ADDRESS:PORT` texts by host. Raises `ValueError` for anything else."""
    found = {}
    for text in texts:
        host, _, target = text.partition("=")
        address, _, port = target.rpartition(":")
        if not host or not address or not port.isdecimal():
            raise ValueError(f"'{text}' is not of the form HOST=ADDRESS:PORT")
        found[host.lower()] = target
    return found


class _Current:
    settings = OutboundSettings()


def use(settings: OutboundSettings) -> None:
    """Go by `settings` in this process from now on."""
    _Current.settings = settings


def current() -> OutboundSettings:
    """Return the settings this process goes by."""
    return _Current.settings
