"""Rules about manifests: M1-M18 of the publisher's contract, policy 700.6.

Pure. Which roles may be asked for is decided once, in delegation/eligibility.py, for templates and offers alike; the
table below gives its rules the ids of policy 700.6 and words for somebody who writes an offer. M15 (all customers of a
plan get the same rows) is no property of a file; M16 (the licence for eligible rows) is asked at certification; M18 (new roles
arrive later) is in role_catalogue.py, and lets this module's `Roles` lack them.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from lightkeeper.access.model import READER
from lightkeeper.delegation.activation_rules import object_to_activation
from lightkeeper.delegation.eligibility import object_to, reads_everything
from lightkeeper.delegation.objections import Objection
from lightkeeper.kernel.findings import Finding, Severity
from lightkeeper.publishing.offer import Manifest, Offer, Roles, Row

ROLE_RULES: dict[str, tuple[str, str, str]] = {
    "L20": ("700.6-custom-role", "{role} is not a built-in role (M5).", "Choose a built-in role."),
    "L36": ("700.6-custom-role", "{role} is not a built-in role (M5).", "Choose a built-in role, by name or by GUID."),
    "L21": (
        "700.6-owner",
        "Owner can never be delegated (M5).",
        "Ask for Contributor, or for the few roles the work needs.",
    ),
    "L22": (
        "700.6-uaa-no-assignable",
        "User Access Administrator needs assignable roles (M6).",
        "Add delegatedRoleDefinitionIds with the roles it may give to managed identities.",
    ),
    "L23": (
        "700.6-assignable-not-uaa",
        "Only User Access Administrator can have assignable roles (M6).",
        "Remove delegatedRoleDefinitionIds, or ask for User Access Administrator.",
    ),
    "L24": (
        "700.6-dataactions",
        "{role} has data actions, which cannot be delegated (M5).",
        "Choose a role that acts on resources, not on the data in them.",
    ),
    "L25": (
        "700.6-restricted-role",
        "{role} may change who has access, which no provider can (M5).",
        "Choose a role without Microsoft.Authorization write or delete actions.",
    ),
    "L29": (
        "700.6-assignable-role",
        "{role} cannot be an assignable role (M7).",
        "Assignable roles are built-in roles other than Owner and User Access Administrator.",
    ),
    "L30": ("700.6-deprecated-role", "{role} is deprecated.", "Use the role that replaced it."),
    "L32": (
        "700.6-role-reveals-keys",
        "{role} may read keys that open data.",
        "Ask for a role without listKeys actions where the work does not need them.",
    ),
    "L51": (
        "700.6-eligible-assignable",
        "An eligible row cannot have assignable roles (M9).",
        "Move them to an active row with User Access Administrator.",
    ),
    "L52": (
        "700.6-eligible-uaa",
        "{role} cannot be eligible (M9).",
        "Make User Access Administrator active with assignable roles; Owner cannot be delegated at all.",
    ),
    "L53": (
        "700.6-jit-duration",
        "'{longest}' is not a duration from 30 minutes to 8 hours.",
        "Write for example PT4H.",
    ),
    "L55": (
        "700.6-policy-differs",
        "An earlier row makes the same role eligible under another access policy (M11).",
        "Give all eligible rows of one role the same duration, MFA setting and approvers.",
    ),
    "L56": (
        "700.6-eligible-without-reader",
        "{who} has no active Reader-like role, so the portal offers no activation (M10).",
        "Add an active row with Reader for the same principal.",
    ),
    "L136": (
        "700.6-no-delete-role",
        "No row lets you end a delegation yourself; only the customer could (M13).",
        "Add a row with the Managed Services Registration assignment Delete Role.",
    ),
}
_TARGET = re.compile(r"(authorizations|eligibleAuthorizations)(?:\[(\d+)\])?(?:\.(.+))?")


def check_manifests(offer: Offer, roles: Roles) -> Iterator[Finding]:
    """Yield what is wrong with the manifests of all plans."""
    for plan in offer.plans:
        yield from check_manifest(plan.manifest, roles)


def check_manifest(manifest: Manifest, roles: Roles) -> Iterator[Finding]:
    """Yield what is wrong with one manifest. Whether its principals exist is asked when a customer delegates."""
    if not manifest.rows:
        return  # the schema says so
    if not manifest.active:
        yield Finding(
            "700.6-no-active",
            f"{manifest.path}.authorizations",
            "No row is active (M4).",
            "Make at least one row active, for example Reader.",
        )
    yield from _check_roles(manifest, roles)
    yield from _check_duplicates(manifest.rows)
    for row in manifest.rows:
        yield from _check_principal(row)
        yield from _check_approvers(row)
    if not any(row.role.id == READER or _reads(row, roles) for row in manifest.active):
        yield Finding(
            "700.6-no-reader",
            f"{manifest.path}.authorizations",
            "No active row can read everything, so your people may not even see the customer's resources.",
            "Add an active row with Reader.",
            Severity.WARNING,
        )


def check_licences(offer: Offer, licensed: Callable[[str], bool]) -> Iterator[Finding]:
    """Yield a finding for each manifest that asks for eligible rows while its managing tenant may not have them (M16).

    `licensed` says of a tenant whether it holds a licence that includes activation; certification asks it, files cannot.
    """
    for plan in offer.plans:
        manifest = plan.manifest
        if manifest.eligible and not licensed(manifest.managed_by_tenant_id):
            yield Finding(
                "700.6-eligible-licence",
                f"{manifest.path}.managedByTenantId",
                "The managing tenant has no licence that includes the activation of eligible roles (M16).",
                "Get Microsoft Entra ID P2 or Governance, or EMS E5, or make the rows active.",
            )


def _check_roles(manifest: Manifest, roles: Roles) -> Iterator[Finding]:
    for row in manifest.rows:
        if not row.role.text:
            yield Finding("700.6-role-missing", row.role.path, "The row names no role.", "Name a built-in role.")
    active = [row for row in manifest.active if row.role.text]
    eligible = [row for row in manifest.eligible if row.role.text]
    waiting = [row.eligible_authorization() for row in eligible]
    objections = object_to([row.authorization() for row in active], waiting, roles.role_of)
    objections += (one for one in object_to_activation(waiting) if one.rule != "L54")  # the schema counts approvers
    for objection in objections:
        yield _in_our_words(objection, active, eligible, manifest, roles)


def _in_our_words(
    objection: Objection, active: Sequence[Row], eligible: Sequence[Row], manifest: Manifest, roles: Roles
) -> Finding:
    """Return the finding of another rule book with our id, our words, and the place in the offer file."""
    finding = objection.finding
    match = _TARGET.fullmatch(finding.target)
    row, path = None, f"{manifest.path}.authorizations"
    if match and match.group(2):
        row = (active if match.group(1) == "authorizations" else eligible)[int(match.group(2))]
        path = _path_in(row, match.group(3) or "")
    if objection.rule not in ROLE_RULES:
        return replace(finding, code=f"700.6-{objection.rule}", target=path)
    code, message, remedy = ROLE_RULES[objection.rule]
    ref = next((ref for ref in row.delegated if ref.path == path), row.role) if row else None
    known = roles.role_of(ref.id) if ref else None
    name = known.name if known else f"'{ref.text[:80]}'" if ref else ""
    who = (row.display_name or row.principal_id) if row else ""
    text = message.format(role=name, who=who, longest=row.maximum_for if row else "")
    return replace(finding, code=code, target=path, message=text, remedy=remedy)


def _path_in(row: Row, field: str) -> str:
    if field in ("", "roleDefinitionId"):
        return row.role.path
    policy, _, detail = field.partition(".")
    if policy == "justInTimeAccessPolicy":
        return f"{row.path}.{detail}" if detail else row.path
    return f"{row.path}.{field}"


def _check_duplicates(rows: Sequence[Row]) -> Iterator[Finding]:
    seen: set[tuple[str, str, bool]] = set()
    for row in rows:
        key = (row.principal_id, row.role.id, row.eligible)
        if all(key[:2]) and key in seen:
            yield Finding(
                "700.6-duplicate",
                row.path,
                "An earlier row gives the same principal the same role (M17).",
                "Remove one of the two.",
            )
        seen.add(key)


def _check_principal(row: Row) -> Iterator[Finding]:
    if row.eligible and row.principal_type == "servicePrincipal":
        yield Finding(
            "700.6-eligible-sp",
            f"{row.path}.principalType",
            "A service principal cannot hold an eligible role (M9).",
            "Make the row active, or give the eligible role to a user or a group.",
        )
    if row.principal_type == "user":
        yield Finding(
            "700.6-individual-user",
            f"{row.path}.principalType",
            "Access goes to one person; when they leave, every customer must accept a new version (M14).",
            "Give the role to a security group.",
            Severity.WARNING,
        )


def _check_approvers(row: Row) -> Iterator[Finding]:
    if not row.eligible:
        return
    for n, (_, kind) in enumerate(row.approvers):
        if kind == "servicePrincipal":
            yield Finding(
                "700.6-approver-sp",
                f"{row.path}.approvers[{n}]",
                "A service principal cannot approve (M12).",
                "Name a user or a group.",
            )
    people = {approver.principal_id for approver, _ in row.approvers}
    if row.principal_type == "user" and people == {row.principal_id}:
        yield Finding(
            "700.6-approver-self",
            f"{row.path}.approvers",
            "Nobody approves their own request (M12).",
            "Name somebody else, or nobody for activation without approval.",
        )


def _reads(row: Row, roles: Roles) -> bool:
    role = roles.role_of(row.role.id)
    return role is not None and reads_everything(role)
