"""The meaning of an expression: a tree and an environment give a value."""

from collections.abc import Mapping

from lightkeeper.deployments import functions
from lightkeeper.deployments.environment import RUNTIME, Environment
from lightkeeper.deployments.expressions import Access, Call, Literal, Node, calls_in, is_expression, literal_of, parse
from lightkeeper.deployments.faults import LanguageFault, Misspelled
from lightkeeper.deployments.functions.lambdas import TAKE_LAMBDAS, Lambda
from lightkeeper.deployments.functions.registry import Kind
from lightkeeper.deployments.values import Value, bounded, is_int, member, text_of


def evaluate(node: Node, environment: Environment) -> Value:
    """Return the value of a tree. Raises `LanguageFault`, or `NotYetKnown` where a resource would have to be asked."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Access):
        return access(evaluate(node.base, environment), evaluate(node.key, environment))
    environment.budget.spend()
    if node.namespace:
        arguments = [_plain(evaluate(argument, environment)) for argument in node.arguments]
        return environment.names.call(environment, node.namespace, node.name, arguments)
    return _builtin(node, environment)


def _builtin(node: Call, environment: Environment) -> Value:
    found = functions.find(node.name)
    if found is None:
        raise Misspelled(f"The template function '{node.name}' is not valid.")
    found.check_place(environment.place)
    found.check_count(len(node.arguments))
    if found.places is RUNTIME and environment.local and _of_a_lambda(node):
        raise Misspelled("The template function 'lambdaVariables' is not expected at this location.")
    if found.kind is Kind.LAZY:
        return found.body(environment, node.arguments, evaluate)
    values = [evaluate(argument, environment) for argument in node.arguments]
    if found.name.lower() not in TAKE_LAMBDAS:
        values = [_plain(value) for value in values]
    if found.kind is Kind.AWARE:
        return found.body(environment, *values)
    return bounded(found.body(*values), found.name)


def _of_a_lambda(node: Call) -> bool:
    """Return whether a resource would be named by a variable of a lambda: which ones are asked must be known before."""
    return any(one.name.lower() == "lambdavariables" for one in calls_in(node))


def text_value(text: str, environment: Environment) -> Value:
    """Return what a string of a template stands for: an expression's value, or the string itself."""
    return _plain(evaluate(parse(text), environment)) if is_expression(text) else literal_of(text)


def _plain(value: Value) -> Value:
    """Return the value, unless it is a function: those are for functions that take one."""
    if isinstance(value, Lambda):
        raise LanguageFault("The template function 'lambda' is not expected at this location.")
    return value


def access(base: Value, key: Value) -> Value:
    """Return a property (without regard to case) or an element. Raises `LanguageFault` when it is not there."""
    if isinstance(base, Mapping):
        if not isinstance(key, str):
            raise LanguageFault(
                f"The language expression property '{text_of(key)}' can't be evaluated, property name must be a string."
            )
        found = member(base, key)
        if found is None:
            available = ", ".join(base)
            raise LanguageFault(
                f"The language expression property '{key}' doesn't exist, available properties are '{available}'."
            )
        return base[found]
    if isinstance(base, list) and is_int(key):
        if not 0 <= key < len(base):
            raise LanguageFault(f"The language expression property array index '{key}' is out of bounds.")
        return base[key]
    raise LanguageFault(f"The language expression property '{text_of(key)}' can't be evaluated.")
