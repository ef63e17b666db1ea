"""Secrets of lead destinations: sealed where they are kept, never shown, and kept when a mask comes back in their place."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

MASK = "*****"
_SECRETS = frozenset({"storageAccountConnectionString", "applicationKey", "password", "clientSecret"})
_SEALED = _SECRETS | {"httpsEndpointUrl"}
"""Addresses are shown to the publisher, and are sealed too: the key of many an endpoint stands in its query."""


def masked(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with a mask in place of every secret."""
    return _each(document, _SECRETS, lambda _secret: MASK)


def each_secret(document: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """Return the document with every secret text changed; what its tables seal and open."""
    return _each(document, _SEALED, lambda secret: change(secret) if isinstance(secret, str) else secret)


def unmasked(document: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the secrets of `before` where it has a mask."""
    if not isinstance(document.get("customerLeads"), dict):
        return document
    leads = deepcopy(document["customerLeads"])
    _fill(leads, before.get("customerLeads"))
    return {**document, "customerLeads": leads}


def _each(document: dict[str, Any], names: frozenset[str], change: Callable[[Any], Any]) -> dict[str, Any]:
    if not isinstance(document.get("customerLeads"), dict):
        return document
    return {**document, "customerLeads": _changed(document["customerLeads"], names, change)}


def _changed(value: Any, names: frozenset[str], change: Callable[[Any], Any]) -> Any:
    if isinstance(value, dict):
        return {
            key: change(part) if key in names and part else _changed(part, names, change) for key, part in value.items()
        }
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
