"""Rules about pictures: policy 100.3, formats and sizes in pixels.

Pure over bytes: `Media` says what a path holds, wherever it lies (a folder, the assets of a request).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from lightkeeper.kernel.findings import Finding
from lightkeeper.publishing.offer import Offer

MAX_MEDIA_BYTES = 4_000_000
SMALLEST_LOGO, LARGEST_LOGO = 216, 350
MEDIUM_LOGO, SMALL_LOGO = (90, 90), (48, 48)
SCREENSHOT = (1280, 720)


class Media(Protocol):
    """Where the files an offer names are found."""

    def read(self, path: str) -> bytes | None:
        """Return the file's bytes; None when there is no such file inside the offer's folder."""
        ...


class NoMedia:
    """A place without files."""

    def read(self, path: str) -> bytes | None:
        """Return None."""
        return None


@dataclass(frozen=True, slots=True)
class Named:
    """A file as the document names it: where, which, and what it must be."""

    target: str
    path: str
    what: str


def named_media(offer: Offer) -> Iterator[Named]:
    """Yield every picture the offer names."""
    listing = offer.document.get("listing")
    listing = listing if isinstance(listing, dict) else {}
    logo = listing.get("logo")
    if isinstance(logo, str) and logo.strip():
        yield Named("listing.logo", logo, "large")
    if isinstance(logo, dict):
        for size in ("large", "medium", "small"):
            if isinstance(logo.get(size), str) and logo[size].strip():
                yield Named(f"listing.logo.{size}", logo[size], size)
    for key, field, what in (("screenshots", "file", "screenshot"), ("videos", "thumbnail", "thumbnail")):
        items = listing.get(key)
        for n, item in enumerate(items if isinstance(items, list) else []):
            path: Any = item.get(field) if isinstance(item, dict) else None
            if isinstance(path, str) and path.strip():
                yield Named(f"listing.{key}[{n}].{field}", path, what)


def check_media(offer: Offer, media: Media) -> Iterator[Finding]:
    """Yield what is wrong with the pictures: missing, no PNG, wrong size."""
    for one in named_media(offer):
        logo = one.what in ("large", "medium", "small")
        prefix = "100.3-logo" if logo else f"100.3-{one.what}"
        data = media.read(one.path)
        if data is None:
            yield Finding(
                f"{prefix}-file",
                one.target,
                f"There is no file '{one.path[:200]}' in the offer's folder.",
                "Put the PNG there; paths count from the folder of the offer file.",
            )
            continue
        size = png_size(data)
        if size is None:
            yield Finding(
                f"{prefix}-format",
                one.target,
                f"'{one.path[:200]}' is not a PNG picture.",
                "Save it as PNG.",
            )
        elif (wanted := _wanted(one.what, size)) is not None:
            yield Finding(
                f"{prefix}-size",
                one.target,
                f"'{one.path[:200]}' has {size[0]} x {size[1]} pixels, not {wanted}.",
                f"Make it {wanted} pixels.",
            )


def _wanted(what: str, size: tuple[int, int]) -> str | None:
    """Return the size a picture should have, in words, when it has another one."""
    if what == "large":
        fits = size[0] == size[1] and SMALLEST_LOGO <= size[0] <= LARGEST_LOGO
        return None if fits else f"a square of {SMALLEST_LOGO} to {LARGEST_LOGO}"
    exact = {"medium": MEDIUM_LOGO, "small": SMALL_LOGO}.get(what, SCREENSHOT)
    return None if size == exact else f"{exact[0]} x {exact[1]}"


def png_size(data: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG; None when the bytes do not begin with a sound PNG header."""
    header = data[len(_SIGNATURE) : len(_SIGNATURE) + 25]
    if len(data) > MAX_MEDIA_BYTES or not data.startswith(_SIGNATURE) or len(header) < 25:
        return None
    length, kind, width, height, depth, colour, compression, filtering, interlace, checksum = struct.unpack(
        ">I4sIIBBBBBI", header
    )
    sound = (
        (length, kind) == (13, b"IHDR")
        and checksum == zlib.crc32(header[4:21])
        and depth in _DEPTHS.get(colour, ())
        and (compression, filtering) == (0, 0)
        and interlace in (0, 1)
        and width > 0
        and height > 0
    )
    return (width, height) if sound and b"IDAT" in data and b"IEND" in data[-32:] else None


_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
"""Bit depths by colour type, as the PNG specification admits them."""
