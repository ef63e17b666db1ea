"""Functions of network ranges."""

import ipaddress

from lightkeeper.deployments.functions.registry import failed, function, integer, text
from lightkeeper.deployments.values import Value

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(name: str, value: Value) -> Network:
    written = text(name, value)
    if not written.rpartition("/")[2].isdecimal():  # a mask or none: neither is CIDR notation
        raise failed(name, f"The parameter '{written}' is not a valid network in CIDR notation.")
    try:
        return ipaddress.ip_network(written, strict=False)
    except ValueError:
        raise failed(name, f"The parameter '{written}' is not a valid network in CIDR notation.") from None


@function("parseCidr", 1)
def parse_cidr(value: Value) -> dict[str, Value]:
    """Return what a range is made of: network, netmask, first and last usable address, and for IPv4 the broadcast address."""
    network = _network("parseCidr", value)
    first, last = network.network_address, network.broadcast_address
    found: dict[str, Value] = {"network": str(first), "netmask": str(network.netmask)}
    if network.version == 6:
        return found | {"firstUsable": str(first), "lastUsable": str(last), "cidr": network.prefixlen}
    inner = network.prefixlen < 31
    return found | {
        "broadcast": str(last),
        "firstUsable": str(first + 1 if inner else first),
        "lastUsable": str(last - 1 if inner else last),
        "cidr": network.prefixlen,
    }


@function("cidrSubnet", 3)
def cidr_subnet(value: Value, prefix: Value, index: Value) -> str:
    """Return the subnet of this prefix length and number inside a range."""
    network, length, number = _network("cidrSubnet", value), integer("cidrSubnet", prefix), integer("cidrSubnet", index)
    if not network.prefixlen <= length <= network.max_prefixlen:
        raise failed(
            "cidrSubnet",
            f"The new prefix '{length}' must be between '{network.prefixlen}' and '{network.max_prefixlen}'.",
        )
    if not 0 <= number < 2 ** (length - network.prefixlen):
        raise failed("cidrSubnet", f"The subnet index '{number}' is outside of the range.")
    step = 2 ** (network.max_prefixlen - length)
    return f"{network.network_address + number * step}/{length}"


@function("cidrHost", 2)
def cidr_host(value: Value, index: Value) -> str:
    """Return the usable address of this number: 0 is the one behind the network's own, for both families."""
    network, number = _network("cidrHost", value), integer("cidrHost", index)
    usable = network.num_addresses - (2 if network.version == 4 and network.prefixlen < 31 else 1)  # no broadcast
    if not 0 <= number < usable:
        raise failed("cidrHost", f"The host index '{number}' is outside of the range.")
    return str(network.network_address + 1 + number)
