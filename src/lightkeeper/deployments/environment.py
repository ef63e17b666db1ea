"""What an expression can see from where it stands."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol

from lightkeeper.deployments.expressions import Node
from lightkeeper.deployments.faults import LanguageFault
from lightkeeper.deployments.values import Value

NOTHING: Mapping[str, Value] = MappingProxyType({})

MOST_CALLS = 500_000
"""Function calls of one evaluation: a bound against loops inside loops, not a public limit."""


class ScopeKind(StrEnum):
    """Where a deployment goes."""

    TENANT = "tenant"
    MANAGEMENT_GROUP = "managementGroup"
    SUBSCRIPTION = "subscription"
    RESOURCE_GROUP = "resourceGroup"


class Place(StrEnum):
    """Where an expression stands; it decides which functions may be called."""

    PARAMETER = "parameter"  # a default value
    VARIABLE = "variable"
    FUNCTION = "function"  # the output of a function the template defines
    START = "start"  # what must be known before anything is deployed: names, types, conditions, counts
    BODY = "body"  # a resource's location, sku, tags, identity
    PROPERTIES = "properties"  # a resource's properties
    OUTPUT = "output"


RUNTIME = frozenset({Place.PROPERTIES, Place.OUTPUT})
"""Where `reference` and `list*` may be called (public function reference, "valid uses")."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The facts about a deployment that functions report; plain JSON, kept with the deployment."""

    kind: ScopeKind
    scope: str  # ARM id of the scope, `/` for the tenant
    tenant: Mapping[str, Value]
    subscription: Mapping[str, Value] | None = None
    resource_group: Mapping[str, Value] | None = None
    management_group: Mapping[str, Value] | None = None
    deployment: Mapping[str, Value] = field(default_factory=dict)
    deployer: Mapping[str, Value] = field(default_factory=dict)
    assumed: bool = False  # the resource group is still to be created: only its name is known

    @property
    def subscription_id(self) -> str | None:
        """Return the subscription's id, None above subscriptions."""
        return None if self.subscription is None else self.subscription["subscriptionId"]

    @property
    def group_name(self) -> str | None:
        """Return the resource group's name in its stored spelling, None outside of one."""
        return None if self.resource_group is None else self.resource_group["name"]


class Names(Protocol):
    """The parameters, variables and functions an expression may name."""

    def parameter(self, name: str) -> Value:
        """Return a parameter's value. Raises `LanguageFault` when there is none of this name."""
        ...

    def variable(self, name: str) -> Value:
        """Return a variable's value, evaluated when first asked for."""
        ...

    def call(self, environment: "Environment", namespace: str, name: str, arguments: Sequence[Value]) -> Value:
        """Return what the template's own function gives."""
        ...


class Library(Protocol):
    """What every template may look up without touching a resource: clouds, roles, providers, zones."""

    def cloud(self) -> Mapping[str, Value]:
        """Return what `environment()` reports."""
        ...

    def role_definition(self, name: str) -> str | None:
        """Return the id (a GUID) of the built-in role of this name."""
        ...

    def provider(self, namespace: str, resource_type: str | None) -> Value:
        """Return what `providers()` reports."""
        ...


class Runtime(Protocol):
    """Resources as they are now; there is none while a deployment is only planned."""

    def reference(self, target: str, api_version: str | None, full: bool) -> Value:
        """Return a resource's properties (or its full form) by name, symbol or id."""
        ...

    def references(self, loop: str, full: bool) -> Value:
        """Return the properties of every instance of a loop, in order."""
        ...

    def list(self, target: str, action: str, api_version: str, body: Value) -> Value:
        """Return what the resource's `list...` action answers."""
        ...


@dataclass(slots=True)
class Budget:
    """How many calls one evaluation has made."""

    calls: int = 0

    def spend(self) -> None:
        """Count one call; raise `LanguageFault` when there were too many."""
        self.calls += 1
        if self.calls > MOST_CALLS:
            raise LanguageFault("The template language expressions of this template take too long to evaluate.")


@dataclass(frozen=True, slots=True)
class Environment:
    """Everything an expression can see."""

    surroundings: Surroundings
    names: Names
    place: Place
    now: datetime
    library: Library
    runtime: Runtime | None = None
    loops: Mapping[str, int] = field(default_factory=dict)  # loop name in lower case -> index
    loop: str | None = None  # the loop `copyIndex()` without a name means
    local: Mapping[str, Value] = field(default_factory=dict)  # lambda variables, in lower case
    budget: Budget = field(default_factory=Budget)

    def at(self, place: Place) -> "Environment":
        """Return the same environment at another place."""
        return replace(self, place=place)

    def looping(self, name: str, index: int, *, unnamed: bool = False) -> "Environment":
        """Return the environment of one turn of a loop; `unnamed` makes it what a bare `copyIndex()` means."""
        return replace(self, loops={**self.loops, name.lower(): index}, loop=name.lower() if unnamed else self.loop)


Evaluate = Callable[[Node, Environment], Value]
