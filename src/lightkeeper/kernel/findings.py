"""What a rule has to say about a value: one finding per fault, never an exception.

Rules collect every finding; a service turns a list of errors into one `Invalid` problem (kernel/problems.py);
a command prints each with its place in the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"  # the value is refused
    WARNING = "warning"  # the value is accepted; experience advises against it


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a file a finding points; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: a stable code, the path of the value it is about, what is wrong, and what to do about it."""

    code: str
    target: str
    message: str
    remedy: str = ""
    severity: Severity = Severity.ERROR
    place: Place | None = None

    def at(self, place: Place | None) -> "Finding":
        """Return the same finding with its place in a file."""
        return replace(self, place=place)


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    """Return those findings that refuse the value."""
    return [finding for finding in findings if finding.severity is Severity.ERROR]
