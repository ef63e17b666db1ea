"""A finding with the number of the rule it comes from.

ARM answers with Azure's codes, which lump a dozen rules together; certification and the pages name the rule. So a rule
says both, and each surface takes what it needs.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lightkeeper.kernel.findings import Finding, Severity

CREATE_REQUEST = "InvalidRegistrationDefinitionCreateRequest"


@dataclass(frozen=True, slots=True)
class Objection:
    """What rule `rule` (for example `L24`) has against a value."""

    rule: str
    finding: Finding


def refused(rule: str, target: str, message: str, *, code: str = CREATE_REQUEST, remedy: str = "") -> Objection:
    """Return an objection that refuses the value."""
    return Objection(rule, Finding(code, target, message, remedy))


def advised(rule: str, code: str, target: str, message: str, remedy: str = "") -> Objection:
    """Return an objection that only advises against it."""
    return Objection(rule, Finding(code, target, message, remedy, Severity.WARNING))


def findings_of(objections: Iterable[Objection]) -> list[Finding]:
    """Return the findings without their rule numbers."""
    return [objection.finding for objection in objections]
