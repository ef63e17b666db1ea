"""From an offer document to what goes on the shelf: one `PublishedPlan` per plan."""

from datetime import datetime

from lightkeeper.delegation.model import PublishedPlan, Visibility, version_of
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.media_rules import named_media
from lightkeeper.publishing.model import Content
from lightkeeper.publishing.offer import AudienceRow, Offer, Plan, Roles, offer_of
from lightkeeper.publishing.version_rules import Published, PublishedBefore, PublishedVersion, Terms

MEDIA_PATH = "/media"


def plans_of(
    publisher: Publisher, content: Content, roles: Roles, *, preview: bool, at: datetime
) -> list[PublishedPlan]:
    """Return the plans of a checked document as the storefront and delegation see them; deprecated ones are not sold."""
    offer = offer_of(content.document, roles)
    return [_published(publisher, offer, plan, content, preview, at) for plan in offer.plans if not plan.deprecated]


def _published(
    publisher: Publisher, offer: Offer, plan: Plan, content: Content, preview: bool, at: datetime
) -> PublishedPlan:
    logo = next((one.path for one in named_media(offer) if one.what == "large"), "")
    digest = content.assets.get(logo)
    return PublishedPlan(
        publisher_id=publisher.id,
        publisher_display_name=publisher.display_name,
        offer_id=offer.id,
        offer_display_name=offer.name,
        plan_id=plan.id,
        plan_display_name=plan.name,
        version=plan.manifest.version,
        visibility=Visibility.PRIVATE if plan.private else Visibility.PUBLIC,
        managed_by_tenant_id=plan.manifest.managed_by_tenant_id,
        authorizations=tuple(row.authorization() for row in plan.manifest.active),
        eligible_authorizations=tuple(row.eligible_authorization() for row in plan.manifest.eligible),
        audience=ids_of(plan.private_audience) if plan.private else frozenset(),
        preview=preview,
        preview_audience=ids_of(offer.preview_audience),
        offer_summary=offer.summary,
        offer_description=offer.description,
        plan_summary=plan.summary,
        plan_description=plan.description,
        categories=offer.categories,
        privacy_policy_url=offer.privacy_policy_link,
        terms_of_use=offer.terms_url or offer.terms_text,
        support_url=offer.support_url,
        logo_url=f"{MEDIA_PATH}/{digest}.png" if digest else "",
        published_at=at,
    )


def ids_of(rows: tuple[AudienceRow, ...]) -> frozenset[str]:
    """Return the subscriptions of an audience."""
    return frozenset(row.subscription_id for row in rows)


def remembered(versions: list[PublishedPlan]) -> Published:
    """Return what the rules need to know about everything that was live, oldest version first."""
    plans: dict[str, PublishedBefore] = {}
    for plan in versions:
        terms = Terms(
            plan.managed_by_tenant_id, frozenset(plan.authorizations), frozenset(plan.eligible_authorizations)
        )
        before = plans.get(plan.plan_id)
        public = plan.visibility is Visibility.PUBLIC or (before is not None and before.was_public)
        newest = PublishedVersion(plan.version, terms)
        if before is not None and version_of(before.newest.version) > version_of(plan.version):
            newest = before.newest
        plans[plan.plan_id] = PublishedBefore(public, newest)
    return Published(plans)
