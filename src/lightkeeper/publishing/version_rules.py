"""Rules that compare an offer with what was published before: versions rise, public plans stay public.

Pure. `Published` is what the marketplace remembers of every plan that was ever live.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lightkeeper.access import roles as built_in_roles
from lightkeeper.delegation.model import Authorization, EligibleAuthorization, version_of
from lightkeeper.kernel.findings import Finding, Severity
from lightkeeper.publishing.offer import Manifest, Offer, Plan, offer_of


@dataclass(frozen=True, slots=True)
class Terms:
    """What a manifest asks for, whatever the order of its rows."""

    managed_by_tenant_id: str
    active: frozenset[Authorization]
    eligible: frozenset[EligibleAuthorization]


@dataclass(frozen=True, slots=True)
class PublishedVersion:
    """A version of a plan that was live."""

    version: str
    terms: Terms


@dataclass(frozen=True, slots=True)
class PublishedBefore:
    """What is remembered of one plan: whether it was ever public, and its newest version."""

    was_public: bool
    newest: PublishedVersion


@dataclass(frozen=True, slots=True)
class Published:
    """What is remembered of an offer, by plan id."""

    plans: Mapping[str, PublishedBefore] = field(default_factory=dict)


def terms_of(manifest: Manifest) -> Terms:
    """Return what the manifest asks for."""
    return Terms(
        manifest.managed_by_tenant_id,
        frozenset(row.authorization() for row in manifest.active),
        frozenset(row.eligible_authorization() for row in manifest.eligible),
    )


def published_by(document: Any) -> Published:
    """Return what would be remembered had exactly this document been published."""
    plans = offer_of(document, built_in_roles).plans
    return Published(
        {
            plan.id: PublishedBefore(not plan.private, PublishedVersion(plan.manifest.version, terms_of(plan.manifest)))
            for plan in plans
        }
    )


def check_against(offer: Offer, published: Published) -> Iterator[Finding]:
    """Yield what the marketplace's memory has against the offer."""
    for plan in offer.plans:
        before = published.plans.get(plan.id)
        if before is not None:
            yield from _check_plan(plan, before)


def _check_plan(plan: Plan, before: PublishedBefore) -> Iterator[Finding]:
    if plan.private and before.was_public:
        yield Finding(
            "700.5-public-to-private",
            f"{plan.path}.visibility",
            "This plan was published as public and can never become private.",
            "Keep it public and stop its distribution, or add a private plan under a new id.",
        )
    manifest, newest = plan.manifest, before.newest
    changed = terms_of(manifest) != newest.terms
    current, last = version_of(manifest.version), version_of(newest.version)
    if current < last or (changed and current == last):
        why = "the manifest changed" if current == last else "versions only rise"
        yield Finding(
            "700.6-version-not-increased",
            f"{manifest.path}.version",
            f"Version {manifest.version} is not greater than the published {newest.version}, but {why} (M1).",
            f"Use {next_version(newest.version)} or greater.",
        )
    if manifest.managed_by_tenant_id != newest.terms.managed_by_tenant_id:
        yield Finding(
            "700.6-tenant-changed",
            f"{manifest.path}.managedByTenantId",
            "Another managing tenant is not an update: customers could not accept this version.",
            "Publish a new offer for the other tenant.",
        )
    gained = _grants(terms_of(manifest)) - _grants(newest.terms)
    if gained:
        yield Finding(
            "700.6-more-rights",
            f"{manifest.path}.authorizations",
            f"{len(gained)} role{'s' if len(gained) > 1 else ''} more than version {newest.version}: "
            "nothing changes for a customer until they accept.",
            "Show customers `lightkeeper offer diff`.",
            Severity.WARNING,
        )


def _grants(terms: Terms) -> frozenset[tuple[str, str]]:
    active = {(row.principal_id, row.role_id) for row in terms.active}
    return frozenset(active | {(row.principal_id, row.role_id) for row in terms.eligible})


def next_version(text: str) -> str:
    """Return the version after this one: its last number plus one."""
    *front, last = version_of(text)
    return ".".join(str(part) for part in (*front, last + 1))
