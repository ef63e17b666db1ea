"""What a configure job answers about each resource: how it is called now, and what it belongs to."""

from lightkeeper.publishing.ingestion import reading
from lightkeeper.publishing.ingestion.names import CARRIED_OUT, MAIN, RESOURCES, durable, plan_guid, product_guid
from lightkeeper.publishing.references import References, Resource

_UNNAMED = (*CARRIED_OUT, "reseller")
"""Kinds without a durable id of their own: what is done rather than kept, and what is only passed on."""


def told(names: References, resource: Resource) -> Resource:
    """Return the resource with durable ids, whatever the request called what it names; without secrets and audiences."""
    kind = reading.type_of(resource)
    shown = {key: value for key, value in resource.items() if key not in ("url", "privateAudiences")}
    if kind == "product" and resource.get("lifecycleState") == "deleted":
        return shown
    if kind == "customer-leads":
        shown = {key: shown[key] for key in ("$schema", "product", "leadDestination") if key in shown}
    own = names.own_id(resource, "product") if kind == "product" else names.product_id(resource["product"])
    guid = product_guid(names.publisher.id, own)
    parts = [guid]
    if kind != "product":
        shown["product"] = durable("product", guid)
    if kind == "plan" or "plan" in resource:
        draft = names.drafts.get(own) or names.stored(own)
        parts.append(plan_guid(names.publisher.id, own, names.plan_of(draft, resource)))
        if kind != "plan":
            shown["plan"] = durable("plan", *parts)
    if kind in ("listing-asset", "listing-trailer"):
        shown["listing"] = durable("listing", guid, MAIN)
    elif kind in RESOURCES and kind not in _UNNAMED:
        shown["id"] = durable(kind, *parts, *((MAIN,) if kind in ("listing", "plan-listing") else ()))
    return shown
