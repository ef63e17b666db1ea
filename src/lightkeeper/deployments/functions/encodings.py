"""Functions between text and its encodings: base64, data URIs, JSON."""

import base64
import binascii
import re
from urllib.parse import unquote

from lightkeeper.deployments import lenient_json
from lightkeeper.deployments.functions.registry import failed, function, text
from lightkeeper.deployments.values import Value, json_of

_DATA_URI = re.compile(
    r"data:(?P<type>[^,;]*)(?P<parameters>(?:;[^,;]*)*?)(?P<base64>;base64)?,(?P<data>.*)", re.DOTALL | re.IGNORECASE
)


@function("base64", 1)
def to_base64(value: Value) -> str:
    """Return the UTF-8 bytes of a text in base64, padded."""
    return base64.b64encode(text("base64", value).encode()).decode()


@function("base64ToString", 1)
def base64_to_string(value: Value) -> str:
    """Return the text that was encoded."""
    return _decoded("base64ToString", text("base64ToString", value))


@function("base64ToJson", 1)
def base64_to_json(value: Value) -> Value:
    """Return the JSON value that was encoded."""
    return _parsed("base64ToJson", _decoded("base64ToJson", text("base64ToJson", value)))


@function("json", 1)
def json(value: Value) -> Value:
    """Return the value a JSON text stands for; single quotes and comments are tolerated, as the original does."""
    return _parsed("json", text("json", value))


@function("dataUri", 1)
def data_uri(value: Value) -> str:
    """Return the value as a data URI: text as plain text, everything else as JSON."""
    media = "text/plain" if isinstance(value, str) else "application/json"
    written = value if isinstance(value, str) else json_of(value)
    return f"data:{media};charset=utf-8;base64,{base64.b64encode(written.encode()).decode()}"


@function("dataUriToString", 1)
def data_uri_to_string(value: Value) -> str:
    """Return the text inside a data URI, base64 or percent-encoded."""
    whole = text("dataUriToString", value)
    # Everything up to the first comma that ends the parameters is header; the body may hold commas itself.
    found = _DATA_URI.fullmatch(whole)
    if found is None:
        raise _malformed(whole)
    if not found["base64"]:
        body = unquote(found["data"])
        return body
    try:
        return base64.b64decode(unquote(found["data"]), validate=True).decode()
    except (binascii.Error, ValueError):
        raise _malformed(whole) from None


def _malformed(whole: str) -> Exception:
    return failed(
        "dataUriToString",
        f"The parameter is expected to be formatted as a valid data URI. The provided value '{whole}' was not formatted correctly.",
    )


def _decoded(name: str, value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, ValueError):
        raise failed(name, "The value cannot be decoded from base64 representation.") from None


def _parsed(name: str, value: str) -> Value:
    try:
        return lenient_json.parse(value)
    except ValueError as fault:
        raise failed(name, f"The value is not valid JSON: {fault}") from None
