"""Reading what clients post, within bounds."""

import base64
import binascii
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_plus

from starlette.requests import Request

from lightkeeper.kernel.problems import TooLarge
from lightkeeper.wire.body_parts import parts_of
from lightkeeper.wire.entra.errors import malformed_body, missing_parameter

LONGEST_BODY = 64 * 1024
MOST_FIELDS = 100
_FORM = "application/x-www-form-urlencoded"


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a form; of a repeated one the first.

    Raises `Invalid` when the body is no form, `TooLarge` beyond 64 KiB (whatever its Content-Length says).
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise malformed_body("set the Content-Type header.")
    body = bytearray()
    async for chunk in parts_of(request):
        body += chunk
        if len(body) > LONGEST_BODY:
            raise TooLarge("AADSTS90100", f"The request body is larger than {LONGEST_BODY} bytes.")
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except (UnicodeDecodeError, ValueError) as fault:
        raise malformed_body("it is not UTF-8, or has too many fields.") from fault
    fields: dict[str, str] = {}
    for name, value in pairs:
        fields.setdefault(name, value)
    if any("\x00" in value for value in fields.values()):
        raise malformed_body("a value contains a NUL character.")
    return fields


def needed(form: Mapping[str, str], name: str) -> str:
    """Return a field that must not be absent or empty; raise AADSTS900144 otherwise."""
    value = form.get(name, "")
    if not value:
        raise missing_parameter(name)
    return value


def client_of(request: Request, form: Mapping[str, str]) -> tuple[str, str | None]:
    """Return the program's id and secret, from the form or from Basic authentication (RFC 6749, section 2.3.1)."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic" and value:
        try:
            name, colon, secret = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
        except (binascii.Error, UnicodeDecodeError) as fault:
            raise malformed_body("the Authorization header is not Basic authentication.") from fault
        if colon:
            return unquote_plus(name), unquote_plus(secret)
    return needed(form, "client_id"), form.get("client_secret") or None
