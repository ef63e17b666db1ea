"""What a resource of the Product Ingestion API must look like, before anything is done with it.

Pure but for raising: each function raises `Invalid` with one of the API's thirteen codes for the first fault.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lightkeeper.kernel.ids import is_guid
from lightkeeper.kernel.problems import Invalid
from lightkeeper.publishing.ingestion.names import OTHER_RESOURCES, RESOURCES, schema_parts
from lightkeeper.publishing.offer_rules import MAX_DESCRIPTION, MAX_PREVIEW_AUDIENCE, MAX_PRIVATE_AUDIENCE

Resource = Mapping[str, Any]
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "product": ("identity", "type", "alias"),
    "plan": ("product", "identity", "alias"),
    "listing": ("product", "languageId"),
    "listing-asset": ("product", "type", "url"),
    "listing-trailer": ("product", "streamingUrl"),
    "property": ("product", "categories", "termsConditions"),
    "price-and-availability-offer": ("product", "previewAudiences"),
    "price-and-availability-plan": ("product", "plan", "audience"),
    "plan-listing": ("product", "plan"),
    "customer-leads": ("product", "leadDestination"),
    "managed-service-plan-technical-configuration": ("product", "plan", "manifests"),
    "price-and-availability-update-private-audiences": ("product", "plan", "privateAudiences"),
    "submission": ("product", "target"),
}
LISTS = ("previewAudiences", "manifests", "generalLinks")
_CHOICES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("product", "lifecycleState"): ("generallyAvailable", "deprecated", "deleted"),
    ("plan", "lifecycleState"): ("generallyAvailable", "deprecated", "deleted"),
    ("submission", "lifecycleState"): ("generallyAvailable", "deprecated"),
    ("price-and-availability-plan", "audience"): ("public", "private"),
    ("price-and-availability-plan", "visibility"): ("visible", "hidden"),
    ("property", "termsConditions"): ("custom", "standardMicrosoft"),
}
LONGEST: Mapping[tuple[str, str], int] = {("product", "alias"): 120, ("plan", "alias"): 125}
MOST: Mapping[str, int] = {
    "previewAudiences": MAX_PREVIEW_AUDIENCE,
    "privateAudiences": MAX_PRIVATE_AUDIENCE,
}
OWN_IDS: Mapping[str, re.Pattern[str]] = {
    "product": re.compile(r"[a-z0-9][a-z0-9_-]{2,49}"),
    "plan": re.compile(r"[a-z0-9_-]{1,50}"),
}
"""What a publisher may call a product and a plan."""


def insist_on_form(resource: Resource) -> None:
    """Raise for what no resource of a Managed Service offer can be: another schema, a field missing or of a wrong form."""
    parts = schema_parts(resource.get("$schema"))
    if parts is None or parts[0] not in (*RESOURCES, *OTHER_RESOURCES):
        raise Invalid(
            "invalidResource", f"'{str(resource.get('$schema'))[:120]}' is no schema of a resource.", target="$schema"
        )
    kind = parts[0]
    if kind in OTHER_RESOURCES:
        raise Invalid("notSupported", f"Managed Service offers have no '{kind}'.", target="$schema")
    for name in REQUIRED.get(kind, ("product",)):
        if resource.get(name) in (None, "", {}):
            raise Invalid("schemaValidationError", f"A {kind} needs '{name}'.", target=name)
    for name in LISTS:
        if name in resource and not isinstance(resource[name], list):
            raise Invalid("schemaValidationError", f"'{name}' must be a list.", target=name)
    for name in ("identity", "categories", "target"):
        if name in resource and not isinstance(resource[name], Mapping):
            raise Invalid("schemaValidationError", f"'{name}' must be an object.", target=name)
    for (of, name), choices in _CHOICES.items():
        if of == kind and name in resource and resource[name] not in choices:
            raise Invalid("schemaValidationError", f"'{name}' must be one of {', '.join(choices)}.", target=name)
    for (of, name), longest in LONGEST.items():
        if of == kind and not (isinstance(resource[name], str) and 1 <= len(resource[name]) <= longest):
            raise Invalid("schemaValidationError", f"'{name}' is text of 1 to {longest} characters.", target=name)
    if kind in OWN_IDS:
        _insist_on_own_id(kind, resource["identity"].get("externalId"))
    order = resource.get("displayOrder", 0)
    if not isinstance(order, int) or isinstance(order, bool) or not 0 <= order <= 1000:
        raise Invalid("schemaValidationError", "'displayOrder' must be a small whole number.", target="displayOrder")


def _insist_on_own_id(kind: str, own: Any) -> None:
    if not isinstance(own, str) or not own:
        raise Invalid("schemaValidationError", f"A {kind} needs identity.externalId.", target="identity")
    if OWN_IDS[kind].fullmatch(own) is None:
        raise Invalid("invalidId", f"'{own[:60]}' cannot be a {kind} id.", target="identity")


def insist_on_ours(kind: str, resource: Resource) -> None:
    """Raise for what this offer type does not have."""
    said = {
        "commercial-marketplace-setup": ("sellThroughMicrosoft", "enableTestDrive"),
    }
    for name in said.get(kind, ()):
        if resource.get(name):
            raise Invalid("notSupported", f"Managed Service offers have no '{name}'.", target=name)
    if kind == "reseller" and resource.get("resellerChannelState", "none") not in ("none", "notSet"):
        raise Invalid("notSupported", "Managed Service offers have no reseller channel.", target="resellerChannelState")
    if kind == "property" and resource["termsConditions"] != "custom":
        raise Invalid(
            "notSupported", "The standard contract is not for Managed Service offers.", target="termsConditions"
        )
    if kind == "price-and-availability-plan":
        pricing = resource.get("pricing")
        if isinstance(pricing, Mapping) and pricing.get("licenseModel", "byol") != "byol":
            raise Invalid(
                "businessValidationError", "Managed Service offers are bring your own license only.", target="pricing"
            )
        if resource.get("visibility") == "hidden":
            raise Invalid("notSupported", "Plans of Managed Service offers cannot be hidden.", target="visibility")
    rows = [*(resource.get("previewAudiences") or []), *(resource.get("privateAudiences") or [])] if kind in (
        "price-and-availability-offer", "price-and-availability-plan"
    ) else []  # fmt: skip
    for name, most in MOST.items():
        if len(resource.get(name) or []) > most:
            raise Invalid("collectionLimitExceeded", f"'{name}' has at most {most} rows.", target=name)
    insist_on_subscriptions(rows)
    if kind in ("listing-asset", "listing-trailer"):
        _insist_on_picture(resource)


def insist_on_subscriptions(rows: Sequence[Any]) -> None:
    """Raise `Invalid` for a row of an audience that is no subscription, or whose label is too long."""
    for row in rows:
        if not isinstance(row, Mapping) or row.get("type") != "subscription" or not is_guid(row.get("id")):
            raise Invalid(
                "schemaValidationError", "An audience holds subscriptions: type 'subscription' and a GUID as id."
            )
        if len(str(row.get("label") or "")) > MAX_DESCRIPTION:
            raise Invalid("schemaValidationError", f"A label has at most {MAX_DESCRIPTION} characters.", target="label")


def _insist_on_picture(resource: Resource) -> None:
    url = str(resource.get("url") or "")
    if url and url.lower().startswith(("http:", "https:")) and "/media/" not in url:
        raise Invalid(
            "notSupported",
            "This server downloads no pictures. Send them as data:image/png;base64,... or as it gave them to you.",
            target="url",
        )
