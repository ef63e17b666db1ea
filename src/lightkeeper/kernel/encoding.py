"""JSON in and out: msgspec's encoder, one canonical form for hashing."""

from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()
_canonical = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder()


def encode(value: Any) -> bytes:
    """Return compact JSON; dataclasses, enums, datetimes and UUIDs are written as their JSON forms."""
    return _encoder.encode(value)


def canonical(value: Any) -> bytes:
    """Return JSON with sorted keys: the same bytes for equal values, on every machine."""
    return _canonical.encode(value)


def decode(data: bytes | str) -> Any:
    """Return what strict JSON says; raise `ValueError` when it is not JSON."""
    return _decoder.decode(data)
