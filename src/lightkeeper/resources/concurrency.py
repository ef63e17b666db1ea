"""Entity tags: whether a conditional request may go on (RFC 9110, section 13; ARM's table in words below).

If-Match: *        the resource must exist
If-Match: "t"      it must exist and carry tag t
If-None-Match: *   it must not exist
If-None-Match: "t" it must not carry tag t
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from lightkeeper.kernel.findings import Finding


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the caller demands of the stored copy; the headers' text, None when absent."""

    if_match: str | None = None
    if_none_match: str | None = None


ALWAYS = Conditions()


def why_not_proceed(asked: Conditions, etag: str | None) -> Iterator[Finding]:
    """Yield a finding when the stored copy (`etag`, None when there is none) does not meet the conditions."""
    if asked.if_match is not None and (etag is None or not _names(asked.if_match, etag)):
        yield Finding(
            "PreconditionFailed",
            "If-Match",
            "The condition set on this request was not met: the resource does not exist or its entity tag is another "
            "one. Read it again and retry.",
        )
    if asked.if_none_match is not None and etag is not None and _names(asked.if_none_match, etag):
        yield Finding(
            "PreconditionFailed",
            "If-None-Match",
            "The condition set on this request was not met: the resource exists already.",
        )


def tag_of(content: bytes) -> str:
    """Return the entity tag of some content: equal content, equal tag."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _names(header: str, etag: str) -> bool:
    tags = [part.strip().removeprefix("W/").strip('"') for part in header.split(",")]
    return "*" in tags or etag.strip('"') in tags
