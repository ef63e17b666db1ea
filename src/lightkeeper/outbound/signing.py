"""Signatures by which a receiver knows that we sent something, and that nobody changed or repeated it later.

The form is that of the public "Standard Webhooks" specification: three headers, HMAC-SHA256 over `id.timestamp.body`.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

PREFIX = "whsec_"


def new_secret() -> str:
    """Return a fresh secret."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Return the headers that sign `body`; `webhook-id` is also the key by which a receiver drops repetitions."""
    stamp = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, b".".join((event_id.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(signed).decode(),
    }


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Return whether headers (names in lower case) sign `body` with `secret`; for receivers."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or len(stamp) > 12:
        return False
    event_id = headers.get("webhook-id", "")
    key = base64.b64decode(secret.removeprefix(PREFIX))
    expected = hmac.new(key, b".".join((event_id.encode(), stamp.encode(), body)), hashlib.sha256).digest()
    given = headers.get("webhook-signature", "")
    return hmac.compare_digest(given, "v1," + base64.b64encode(expected).decode())
