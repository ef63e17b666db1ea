"""Complete mode: what a resource group holds and the template does not name."""

from collections.abc import Collection, Iterable

from lightkeeper.kernel.resource_id import parse

NOT_OF_THE_GROUP = frozenset({"microsoft.authorization", "microsoft.managedservices", "microsoft.resources"})
"""Providers whose resources at a group speak about the group and are not among the resources it holds."""

_TEMPLATE_SPECS = "microsoft.resources/templatespecs"  # this one is held like any other


def left_over(held: Iterable[str], wanted: Collection[str]) -> list[str]:
    """Return the ids of the group's own resources that are not wanted (lower-case ids).

    Children and extensions are left to their resources: they go with them, and stay with them.
    """
    return [one for one in held if one.lower() not in wanted and _of_the_group(one)]


def _of_the_group(text: str) -> bool:
    id_ = parse(text)
    above = id_.parent
    own = id_.namespace.lower() not in NOT_OF_THE_GROUP or id_.type.lower() == _TEMPLATE_SPECS
    return len(id_.types) == 1 and own and (above is None or not above.namespace)
