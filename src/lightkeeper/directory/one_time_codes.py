"""Codes that a person's device shows and that are good for half a minute (RFC 6238 over RFC 4226). Pure.

Six digits of HMAC-SHA-1 over the number of the half minute: what every authenticator program understands.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS, DIGITS = 30, 6
STEPS_OFF = 1  # a device's clock may be half a minute early or late (RFC 6238, section 5.2)
_SECRET_BYTES = 20


def secret_of(raw: bytes) -> str:
    """Return random bytes as people type them: base32, without padding."""
    return base64.b32encode(raw[:_SECRET_BYTES]).decode().rstrip("=")


def step_of(at: datetime) -> int:
    """Return the number of the half minute."""
    return int(at.timestamp()) // STEP_SECONDS


def code_of(secret: str, step: int) -> str:
    """Return the code of a half minute. Raises `ValueError` for a secret that is no base32."""
    try:
        key = base64.b32decode(secret + "=" * (-len(secret) % 8), casefold=True)
    except binascii.Error as fault:
        raise ValueError("not a base32 secret") from fault
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def step_fitting(secret: str, code: str, at: datetime) -> int | None:
    """Return the half minute around `at` whose code this is, or None; takes the same time whichever fits."""
    typed = "".join(code.split())
    found = None
    for step in range(step_of(at) - STEPS_OFF, step_of(at) + STEPS_OFF + 1):
        if hmac.compare_digest(code_of(secret, step).encode(), typed.encode()):
            found = step
    return found


def address_of(secret: str, account: str, issuer: str = "Lightkeeper") -> str:
    """Return the address that gives the secret to an authenticator program on the same device."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer})}"
