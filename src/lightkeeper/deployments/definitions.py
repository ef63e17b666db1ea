"""The functions a template defines itself: what their outputs may call, said before anybody calls them."""

from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.deployments.declared import Placer
from lightkeeper.deployments.expressions import Call, Literal, calls_in, is_expression, parse
from lightkeeper.deployments.faults import LanguageFault, TemplateFault
from lightkeeper.deployments.values import Value, lookup, text_of

_HELP = "Please see https://aka.ms/arm-template/#functions for usage details."


def check_definition(name: str, member: Mapping[str, Any], at: str, placer: Placer, *, symbolic: bool) -> None:
    """Raise `TemplateFault` when a function's output sees more than the function's own parameters.

    Variables, resources and, before language version 2, the template's other functions are out of reach.
    """
    own = {text_of(lookup(one, "name")).lower() for one in lookup(member, "parameters") or () if isinstance(one, dict)}
    line, column = placer(at)
    where = f"The template function '{name}' at line '{line}' and column '{column}' is not valid"
    try:
        calls = list(_calls(lookup(lookup(member, "output"), "value")))
    except LanguageFault as fault:
        raise TemplateFault(f"{where}: {fault.message} {_HELP}", f"{at}.output.value") from fault
    beyond = dict.fromkeys(_name(call) for call in calls if _out_of_reach(call, symbolic=symbolic))
    if beyond:
        raise TemplateFault(
            f"{where}. These function calls are not supported in a function definition: '{', '.join(beyond)}'. {_HELP}",
            at,
        )
    for call in calls:
        asked = call.arguments[0] if call.name.lower() == "parameters" and len(call.arguments) == 1 else None
        if isinstance(asked, Literal) and isinstance(asked.value, str) and asked.value.lower() not in own:
            raise TemplateFault(f"{where}: The template parameter '{asked.value}' is not found. {_HELP}", at)


def _calls(value: Value) -> Iterator[Call]:
    if isinstance(value, str) and is_expression(value):
        yield from calls_in(parse(value))
    elif isinstance(value, (dict, list)):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _calls(one)


def _name(call: Call) -> str:
    return f"{call.namespace}.{call.name}" if call.namespace else call.name


def _out_of_reach(call: Call, *, symbolic: bool) -> bool:
    name = call.name.lower()
    if call.namespace:
        return not symbolic
    return name in ("variables", "reference", "references") or name.startswith("list")
