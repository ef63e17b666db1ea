"""Clause: every request names an api-version, and it is one that the type is served in."""

import re
from collections.abc import Sequence

from lightkeeper.kernel.problems import Invalid

_FORM = re.compile(r"\d{4}-\d{2}-\d{2}(-(preview|alpha|beta|privatepreview|rc))?", re.IGNORECASE)
_FRONT_DOOR = "microsoft.resources/"


def check_present(version: str) -> None:
    """Raise when the query has no api-version."""
    if not version:
        raise Invalid(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )


def check_served(version: str, served: Sequence[str], resource_type: str) -> None:
    """Raise when `version` is not among `served`; an empty `served` takes any version of the right form.

    `resource_type` is empty for the paths that are the front door's own.
    """
    if not served:
        if _FORM.fullmatch(version):
            return
        raise Invalid(
            "InvalidApiVersionParameter", f"The api-version '{version}' is invalid. It is a date such as '2024-07-01'."
        )
    if version.lower() in served:
        return
    known = ",".join(sorted(served, reverse=True))
    if "/" not in resource_type or resource_type.lower().startswith(_FRONT_DOOR):
        raise Invalid(
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. The supported versions are '{known}'.",
        )
    raise Invalid(
        "NoRegisteredProviderFound",
        f"No registered resource provider found for location 'global' and API version '{version}' for type "
        f"'{resource_type.partition('/')[2]}'. The supported api-versions are '{known}'. The supported locations are 'global'.",
    )
