"""What the expressions of one template may name: its parameters, its variables, its own functions.

Variables and default values are evaluated when they are first asked for, in whatever order that is; one that asks for
itself on the way is a fault.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from lightkeeper.deployments import constraints
from lightkeeper.deployments.body import evaluated
from lightkeeper.deployments.environment import Budget, Environment, Library, Place, Runtime, Surroundings
from lightkeeper.deployments.faults import FUNCTIONS_HELP, PARAMETERS_HELP, LanguageFault, Misspelled, TemplateFault
from lightkeeper.deployments.lenient_json import step
from lightkeeper.deployments.template import Template
from lightkeeper.deployments.values import Value, lookup, member, text_of

_MISSING = object()


class TemplateNames:
    """The names of one template, with the parameters it was given."""

    def __init__(
        self,
        template: Template,
        given: Mapping[str, Value],
        surroundings: Surroundings,
        now: datetime,
        library: Library,
    ) -> None:
        """Take the parameters' values as they are; `bind` checks them."""
        self.template = template
        self.surroundings = surroundings
        self._given = given
        self._values: dict[str, Value] = {}
        self._open: list[str] = []
        self._now = now
        self._library = library
        self._budget = Budget()
        self.loops = _variable_loops(template)

    def environment(self, place: Place, runtime: Runtime | None = None) -> Environment:
        """Return what an expression at `place` of this template sees."""
        return Environment(
            surroundings=self.surroundings,
            names=self,
            place=place,
            now=self._now,
            library=self._library,
            runtime=runtime,
            budget=self._budget,
        )

    def parameter(self, name: str) -> Value:
        """Return a parameter's value: the given one, its default, or null for a nullable one."""
        key = member(self.template.parameters, name)
        if key is None:
            raise Misspelled(
                f"The template parameter '{name}' is not found. Please see https://aka.ms/arm-template/#parameters for usage details."
            )
        given = member(self._given, key)
        if given is not None:
            return self._given[given]
        declared = self.template.parameters[key]
        default = member(declared, "defaultValue")
        path = f"{step(f'{self.template.path}.parameters', key)}"
        if default is not None:
            return self._once(f"parameter {key.lower()}", declared[default], Place.PARAMETER, f"{path}.defaultValue")
        if lookup(constraints.resolved(declared, self.template.definitions), "nullable") is True:
            return None
        raise LanguageFault(
            f"The value for the template parameter '{key}' {self.template.where(path)} is not provided. {PARAMETERS_HELP}",
            path,
        )

    def variable(self, name: str) -> Value:
        """Return a variable's value."""
        variables = self.template.variables
        key = member(variables, name)
        path = f"{self.template.path}.variables"
        loop = self.loops.get(name.lower())
        if loop is not None:
            source: Value = {"copy": [loop]}
            return self._once(f"variable {name.lower()}", source, Place.VARIABLE, path)[loop_name(loop)]
        if key is None or (key.lower() == "copy" and isinstance(variables[key], list)):
            raise Misspelled(
                f"The template variable '{name}' is not found. Please see https://aka.ms/arm-template/#variables for usage details."
            )
        return self._once(f"variable {key.lower()}", variables[key], Place.VARIABLE, step(path, key))

    def call(self, environment: Environment, namespace: str, name: str, arguments: Sequence[Value]) -> Value:
        """Return what one of the template's own functions gives."""
        declared = self.template.functions.get((namespace.lower(), name.lower()))
        if declared is None:
            raise Misspelled(f"The template function '{namespace}.{name}' is not valid.")
        wanted = lookup(declared, "parameters") or []
        if len(wanted) != len(arguments):
            raise Misspelled(
                f"Unable to evaluate template language function '{namespace}.{name}': function requires {len(wanted)} argument(s)"
                f" while {len(arguments)} were provided."
            )
        values: dict[str, Value] = {}
        for parameter, argument in zip(wanted, arguments, strict=True):
            label = text_of(lookup(parameter, "name"))
            for complaint in self._misfits(argument, parameter):
                raise LanguageFault(
                    f"The parameter '{label}' of the template function '{namespace}.{name}' is not valid: {complaint}"
                )
            values[label] = argument
        if len(self._open) > 100:
            raise LanguageFault("The template's functions call each other too deeply.")
        output = lookup(declared, "output")
        self._open.append(f"function {namespace}.{name}")
        try:
            inside = replace(
                environment,
                names=_FunctionNames(self, values),
                place=Place.FUNCTION,
                loops={},
                loop=None,
                local={},
                runtime=None,
            )
            result = evaluated(lookup(output, "value"), inside, "", drop_nulls=False)
        finally:
            self._open.pop()
        for complaint in self._misfits(result, output, "output"):
            raise LanguageFault(f"The output of the template function '{namespace}.{name}' is not valid: {complaint}")
        return result

    def _misfits(self, value: Value, schema: Mapping[str, Any], noun: str = "parameter") -> list[str]:
        found = constraints.complaints(
            value, schema, self.template.definitions, symbolic=self.template.symbolic, noun=noun
        )
        return list(found)

    def _once(self, label: str, source: Value, place: Place, path: str) -> Value:
        found = self._values.get(label, _MISSING)
        if found is not _MISSING:
            return found
        if label in self._open:
            circle = " -> ".join(one.split(" ", 1)[1] for one in [*self._open[self._open.index(label) :], label])
            raise LanguageFault(f"The template has a circular reference: '{circle}'.", path)
        if len(self._open) > 200:
            raise LanguageFault("The template's variables refer to each other too deeply.", path)
        self._open.append(label)
        try:
            self._values[label] = evaluated(source, self.environment(place), path, drop_nulls=False)
        except LanguageFault as fault:
            raise type(fault)(self._placed(label, fault), fault.path or path) from fault
        finally:
            self._open.pop()
        return self._values[label]

    def _placed(self, label: str, fault: LanguageFault) -> str:
        kind, name = label.split(" ", 1)
        section = "variables" if kind == "variable" else "parameters"
        if fault.message.startswith(
            ("The template variable '", "The template parameter '", "The template has a circular")
        ):
            return fault.message
        original = member(getattr(self.template, section), name) or name
        return f"The template {kind} '{original}' is not valid: {ended(fault.message)}"


