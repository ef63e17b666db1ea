"""Certification: the numbered policies an offer is held against, and the report the publisher gets.

Pure. Three levels: whether the publisher's business may publish managed services (700.4), whether the content follows
the policies, whether the manifests do. All levels are always run, so that one report names everything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lightkeeper.kernel.findings import Finding, Severity
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.account_rules import why_not_eligible

POLICIES = {
    "100.1": "Value proposition and offer requirements",
    "100.2": "Discoverability",
    "100.3": "Graphic elements",
    "100.4": "Acquisition, pricing and terms",
    "100.5": "Offer information",
    "100.6": "Personal information",
    "100.7": "Accurate source",
    "100.8": "Significant value",
    "100.10": "Inappropriate content",
    "100.11": "Security",
    "100.12": "Functionality",
    "100.13": "Business requirements",
    "100.14": "Testability",
    "100.15": "Supporting documents",
    "700.1": "Managed services: value proposition and offer requirements",
    "700.3": "Managed services: graphic elements",
    "700.4": "Managed services: business requirements",
    "700.5": "Managed services: plan details",
    "700.6": "Managed services: plan manifest details",
}


class Outcome(StrEnum):
    """How a certification ended."""

    PENDING = "Pending"
    PASSED = "Passed"
    PASSED_WITH_NOTES = "PassedWithNotes"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Report:
    """What certification found; `items` in the order of the policies."""

    outcome: Outcome
    at: datetime
    items: tuple[Finding, ...] = ()
    reviewer_notes: str = ""


def policy_of(code: str) -> str:
    """Return the number of the policy a rule belongs to (`100.1` of `100.1.2-summary-len`); empty for none."""
    number = code.partition("-")[0]
    while number and number not in POLICIES:
        number = number.rpartition(".")[0]
    return number


def is_policy(finding: Finding) -> bool:
    """Return whether a finding is about a certification policy, not about the completeness of the file."""
    return bool(policy_of(finding.code))


def certify(publisher: Publisher, found: Sequence[Finding], at: datetime, notes: str = "") -> Report:
    """Return the report on an offer whose check found `found`."""
    items = [*why_not_eligible(publisher, at), *(finding for finding in found if is_policy(finding))]
    items.sort(key=lambda finding: (tuple(POLICIES).index(policy_of(finding.code)), finding.target))
    if any(finding.severity is Severity.ERROR for finding in items):
        outcome = Outcome.FAILED
    else:
        outcome = Outcome.PASSED_WITH_NOTES if items or notes else Outcome.PASSED
    return Report(outcome, at, tuple(items), notes)
