"""Functions that say where, by whom and as what something is deployed."""

from collections.abc import Mapping
from typing import Any

from lightkeeper.deployments.environment import Environment, Place
from lightkeeper.deployments.faults import Misspelled
from lightkeeper.deployments.functions.registry import aware, failed, integer, text
from lightkeeper.deployments.values import Value

_NOT_IN_FUNCTIONS = frozenset(Place) - {Place.FUNCTION}


def _given(name: str, value: Mapping[str, Any] | None) -> dict[str, Any]:
    if value is None:
        raise Misspelled(f"The template function '{name}' is not expected at this location.")
    return dict(value)


@aware("parameters", 1)
def parameters(environment: Environment, name: Value) -> Value:
    """Return the value of a parameter."""
    return environment.names.parameter(text("parameters", name))


@aware("variables", 1, places=_NOT_IN_FUNCTIONS - {Place.PARAMETER})
def variables(environment: Environment, name: Value) -> Value:
    """Return the value of a variable."""
    return environment.names.variable(text("variables", name))


@aware("copyIndex", 0, 2)
def copy_index(environment: Environment, *values: Value) -> int:
    """Return which turn of a loop this is, from 0, plus an offset."""
    named = bool(values) and isinstance(values[0], str)
    if len(values) > 1:
        text("copyIndex", values[0])
    offset = integer("copyIndex", values[-1]) if len(values) > named else 0
    if named:
        index = environment.loops.get(values[0].lower())
        if index is None:
            raise Misspelled(
                f"The provided copy name '{values[0]}' doesn't exist in the resource."
                " Please see https://aka.ms/arm-resource-functions/#copyindex for usage details."
            )
        return index + offset
    if environment.loop is None:
        raise Misspelled(
            "The template function 'copyIndex' is not expected at this location."
            " The function can only be used in a resource with copy specified."
            " Please see https://aka.ms/arm-resource-functions/#copyindex for usage details."
        )
    return environment.loops[environment.loop] + offset


@aware("subscription", 0)
def subscription(environment: Environment) -> Value:
    """Return the subscription that is deployed to."""
    return _given("subscription", environment.surroundings.subscription)


@aware("resourceGroup", 0)
def resource_group(environment: Environment) -> Value:
    """Return the resource group that is deployed to."""
    return _given("resourceGroup", environment.surroundings.resource_group)


@aware("managementGroup", 0)
def management_group(environment: Environment) -> Value:
    """Return the management group that is deployed to."""
    return _given("managementGroup", environment.surroundings.management_group)


@aware("tenant", 0)
def tenant(environment: Environment) -> Value:
    """Return the tenant that is deployed to."""
    return _given("tenant", environment.surroundings.tenant)


@aware("deployment", 0)
def deployment(environment: Environment) -> Value:
    """Return the deployment itself."""
    return _given("deployment", environment.surroundings.deployment)


@aware("deployer", 0)
def deployer(environment: Environment) -> Value:
    """Return who deploys."""
    return _given("deployer", environment.surroundings.deployer)


@aware("environment", 0)
def environment_(environment: Environment) -> Value:
    """Return the addresses of the cloud."""
    return dict(environment.library.cloud())


@aware("roleDefinitions", 1)
def role_definitions(environment: Environment, name: Value) -> Value:
    """Return the id of the built-in role of this name, as a resource id and as a GUID."""
    wanted = text("roleDefinitions", name)
    found = environment.library.role_definition(wanted)
    if found is None:
        raise failed("roleDefinitions", f"There is no built-in role named '{wanted}'.")
    return {"id": f"/providers/Microsoft.Authorization/roleDefinitions/{found}", "roleDefinitionId": found}


@aware("providers", 1, 2)
def providers(environment: Environment, namespace: Value, resource_type: Value = None) -> Value:
    """Return a resource provider's types, or one of them."""
    wanted = None if resource_type is None else text("providers", resource_type)
    return environment.library.provider(text("providers", namespace), wanted)


@aware("pickZones", 3, 5)
def pick_zones(environment: Environment, *values: Value) -> list[str]:
    """Return availability zones of a type in a region; regions without zones give none."""
    for value in values[:3]:
        text("pickZones", value)
    count = integer("pickZones", values[3]) if len(values) > 3 else 1
    offset = integer("pickZones", values[4]) if len(values) > 4 else 0
    if not 1 <= count <= 3 or not 0 <= offset <= 2 or count + offset > 3:
        raise failed("pickZones", f"'{count}' zones from offset '{offset}' cannot be picked out of three.")
    if values[0].lower() not in ZONAL or values[2].lower().replace(" ", "") not in ZONED:
        return []
    return [str(zone) for zone in range(offset + 1, offset + count + 1)]


ZONAL = frozenset({"microsoft.compute", "microsoft.containerservice", "microsoft.network"})
"""Namespaces whose resources may be pinned to a zone."""

ZONED = frozenset(
    {"westus2", "westus3", "eastus", "eastus2", "centralus", "southcentralus", "northeurope", "westeurope", "uksouth",
     "francecentral", "germanywestcentral", "swedencentral", "switzerlandnorth", "norwayeast", "southeastasia", "japaneast",
     "australiaeast", "canadacentral", "brazilsouth", "koreacentral", "centralindia", "southafricanorth", "uaenorth"}
)  # fmt: skip
"""Regions with three availability zones."""


@aware("toLogicalZone", 3)
def to_logical_zone(environment: Environment, *values: Value) -> str:
    """Return a zone's number inside the subscription; an unknown zone gives an empty text."""
    return _mapped_zone("toLogicalZone", values[1], values[2], logical=True)


@aware("toPhysicalZone", 3)
def to_physical_zone(environment: Environment, *values: Value) -> str:
    """Return a zone's name across subscriptions; an unknown zone gives an empty text."""
    return _mapped_zone("toPhysicalZone", values[1], values[2], logical=False)


@aware("toLogicalZones", 3)
def to_logical_zones(environment: Environment, *values: Value) -> list[str]:
    """Return the numbers of several zones; unknown ones are left out."""
    return [found for zone in values[2] if (found := _mapped_zone("toLogicalZones", values[1], zone, logical=True))]


@aware("toPhysicalZones", 3)
def to_physical_zones(environment: Environment, *values: Value) -> list[str]:
    """Return the names of several zones; unknown ones are left out."""
    return [found for zone in values[2] if (found := _mapped_zone("toPhysicalZones", values[1], zone, logical=False))]


def _mapped_zone(name: str, location: Value, zone: Value, *, logical: bool) -> str:
    """Return the counterpart of a zone. Here every subscription sees the zones under the same numbers."""
    region = text(name, location).lower().replace(" ", "")
    wanted = text(name, zone)
    if region not in ZONED:
        return ""
    pairs = {str(n): f"{region}-az{n}" for n in (1, 2, 3)}
    if logical:
        pairs = {physical: number for number, physical in pairs.items()}
    return pairs.get(wanted.lower(), "")
