"""A group as a template."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Invalid
from lightkeeper.resources import actions, export
from lightkeeper.resources.model import Resource, group_scope
from lightkeeper.resources.service.resource_groups import require_resource_group
from lightkeeper.resources.service.subscriptions import require_subscription
from lightkeeper.resources.store import items
from lightkeeper.resources.store.items import Where

MOST = 200
"""Resources in one exported template. Documentation: "Export template", limitations."""

EVERYTHING = "*"


def export_template(
    call: Call, subscription_id: str, name: str, wanted: Sequence[str], options: Collection[str] = ()
) -> Mapping[str, Any]:
    """Return a template of the group's resources, of all (`*`) or those named, as far as the caller may read them.

    Raises `NotFound` for a missing group, `Invalid` for a resource that is not in it or for too many.
    """
    call.authorize(actions.EXPORT_TEMPLATE, group_scope(subscription_id, name))
    subscription = require_subscription(call, subscription_id)
    group = require_resource_group(call, subscription.id, name)
    found: list[Resource] = []
    after = ""
    while batch := items.some(call.connection, Where(subscription.id, group=group.name), after=after):
        found += batch
        after = batch[-1].key
    if EVERYTHING not in wanted:
        keys = {text.rstrip("/").lower() for text in wanted}
        missing = sorted(keys - {one.key for one in found})
        if missing or not keys:
            message = (
                f"The resource '{missing[0][:300]}' is not in the group." if missing else "Name resources, or '*'."
            )
            raise Invalid("ExportTemplateResourceNotFound", message, target="resources")
        found = [one for one in found if one.key in keys]
    found = [one for one in found if call.allows(actions.read(one.type), one.id)]
    if len(found) > MOST:
        raise Invalid("ExportTemplateTooManyResources", f"At most {MOST} resources fit into one exported template.")
    return export.template_of(found, [option.strip().lower() for option in options])
