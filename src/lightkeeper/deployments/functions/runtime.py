"""Functions that look at resources while they are being deployed: `reference`, `references`, `list*`."""

from lightkeeper.deployments.environment import RUNTIME, Environment, Runtime
from lightkeeper.deployments.faults import LanguageFault, NotYetKnown
from lightkeeper.deployments.functions.registry import Function, Kind, aware, failed, text
from lightkeeper.deployments.values import Value


def _runtime(environment: Environment) -> Runtime:
    if environment.runtime is None:
        raise NotYetKnown
    return environment.runtime


def _full(name: str, value: Value) -> bool:
    if value is None:
        return False
    if text(name, value).lower() != "full":
        raise failed(name, f"The last argument must be 'Full', while '{value}' was provided.")
    return True


@aware("reference", 1, 3, places=RUNTIME)
def reference(environment: Environment, target: Value, api_version: Value = None, full: Value = None) -> Value:
    """Return a resource's properties as they are now, or with 'Full' everything about it."""
    version = None if api_version is None else text("reference", api_version)
    return _runtime(environment).reference(text("reference", target), version, _full("reference", full))


@aware("references", 1, 2, places=RUNTIME)
def references(environment: Environment, loop: Value, full: Value = None) -> Value:
    """Return the properties of every instance of a loop of a symbolic template."""
    if environment.loops:
        raise LanguageFault("The template function 'references' is not expected at this location.")
    return _runtime(environment).references(text("references", loop), _full("references", full))


def lister(name: str) -> Function:
    """Return the function `list`, `listKeys`, `listSecrets` ...: every name that begins so is an action of a resource."""

    def act(environment: Environment, target: Value, api_version: Value, body: Value = None) -> Value:
        return _runtime(environment).list(text(name, target), name, text(name, api_version), body)

    return Function(name, 2, 3, Kind.AWARE, act, RUNTIME)
