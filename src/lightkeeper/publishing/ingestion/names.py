"""How the Product Ingestion API names things: schemas, durable ids, references."""

import re
from typing import Any

from lightkeeper.kernel.ids import is_guid, named

VERSION = "2022-07-01"
VERSIONS = ("2022-03-01-preview2", "2022-03-01-preview3", "2022-03-01-preview4", "2022-03-01-preview5", VERSION)
SCHEMA_HOSTS = ("https://schema.mp.microsoft.com/schema/", "https://product-ingestion.azureedge.net/schema/")
"""Both hosts are accepted: the schemas moved once, and clients with the old address are still about."""

OFFER_TYPE = "managedService"
RESOURCES = (
    "product", "plan", "commercial-marketplace-setup", "property", "listing", "listing-asset", "listing-trailer",
    "price-and-availability-offer", "price-and-availability-plan", "customer-leads", "plan-listing",
    "managed-service-plan-technical-configuration", "reseller", "submission",
    "price-and-availability-update-private-audiences",
)  # fmt: skip
"""What a Managed Service offer is made of, and the two resources that make something happen."""

OTHER_RESOURCES = frozenset({
    "price-and-availability-custom-meter", "test-drive", "test-drive-listing", "private-offer",
    "price-and-availability-private-offer-plan", "virtual-machine-plan-technical-configuration",
    "core-virtual-machine-plan-technical-configuration", "container-plan-technical-configuration",
    "software-as-a-service-technical-configuration", "azure-application-plan-technical-configuration",
})  # fmt: skip
"""What the API knows for other offer types only."""

CARRIED_OUT = ("price-and-availability-update-private-audiences", "submission")
"""Resources that are done rather than kept: they come when everything else of a request is in place."""

MAIN = "main"
"""The last part of a listing's durable id: an offer and a plan have one listing each."""

DURABLE_ID = re.compile(r"[a-z](-?[a-z0-9]+)*/[a-z0-9-]+(/?[a-z0-9-])*")
LOCAL_NAME = re.compile(r"[a-zA-Z0-9-_]{1,50}")
_VERSION = re.compile(r"\d{4}-\d\d-\d\d(-preview\d+)?")


def schema(resource: str, version: str = VERSION) -> str:
    """Return the `$schema` of a resource type."""
    return f"{SCHEMA_HOSTS[0]}{resource}/{version}"


def schema_parts(text: Any) -> tuple[str, str] | None:
    """Return resource type and version of a `$schema` on either host; None when it has another form."""
    if not isinstance(text, str):
        return None
    host = next((host for host in SCHEMA_HOSTS if text.lower().startswith(host)), None)
    if host is None:
        return None
    resource, slash, version = text[len(host) :].rstrip("/").partition("/")
    return (resource.lower(), version) if slash and _VERSION.fullmatch(version) else None


def version_within(most: str) -> str:
    """Return the latest version of ours that a client understands who understands versions up to `most`."""
    return max((one for one in VERSIONS if one <= most), default=VERSIONS[0])


def is_version(text: str) -> bool:
    """Return whether this is a version of the schemas that we speak: one of ours, or any later one as a maximum."""
    return _VERSION.fullmatch(text) is not None and text >= VERSIONS[0]


def product_guid(publisher_id: str, offer_id: str) -> str:
    """Return the id of an offer in durable ids; always the same for the same offer."""
    return named("product", f"{publisher_id}/{offer_id}")


def plan_guid(publisher_id: str, offer_id: str, plan_id: str) -> str:
    """Return the id of a plan in durable ids."""
    return named("plan", f"{publisher_id}/{offer_id}/{plan_id}")


def durable(resource: str, *parts: str) -> str:
    """Return a durable id."""
    return "/".join((resource, *parts))


def guids_of(durable_id: str) -> tuple[str, tuple[str, ...]] | None:
    """Return resource type and the parts behind it; None for what is no durable id."""
    if len(durable_id) > 400 or DURABLE_ID.fullmatch(durable_id.lower()) is None:
        return None
    resource, *parts = durable_id.lower().split("/")
    return resource, tuple(parts)


def is_product_guid(text: str) -> bool:
    """Return whether a part of a durable id has the form of a product's or a plan's."""
    return is_guid(text)
