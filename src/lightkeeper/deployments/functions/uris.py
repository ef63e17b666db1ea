"""Functions of addresses."""

import re
from urllib.parse import quote, unquote, urljoin, urlsplit

from lightkeeper.deployments.functions.registry import failed, function, mapping, text
from lightkeeper.deployments.values import Value, lookup, text_of

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]+")


@function("uri", 2)
def uri(base: Value, relative: Value) -> str:
    """Return `relative` as seen from `base` (RFC 3986); a bare host gets a slash."""
    start = text("uri", base)
    if _ABSOLUTE.match(start) is None:
        raise failed("uri", f"The base URI '{start}' is not absolute.")
    if not _path_of("uri", start):
        start += "/"
    try:
        return urljoin(start, text("uri", relative))
    except ValueError as fault:
        raise failed("uri", f"The URI cannot be combined: {fault}.") from None


@function("uriComponent", 1)
def uri_component(value: Value) -> str:
    """Return the text with everything escaped but letters, digits and `-_.~`."""
    return quote(text("uriComponent", value), safe="")


@function("uriComponentToString", 1)
def uri_component_to_string(value: Value) -> str:
    """Return the text that was escaped."""
    return unquote(text("uriComponentToString", value))


@function("parseUri", 1)
def parse_uri(value: Value) -> dict[str, Value]:
    """Return the parts of an address that are there: scheme, host, port, path, query."""
    whole = text("parseUri", value)
    try:
        parts = urlsplit(whole)
        found = {
            "scheme": parts.scheme, "host": parts.hostname, "port": parts.port, "path": parts.path, "query": parts.query,
        }  # fmt: skip
    except ValueError as fault:
        raise failed("parseUri", f"'{whole}' is not a URI: {fault}.") from None
    if not parts.scheme or not parts.hostname:
        raise failed("parseUri", f"'{whole}' is not an absolute URI.")
    return {name: part for name, part in found.items() if part not in (None, "")}


@function("buildUri", 1)
def build_uri(value: Value) -> str:
    """Return the address of these parts."""
    parts = mapping("buildUri", value)
    scheme, host = lookup(parts, "scheme"), lookup(parts, "host")
    if not isinstance(scheme, str) or not isinstance(host, str):
        raise failed("buildUri", "The parts must include 'scheme' and 'host'.")
    port, path, query = lookup(parts, "port"), lookup(parts, "path"), lookup(parts, "query")
    tail = f"/{text_of(path).lstrip('/')}" if path else ""
    head = f"{scheme}://{host}:{port}" if port else f"{scheme}://{host}"
    return f"{head}{tail}?{text_of(query).lstrip('?')}" if query else head + tail


def _path_of(name: str, value: str) -> str:
    try:
        return urlsplit(value).path
    except ValueError as fault:
        raise failed(name, f"'{value}' is not a URI: {fault}.") from None
