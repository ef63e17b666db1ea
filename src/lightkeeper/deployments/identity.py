"""Which resource a template's type, name and scope mean: segments, full ids, and the forms in which others refer to it."""

from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.kernel.resource_id import ROOT, MalformedId, parse

DEPLOYMENTS = "microsoft.resources/deployments"
RESOURCE_GROUPS = "microsoft.resources/resourcegroups"


def segments(resource_type: str, name: str) -> tuple[str, list[str], list[str]]:
    """Return namespace, types and names. Raises `LanguageFault` when their numbers do not fit together."""
    namespace, *types = resource_type.strip("/").split("/")
    names = name.split("/")
    if "providers" in (one.lower() for one in types):
        # The old way to write an extension may spell the namespace in the type and in the name; once is enough.
        at = [one.lower() for one in types].index("providers")
        if at + 1 < len(types) and "." in types[at + 1]:
            del types[at + 1]
    if not types or len(types) != len(names) or not all(types) or "." not in namespace:
        raise LanguageFault("segments")
    return namespace, types, names


def id_of(scope: str, resource_type: str, name: str) -> str:
    """Return the full id of a resource of this type and name at `scope`. Raises `LanguageFault` when it has none."""
    namespace, types, names = segments(resource_type, name)
    if resource_type.lower() == RESOURCE_GROUPS:
        return f"{scope}/resourceGroups/{name}"
    pairs = [part for pair in zip(types, names, strict=True) for part in pair]
    base = "" if scope == ROOT else scope
    return "/".join((f"{base}/providers/{namespace}", *pairs))


def forms(resource_type: str, name: str) -> set[str]:
    """Return the short ways to mean a resource in `dependsOn`: its name, `type/name`, types then names, types and names in turn."""
    namespace, types, names = segments(resource_type, name)
    in_turn = turns(resource_type, name)
    return {name.lower(), f"{resource_type}/{name}".lower(), "/".join((namespace, *types, *names)).lower(), in_turn}


def extended(scope: str, given: str) -> str:
    """Return the scope that a resource's `scope` means: `/`, a full id, or a resource `Ns/type/name` of the deployment's scope.

    Raises `LanguageFault` when it means nothing.
    """
    if given == ROOT:
        return ROOT
    try:
        if given.startswith("/"):
            return parse(given).text
        parts = given.strip("/").split("/")
        if len(parts) >= 3 and len(parts) % 2:
            if parts[0].lower() == "microsoft.management":
                return parse(f"/providers/{given.strip('/')}").text
            return id_of(scope, "/".join((parts[0], *parts[1::2])), "/".join(parts[2::2]))
    except MalformedId:
        pass
    raise LanguageFault(f"The scope '{given}' is not valid: write a resource id, 'Namespace/type/name' or '/'.")


def turns(resource_type: str, name: str) -> str:
    """Return `namespace/type/name/type/name` in lower case: the end of the resource's id."""
    namespace, types, names = segments(resource_type, name)
    return "/".join((namespace, *(part for pair in zip(types, names, strict=True) for part in pair))).lower()
