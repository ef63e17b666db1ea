"""Secrets of lead destinations: never shown, and kept when a document comes back with the mask in their place."""

from copy import deepcopy
from typing import Any

MASK = "*****"
_SECRETS = frozenset({"storageAccountConnectionString", "applicationKey", "password", "clientSecret"})


def masked(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with a mask in place of every secret."""
    if not isinstance(document.get("customerLeads"), dict):
        return document
    return {**document, "customerLeads": _mask(document["customerLeads"])}


def unmasked(document: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the secrets of `before` where it has a mask."""
    if not isinstance(document.get("customerLeads"), dict):
        return document
    leads = deepcopy(document["customerLeads"])
    _fill(leads, before.get("customerLeads"))
    return {**document, "customerLeads": leads}


def _mask(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: MASK if key in _SECRETS and part else _mask(part) for key, part in value.items()}
    return value


def _fill(value: Any, before: Any) -> None:
    if not isinstance(value, dict):
        return
    old = before if isinstance(before, dict) else {}
    for key, part in value.items():
        if key in _SECRETS and part == MASK:
            value[key] = old.get(key, "")
        else:
            _fill(part, old.get(key))
