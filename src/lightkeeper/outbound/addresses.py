"""Which addresses leads and webhooks may go to. A publisher names the address; our network must not be reachable so.

Pure. Names are resolved by the caller, who then connects to the very address that was looked at, so that a name cannot
change its mind in between.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

_NAT64 = ip_network("64:ff9b::/96")
_6TO4 = ip_network("2002::/16")


def why_not_url(url: str) -> str:
    """Return what is wrong with a target's URL before any name is resolved; empty when nothing is."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "is not a URL"
    if parts.scheme != "https" or not parts.hostname:
        return "must begin with https:// and name a host"
    if parts.username is not None or parts.password is not None:
        return "must not carry a user name or a password"
    if port == 0:
        return "names no port one can connect to"
    return ""


def shown(url: str) -> str:
    """Return a URL for people: without query, fragment and user, where secrets tend to stand."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is no URL"
    return f"{parts.scheme}://{host}{port}{parts.path}"[:300]


def why_not_address(text: str, *, local_targets: bool) -> str:
    """Return why we do not connect to this IP address; empty when we do.

    `local_targets` opens private networks and this machine, and never link-local addresses, where clouds keep their
    credentials.
    """
    address = _inner(ip_address(text.partition("%")[0]))
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        return f"{text} is an address of the network itself"
    if address.is_global or local_targets:
        return ""
    return f"{text} is a private address; the operator has to allow local targets"


def _inner(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address an IPv6 address stands for, or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    if address in _6TO4 and address.sixtofour is not None:
        return address.sixtofour
    return address


def first_allowed(addresses: Iterable[str], *, local_targets: bool) -> tuple[str, str]:
    """Return the address to connect to and "", or "" and the reason: one refused address refuses the name."""
    chosen = ""
    for one in addresses:
        if reason := why_not_address(one, local_targets=local_targets):
            return "", reason
        chosen = chosen or one
    return chosen, "" if chosen else "has no address"
