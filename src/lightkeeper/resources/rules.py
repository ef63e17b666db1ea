"""What names, tags and locations may look like.

Pure. Sources: the documentation pages "Naming rules and restrictions for Azure resources" and "Use tags to organize
your Azure resources".
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.kernel.findings import Finding
from lightkeeper.resources import regions

MOST_TAGS = 50
LONGEST_TAG_NAME = 512
LONGEST_TAG_VALUE = 256
LONGEST_NAME = 260
_GROUP_NAME = re.compile(r"[-\w._()]{1,90}")
_TAG_NAME_FORBIDS = set("<>%&\\?/")
_HIDDEN_LINK_ADDS = set("/")
"""Tags `hidden-link:{resource id}` tie resources together for the portal; public templates write them."""
_NAME_FORBIDS = set("<>%&\\?/#\"'")
_NAMESPACE = re.compile(r"[A-Za-z0-9]+(\.[A-Za-z0-9]+)+")

PROXY_NAMESPACES = frozenset(
    [
        "microsoft.advisor",
        "microsoft.authorization",
        "microsoft.billing",
        "microsoft.capacity",
        "microsoft.consumption",
        "microsoft.costmanagement",
        "microsoft.features",
        "microsoft.guestconfiguration",
        "microsoft.managedservices",
        "microsoft.policyinsights",
        "microsoft.resources",
        "microsoft.security",
        "microsoft.securityinsights",
        "microsoft.support",
    ]
)
"""Providers whose resources live nowhere in particular and so carry no location."""

REGISTRATION_FREE = frozenset(
    [
        "microsoft.authorization",
        "microsoft.billing",
        "microsoft.classicsubscription",
        "microsoft.commerce",
        "microsoft.consumption",
        "microsoft.costmanagement",
        "microsoft.features",
        "microsoft.marketplaceordering",
        "microsoft.portal",
        "microsoft.resourcegraph",
        "microsoft.resourcenotifications",
        "microsoft.resources",
        "microsoft.serialconsole",
        "microsoft.subscription",
        "microsoft.support",
    ]
)
"""Providers every subscription may use without registering."""

GOVERNING = frozenset(
    [
        "microsoft.authorization",
        "microsoft.management",
        "microsoft.managedservices",
        "microsoft.resources",
        "microsoft.subscription",
    ]
)
"""Providers whose resources change what others may do. One of them that nothing here obeys must not be kept: a lock that
does not hold is worse than none."""

TEMPLATE_SPECS = frozenset(("microsoft.resources/templatespecs", "microsoft.resources/templatespecs/versions"))
"""Types of such a provider that are kept all the same, in lower case: deployments are made from them, and they govern nobody."""

WRITE_ONLY = frozenset(("adminpassword", "administratorloginpassword", "customdata", "protectedsettings"))
"""Properties, in lower case, that providers accept and never show."""


def check_group_name(name: str) -> Iterator[Finding]:
    """Yield a finding unless `name` is 1-90 letters, digits or `-_.()` and does not end in a dot."""
    if len(name) > 90:
        yield Finding(
            "InvalidResourceGroupName",
            "name",
            f"The provided resource group name '{name}' is longer than 90 characters.",
        )
    elif _GROUP_NAME.fullmatch(name) is None or name.endswith("."):
        yield Finding(
            "InvalidResourceGroup",
            "name",
            f"The provided resource group name '{name}' has these invalid characters or ends in a period. "
            "The name can only be a letter, digit, '-', '.', '(', ')' or '_'.",
        )


def check_name(name: str) -> Iterator[Finding]:
    """Yield a finding for a resource name with control characters, one of `<>%&\\?/#"'`, a dot or space at its end, or over-long."""
    if (
        not name.strip()
        or len(name) > LONGEST_NAME
        or name[-1] in ". "
        or any(sign in _NAME_FORBIDS or ord(sign) < 32 for sign in name)
    ):
        yield Finding(
            "InvalidResourceName",
            "name",
            f"The resource name '{name[:LONGEST_NAME]}' is invalid. Use at most {LONGEST_NAME} characters, none of "
            "<>%&\\?/#\"' or a control character, and no period or space at the end.",
        )


def check_tags(tags: object, at: str = "tags") -> Iterator[Finding]:
    """Yield every fault of a tag set: more than 50, a name over 512 or with `<>%&\\?/`, a value over 256 or no text."""
    if tags is None:
        return
    if not isinstance(tags, Mapping):
        yield Finding("InvalidTags", at, "Tags are an object of names and text values.")
        return
    if len(tags) > MOST_TAGS:
        yield Finding(
            "InvalidTagCount", at, f"The number of tags '{len(tags)}' is more than the maximum of '{MOST_TAGS}'."
        )
    if len({str(name).lower() for name in tags}) < len(tags):
        yield Finding("InvalidTagNames", at, "Tag names ignore case: the same name is given twice.")
    for name, value in tags.items():
        yield from _check_tag(str(name), value, at)


def _check_tag(name: str, value: Any, at: str) -> Iterator[Finding]:
    if not name.strip() or len(name) > LONGEST_TAG_NAME:
        yield Finding(
            "InvalidTagNameLength", f"{at}.{name[:64]}", f"A tag name has 1 to {LONGEST_TAG_NAME} characters."
        )
    elif _TAG_NAME_FORBIDS & set(name) - (_HIDDEN_LINK_ADDS if name.startswith("hidden-link:") else set()):
        yield Finding("InvalidTagNameCharacters", f"{at}.{name}", f"The tag name '{name}' holds one of <>%&\\?/.")
    if not isinstance(value, str):
        yield Finding("InvalidTagValue", f"{at}.{name[:64]}", f"The value of tag '{name[:64]}' is not text.")
    elif len(value) > LONGEST_TAG_VALUE:
        yield Finding(
            "InvalidTagValueLength",
            f"{at}.{name[:64]}",
            f"Tag value too large. Following tag value '{value[:64]}...' exceeded the maximum length of "
            f"'{LONGEST_TAG_VALUE}' characters.",
        )


def check_group_location(location: object) -> Iterator[Finding]:
    """Yield a finding unless a region is named."""
    if not isinstance(location, str) or not location.strip():
        yield Finding("LocationRequired", "location", "The location property is required for this definition.")
    elif regions.region_of(regions.normal(location)) is None:
        names = ",".join(region.name for region in regions.regions())
        yield Finding(
            "LocationNotAvailableForResourceGroup",
            "location",
            f"The provided location '{location}' is not available for resource group. "
            f"List of available regions is '{names}'.",
        )


def check_location(location: str | None, type_: str, *, top_level: bool) -> Iterator[Finding]:
    """Yield a finding when a resource of this type must say where it lives and does not, or names no known region.

    Children and extensions live where their parent does; so do the providers of `PROXY_NAMESPACES`.
    """
    if location is None:
        if top_level and type_.split("/", maxsplit=1)[0].lower() not in PROXY_NAMESPACES:
            yield Finding("LocationRequired", "location", "The location property is required for this definition.")
    elif not regions.is_location(regions.normal(location)):
        names = ",".join(region.name for region in regions.regions())
        yield Finding(
            "LocationNotAvailableForResourceType",
            "location",
            f"The provided location '{location}' is not available for resource type '{type_}'. "
            f"List of available regions for the resource type is '{names}'.",
        )


def governs(namespace: str) -> bool:
    """Return whether the resources of a provider change what others may do; it keeps them itself."""
    return namespace.lower() in GOVERNING


def check_kept(type_: str) -> Iterator[Finding]:
    """Yield a finding for a type that would have to govern others and is not served by an operation of its own."""
    if governs(type_.split("/", maxsplit=1)[0]) and type_.lower() not in TEMPLATE_SPECS:
        yield Finding(
            "ResourceTypeNotSupported",
            "type",
            f"The resource type '{type_}' is not supported by this server: it would be stored without any effect.",
        )


def needs_no_registration(namespace: str) -> bool:
    """Return whether every subscription may use the provider without registering."""
    return namespace.lower() in REGISTRATION_FREE


def is_namespace(text: str) -> bool:
    """Return whether `text` looks like a provider's namespace."""
    return _NAMESPACE.fullmatch(text) is not None


def kept_properties(type_: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the properties as they are kept: without secrets, but for a template, which only names them."""
    return dict(properties) if type_.lower() in TEMPLATE_SPECS else dict(without_secrets(properties))


def without_secrets(value: Any) -> Any:
    """Return a value without what providers take and never give back: passwords, start-up data, script settings."""
    if isinstance(value, Mapping):
        return {name: without_secrets(inner) for name, inner in value.items() if name.lower() not in WRITE_ONLY}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value
