"""What lower contexts declared and upper ones know: each seam is filled here, context by context."""

from collections.abc import Sequence

from lightkeeper.access import operations as catalogue
from lightkeeper.access import service as access
from lightkeeper.delegation import shelf as delegation_shelf
from lightkeeper.delegation.service import upkeep
from lightkeeper.deployments import service as deployments
from lightkeeper.kernel.call import Call
from lightkeeper.outbound import trying
from lightkeeper.partners import known as known_partners
from lightkeeper.publishing import lead_settings
from lightkeeper.publishing.partner_ids import PublishersAsPartners
from lightkeeper.publishing.shelf import PublishingShelf
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Subscription
from lightkeeper.wire.arm import providers as provider_wire
from lightkeeper.wire.arm import subscriptions as subscription_wire
from lightkeeper.wire.arm.table import operations


def tie() -> None:
    """Fill every seam of this process."""
    _tie_resources()
    _tie_offers()
    _tie_wire()


def _tie_resources() -> None:
    resources.seams.catalogue = catalogue
    resources.seams.may_see = access.may_see
    resources.seams.on_scope_deleted[:] = [
        access.on_scope_deleted,
        upkeep.on_scope_deleted,
        deployments.on_scope_deleted,
    ]
    resources.seams.on_subscription_created[:] = [access.on_subscription_created]
    resources.seams.on_subscription_moved[:] = [access.on_subscription_moved, upkeep.on_subscription_moved]


def _tie_offers() -> None:
    delegation_shelf.stock(PublishingShelf())
    known_partners.consult(PublishersAsPartners())
    lead_settings.seams.try_leads = staticmethod(trying.check_submission)


def _tie_wire() -> None:
    subscription_wire.views.visible_subscriptions = _visible_subscriptions
    subscription_wire.views.managing_tenants_of = access.managing_tenants_of
    provider_wire.OWN_VERSIONS.update(
        {one.key.type: one.versions for one in operations() if one.versions and one.key.form == "item"}
    )


def _visible_subscriptions(call: Call) -> Sequence[tuple[Subscription, Sequence[str]]]:
    found = resources.get_subscriptions(call, access.list_subscription_ids(call))
    return [(one, access.managing_tenants_of(call, one.id)) for one in found]
