"""Who may publish: eligibility for Managed Service offers, and what a member of a publisher's account may do.

Pure. Eligibility: the publisher holds the Solutions Partner designation for Infrastructure or Security, or kept the
benefits of a Silver or Gold Cloud Platform competency past 30 September 2022, or is an Azure Expert MSP.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from lightkeeper.kernel.findings import Finding
from lightkeeper.publishing.account import Designation, MemberRole, Publisher, Verification

COMMERCIAL_MARKETPLACE = "commercialMarketplace"

QUALIFYING = {
    "solutionsPartner.infrastructureAzure": "Solutions Partner for Infrastructure (Azure)",
    "solutionsPartner.security": "Solutions Partner for Security",
    "legacy.silverCloudPlatform": "Silver Cloud Platform competency with retained benefits",
    "legacy.goldCloudPlatform": "Gold Cloud Platform competency with retained benefits",
    "azureExpertMsp": "Azure Expert MSP",
}
"""Any one of these makes a publisher eligible while it holds."""

OTHER_DESIGNATIONS = {
    "solutionsPartner.dataAndAiAzure": "Solutions Partner for Data & AI (Azure)",
    "solutionsPartner.digitalAndAppInnovationAzure": "Solutions Partner for Digital & App Innovation (Azure)",
    "solutionsPartner.businessApplications": "Solutions Partner for Business Applications",
    "solutionsPartner.modernWork": "Solutions Partner for Modern Work",
}
"""Those that exist besides; they say nothing about managed services."""

DESIGNATIONS = {**QUALIFYING, **OTHER_DESIGNATIONS}
"""Every designation with its title."""


class Action(StrEnum):
    """What can be done with a publisher's account."""

    ENROL = "enrol"  # join a program, accept its agreement
    PAYOUT = "payout"  # payout and tax profile
    MANAGE_MEMBERS = "manageMembers"
    EDIT_OFFERS = "editOffers"  # create, edit, publish
    READ = "read"  # offers, their state, usage reports
    READ_CUSTOMERS = "readCustomers"  # customers' personal data in reports


_ALL = frozenset(Action)
_DEVELOPER = frozenset({Action.EDIT_OFFERS, Action.READ})

MAY: Mapping[MemberRole, frozenset[Action]] = {
    MemberRole.OWNER: _ALL,
    MemberRole.MANAGER: _DEVELOPER | {Action.MANAGE_MEMBERS},
    MemberRole.DEVELOPER: _DEVELOPER,
}


def may(role: MemberRole | None, action: Action) -> bool:
    """Return whether a member with this role may do `action`; somebody without a role may do nothing."""
    return role is not None and action in MAY[role]


def holding(designations: Iterable[Designation], at: datetime) -> list[Designation]:
    """Return those designations that hold at this time."""
    return [
        one
        for one in designations
        if (one.from_at is None or one.from_at <= at) and (one.until_at is None or at < one.until_at)
    ]


def why_not_eligible(publisher: Publisher, at: datetime) -> list[Finding]:
    """Return why the publisher cannot publish Managed Service offers (policy 700.4); empty when it can."""
    findings = []
    if COMMERCIAL_MARKETPLACE not in publisher.programs:
        findings.append(
            Finding(
                "700.4-not-enrolled",
                "publisher",
                f"{publisher.display_name} is not in the commercial marketplace.",
                "An owner of the account enrols it and accepts the publisher agreement.",
            )
        )
    if publisher.verification is not Verification.AUTHORIZED:
        findings.append(
            Finding(
                "700.4-not-verified",
                "publisher",
                f"The account of {publisher.display_name} is not verified (it is {publisher.verification}).",
                "An owner appeals, and answers the reason that was given."
                if publisher.verification is Verification.REJECTED
                else "Answer the reviewer's questions, or wait for the verification to end.",
            )
        )
    held = {one.name for one in holding(publisher.designations, at)}
    if not held & QUALIFYING.keys():
        findings.append(
            Finding(
                "700.4-eligibility",
                "publisher",
                f"{publisher.display_name} holds no designation that managed services need.",
                f"Earn one of: {'; '.join(QUALIFYING.values())}.",
            )
        )
    return findings
