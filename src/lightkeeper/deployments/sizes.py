"""How large a template may be: one resource as it is written, and all of them with their loops expanded."""

from collections.abc import Mapping, Sequence
from typing import Any

from lightkeeper.deployments.faults import RESOURCES_HELP, TemplateFault
from lightkeeper.deployments.names import TemplateNames
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.values import json_of

LARGEST, LARGEST_RESOURCE = 4 * 1024 * 1024, 1024 * 1024
"""Bytes of a template with its loops expanded, and of the definition of one resource (public template limits)."""


def check(names: TemplateNames, instances: Sequence[Planned]) -> None:
    """Raise `TemplateFault` when a resource, or all of them with their loops expanded, are larger than a template may be."""
    sizes = {id(one.source): _size_of(one.source) for one in names.template.resources}
    for one in instances:
        size = sizes[id(one.declared.source)]
        if size > LARGEST_RESOURCE:
            raise TemplateFault(
                f"The template resource '{one.name}' {names.template.where(one.declared.path)} is not valid: its definition has"
                f" '{size}' bytes, and a resource may have at most '{LARGEST_RESOURCE}'. {RESOURCES_HELP}",
                one.declared.path,
            )
    whole = sum(sizes[id(one.declared.source)] for one in instances)
    if whole > LARGEST:
        raise TemplateFault(
            f"The template has '{whole}' bytes when its copy loops are expanded, and may have at most '{LARGEST}'."
            f" {RESOURCES_HELP}",
            f"{names.template.path}.resources",
        )


def _size_of(source: Mapping[str, Any]) -> int:
    """Return the bytes of a resource as it is written, without its children."""
    return len(json_of({key: value for key, value in source.items() if key.lower() != "resources"}).encode())