class _FunctionNames:
    """What the output of a template's own function sees: its parameters and, in language version 2, the other functions."""

    def __init__(self, outer: TemplateNames, values: Mapping[str, Value]) -> None:
        self._outer = outer
        self._values = values

    def parameter(self, name: str) -> Value:
        key = member(self._values, name)
        if key is None:
            raise LanguageFault(f"The template parameter '{name}' is not found.")
        return self._values[key]

    def variable(self, name: str) -> Value:
        raise LanguageFault("These function calls are not supported in a function definition: 'variables'.")

    def call(self, environment: Environment, namespace: str, name: str, arguments: Sequence[Value]) -> Value:
        if not self._outer.template.symbolic:
            raise LanguageFault(
                f"These function calls are not supported in a function definition: '{namespace}.{name}'."
            )
        return self._outer.call(environment, namespace, name, arguments)


def ended(sentence: str) -> str:
    """Return the sentence with a full stop at its end."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def loop_name(loop: Mapping[str, Any]) -> str:
    """Return the name of a loop of variables."""
    return str(lookup(loop, "name"))


def _variable_loops(template: Template) -> dict[str, Mapping[str, Any]]:
    loops = lookup(template.variables, "copy")
    if not isinstance(loops, list):
        return {}
    return {
        loop_name(loop).lower(): loop
        for loop in loops
        if isinstance(loop, dict) and isinstance(lookup(loop, "name"), str)
    }


def check_variables(names: TemplateNames) -> None:
    """Evaluate every variable. Raises `TemplateFault` at the first fault."""
    template = names.template
    for name in [*(key for key in template.variables if key.lower() != "copy"), *names.loops]:
        try:
            names.variable(name)
        except LanguageFault as fault:
            raise TemplateFault(
                f"{ended(fault.message)} {FUNCTIONS_HELP}", fault.path or step(f"{template.path}.variables", name)
            ) from fault
