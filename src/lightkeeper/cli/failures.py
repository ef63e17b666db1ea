"""Why a command did not do what was asked, and with which exit code it ends: 1 refused, 2 not even asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

REFUSED = 1
USAGE = 2


@dataclass(slots=True)
class Failure(Exception):
    """One clear sentence, a stable code, the details, and what to do."""

    message: str
    code: str = "Refused"
    details: Sequence[Mapping[str, Any]] = ()
    remedy: str = ""
    exit_code: int = REFUSED
    info: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """Return the sentence with its code."""
        return f"{self.code}: {self.message}"


def usage(message: str, remedy: str = "") -> Failure:
    """Return the failure of a command that was not understood, or that found nobody to ask."""
    return Failure(message, "Usage", remedy=remedy, exit_code=USAGE)
