"""The pages of docs that are facts of the code: `python -m tests.guards.documents --write` writes them (`make docs`).

docs/errors.md    every code that is raised or found, with its status and text
docs/cli.md       every command and option
docs/rules.md     every rule of the public rule books, with what holds it and the tests that name it
docs/parity.md    every operation that is served, Graph's too, with the test that witnessed it; and what of the public
                  descriptions is not (these are read from ../shared/specs, or $LIGHTKEEPER_SHARED/specs)
"""

import ast
import json
import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import typer
from conformance.descriptions import asked_for
from conformance.not_served import NOT_SERVED

from lightkeeper.cli.app import app_of
from lightkeeper.delegation.objections import CREATE_REQUEST
from lightkeeper.kernel.problems import Problem
from lightkeeper.wire.arm.errors import STATUS
from lightkeeper.wire.arm.operation import ANY_TYPE, Operation
from lightkeeper.wire.arm.routing import Routes
from lightkeeper.wire.arm.table import operations
from lightkeeper.wire.entra import errors as sign_in
from tests.guards import graph_parity
from tests.guards.rules import rules_page
from tests.wire.arm.exchanges.runner import exchanges, situations

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "lightkeeper"
SHARED = Path(os.environ.get("LIGHTKEEPER_SHARED", ROOT.parent / "shared"))
KINDS = {kind.__name__: status for kind, status in STATUS.items()}
WITNESS = "tests/wire/arm/test_exchanges.py::test_exchange"

# --- errors ---------------------------------------------------------------------------------------------------------

ERRORS_HEAD = """\
# Codes

What a refusal says to programs. `code` is stable; the message is for people and names the thing it is about, here with
`…` in its place. Several faults of one request come together under `details`, each with its own code and `target`. A code
without a status is a finding: it stands in `details`, or gives its code to the problem when it is alone. The envelope is
Azure Resource Manager's, `{"error": {"code", "message", "target", "details"}}`; the sign-in surface answers
`{"error", "error_description", "error_codes"}`, where `AADSTS50126` is error code 50126, with the status told here; what is
wrong with an authorization request itself goes back to the program in its answer, or stands on a page.

An unexpected fault of ours is 500 `InternalServerError` with a correlation id and nothing else; the log has the rest.

| code | status | says |
|---|---|---|
"""


def codes() -> dict[str, tuple[set[int], str]]:
    """Return every code with the statuses it is raised with and the first text it is raised with."""
    found: dict[str, tuple[set[int], str]] = {}
    for file in sorted(SOURCE.rglob("*.py")):
        tree = _parsed(file)
        constants = _constants(tree)
        for scope in _functions(tree):
            for call in _calls(scope):
                name = _name(call.func)
                if not call.args or not (name in ("Finding", *OBJECTIONS) or name in KINDS):
                    continue
                coded, message = _said(name, call, constants)
                for code in _texts(coded, constants):
                    statuses, text = found.setdefault(code, (set(), message))
                    if name in KINDS:
                        text = text if statuses else message or text  # what is raised says more than a finding
                        statuses.add(KINDS[name])
                    found[code] = (statuses, text or message)
    for code, message in [
        *_passed_on(),
        *((rule, "A rule of the offer file's schema.") for rule in _rules_of_the_schema()),
    ]:
        statuses, text = found.setdefault(code, (set(), message))
        found[code] = (statuses, text or message)
    return found


OBJECTIONS = ("refused", "advised")
"""How delegation's rules say a finding with the number of its rule (delegation/objections.py)."""


def _said(name: str, call: ast.Call, constants: dict[str, str]) -> tuple[ast.expr, str]:
    """Return the code and the text of a finding or problem; an objection without a code has the usual one."""
    if name == "refused":
        given = next((one.value for one in call.keywords if one.arg == "code"), None)
        if given is None:
            return ast.Constant(CREATE_REQUEST), "A rule of registration definitions is broken; the text says which."
        return given, _message(call.args[2:]) or next(iter(_texts(call.args[2], constants)), "")
    if name == "advised" and len(call.args) > 1:
        return call.args[1], _message(call.args[3:])
    return call.args[0], _message(call.args[2 if name == "Finding" else 1 :])


def _passed_on() -> Iterator[tuple[str, str]]:
    """Yield codes and texts that reach a finding or a problem as arguments of a function of the same context."""
    for context in sorted({file.parent for file in SOURCE.rglob("*.py")}):
        trees = [_parsed(file) for file in context.glob("*.py")]
        takers: dict[str, int] = {}
        for tree in trees:
            for scope in _functions(tree):
                if isinstance(scope, ast.Module):
                    continue
                names = [one.arg for one in scope.args.args if one.arg != "self"]
                for call in _calls(scope):
                    first = call.args[0] if call.args else None
                    if (_name(call.func) in (*KINDS, "Finding")) and isinstance(first, ast.Name) and first.id in names:
                        takers[scope.name] = names.index(first.id)
        for tree in trees:
            constants = _constants(tree)
            for node in _walked(tree):
                if isinstance(node, ast.Call) and _name(node.func) in takers:
                    position = takers[_name(node.func)]
                    texts = _texts(node.args[position], constants) if len(node.args) > position else []
                    said = (_message([one]) for one in node.args[position + 1 :])
                    message = next((text for text in said if " " in text), "")
                    yield from ((text, message) for text in texts if re.fullmatch(r"[\w.-]+", text))


def _rules_of_the_schema() -> set[str]:
    text = (SOURCE / "publishing" / "offer.schema.json").read_text()
    return set(re.findall(r'"x-(?:rule|missing)":\s*"([^"]+)"', text))


@cache
def _parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


@cache
def _walked(node: ast.AST) -> tuple[ast.AST, ...]:
    """Every node below; several questions are asked about the same files."""
    return tuple(ast.walk(node))


def _functions(tree: ast.Module) -> Iterator[ast.Module | ast.FunctionDef]:
    yield tree
    yield from (node for node in _walked(tree) if isinstance(node, ast.FunctionDef))


def _calls(scope: ast.AST) -> Iterator[ast.Call]:
    yield from (node for node in _walked(scope) if isinstance(node, ast.Call))


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _name(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else func.attr if isinstance(func, ast.Attribute) else ""


def _texts(node: ast.expr, constants: dict[str, str]) -> list[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body, constants), *_texts(node.orelse, constants)]
    if isinstance(node, ast.Name) and node.id in constants:
        return [constants[node.id]]
    return []


def _message(arguments: list[ast.expr]) -> str:
    if not arguments:
        return ""
    first = arguments[0]
    if isinstance(first, ast.Constant) and isinstance(first.value, str):
        return first.value
    if isinstance(first, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in first.values)
    return ""


def errors_page() -> str:
    """Return docs/errors.md."""
    rows = []
    for code, (statuses, text) in sorted(codes().items(), key=lambda item: item[0].lower()):
        said = text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
        answered = sorted(_at_the_token_endpoint(code, statuses) if code.startswith("AADSTS") else statuses)
        rows.append(f"| `{code}` | {', '.join(str(one) for one in answered)} | {said} |\n")
    return ERRORS_HEAD + "".join(rows)


def _at_the_token_endpoint(code: str, statuses: set[int]) -> set[int]:
    """Return what the sign-in surface answers: OAuth's words decide, and whoever is not known hears 400."""
    return {sign_in.WORDS[code][1]} if code in sign_in.WORDS else {400 if one == 401 else one for one in statuses}


# --- the command line -----------------------------------------------------------------------------------------------

CLI_HEAD = """\
# The command line

Every command talks HTTPS to a server, but `lightkeeper up`, which is one, and the `offer` commands that only look at files.
It finds the server by `--data`, `LIGHTKEEPER_DATA`, or the user's data folder. `--output table|json|yaml` chooses the form of
what is printed. Exit codes: 0 done, 1 refused, 2 asked in a way that makes no sense.
"""


def commands() -> Iterator[tuple[str, click.Command]]:
    """Yield every command with the words that call it."""
    yield from _below("lightkeeper", typer.main.get_command(app_of()))


def _below(words: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield words, command
        return
    for name, one in inner.items():
        yield from _below(f"{words} {name}", one)


def cli_page() -> str:
    """Return docs/cli.md."""
    parts = [CLI_HEAD]
    for words, command in commands():
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option" and "--help" not in one.opts]
        usage = " ".join(
            [words, *(f"[{one.name.upper()}]" if not one.required else one.name.upper() for one in arguments)]
        )
        parts.append(f"\n## `{usage}`\n\n{_plain(command.help or '')}\n")
        lines = [f"* `{one.name.upper()}`: {_help(one)}\n" for one in arguments if _help(one)]
        lines += [f"* `{', '.join(one.opts)}`: {_help(one)}\n" for one in options]
        parts.append(("\n" + "".join(lines)) if lines else "")
    return "".join(parts)


def _plain(text: str) -> str:
    return " ".join(text.split()).replace("<", "&lt;")


def _help(parameter: click.Parameter) -> str:
    return _plain(getattr(parameter, "help", None) or "")


# --- parity ---------------------------------------------------------------------------------------------------------

PARITY_HEAD = """\
# What is served

The first table is the operation table itself: whatever is not in it is not served, but for resources of any type, which
have rows of their own. A *yes* names the test that witnessed it; a test fails when there is no such test.

The second part goes through the public descriptions, namespace by namespace, and says of each operation whether it is
served. What `make test-conformance` calls has its answer held against the description
(`conformance/test_operations.py::test_an_operation_answers_as_described`, named by namespace, version and name), and so have
its public examples. A *no* may still answer: resources of any type can be kept, except those that would govern others, but nothing
happens behind them.

"""

NAMESPACES = (
    "Microsoft.ManagedServices", "Microsoft.ManagementPartner", "Microsoft.Authorization", "Microsoft.Authorization.locks",
    "Microsoft.Resources", "Microsoft.Subscription", "Microsoft.Management", "Microsoft.Insights",
    "Microsoft.MarketplaceOrdering", "marketplacecatalog",
)  # fmt: skip
_MANAGED = "/{scope}/providers/Microsoft.ManagedServices"
_DEPLOYMENT = "/{scope}/providers/Microsoft.Resources/deployments/{name}"
_ORDERING = "/subscriptions/{subscriptionId}/providers/Microsoft.MarketplaceOrdering"
_TERMS = (
    f"{_ORDERING}/offerTypes/{{offerType}}/publishers/{{publisherId}}/offers/{{offerId}}/plans/{{planId}}"
    "/agreements/{current}"
)
_AGREEMENT = f"{_ORDERING}/agreements/{{publisherId}}/offers/{{offerId}}/plans/{{planId}}"
_READING_TERMS = "tests/storefront/test_terms.py::test_terms_are_read_accepted_and_taken_back"
_SIGNING = "tests/storefront/test_terms.py::test_agreements_are_signed_canceled_and_listed"
OTHER_WITNESSES: dict[tuple[str, str], str] = {
    ("GET", "/subscriptions/{subscriptionId}/operationresults/{token}"): f"{WITNESS}[resource-groups]",
    ("GET", f"{_MANAGED}/operationStatuses/{{token}}"): (
        "tests/delegation/test_wire.py::test_operation_status_is_read_from_the_state"
    ),
    ("GET", f"{_MANAGED}/marketplaceRegistrationDefinitions/{{name}}"): (
        "tests/delegation/test_wire.py::test_l11_marketplace_definitions_at_both_scopes"
    ),
    ("POST", f"{_DEPLOYMENT}/cancel"): "tests/wire/arm/test_cancel.py::test_a_cancelled_deployment_makes_nothing",
    ("GET", f"{_DEPLOYMENT}/operationStatuses/{{id}}"): f"{WITNESS}[deployments]",
    ("GET", _TERMS): _READING_TERMS,
    ("PUT", _TERMS): _READING_TERMS,
    ("GET", f"{_ORDERING}/agreements"): _SIGNING,
    ("GET", _AGREEMENT): _SIGNING,
    ("POST", f"{_AGREEMENT}/sign"): _SIGNING,
    ("POST", f"{_AGREEMENT}/cancel"): _SIGNING,
    ("GET", "/{scope}/providers/Microsoft.Authorization/denyAssignments/{name}"): (
        "tests/wire/arm/test_authorization.py::test_a_deny_assignment_wins_and_can_be_read"
    ),
}
"""Operations that no exchange shows and another test witnesses."""


@cache
def routes() -> Routes:
    return Routes(operations())


@cache
def witnesses() -> dict[tuple[str, str], str]:
    """Return, for each operation, the first situation in which it did what it is for."""
    found = dict(OTHER_WITNESSES)
    for situation in situations():
        for exchange in exchanges(situation):
            if exchange.status is None or exchange.status >= 300 or exchange.path.startswith("{"):
                continue
            operation = routes().find(exchange.method, exchange.path.partition("?")[0]).operation
            found.setdefault((operation.method, operation.path), f"{WITNESS}[{situation}]")
    return found


def parity_page() -> str:
    """Return docs/parity.md."""
    parts = [PARITY_HEAD, "## The operation table\n\n| operation | served | witness |\n|---|---|---|\n"]
    for one in operations():
        witness = witnesses().get((one.method, one.path))
        parts.append(
            f"| {one.method} `{one.path}` | {f'yes | `{witness}`' if witness else 'partly | no recorded exchange yet'} |\n"
        )
    parts += [graph_parity.section(), _descriptions()]
    return "".join(parts)


DESCRIPTIONS = "\n# The public descriptions\n"


def _descriptions() -> str:
    file = SHARED / "specs" / "operations.json"
    if not file.exists():
        return (ROOT / "docs" / "parity.md").read_text().partition(DESCRIPTIONS)[1:] and DESCRIPTIONS + (
            ROOT / "docs" / "parity.md"
        ).read_text().partition(DESCRIPTIONS)[2]
    described = json.loads(file.read_text())
    held = {one.label for one in asked_for()} - NOT_SERVED.keys()
    parts = [DESCRIPTIONS]
    for namespace in NAMESPACES:
        newest: dict[tuple[str, str], tuple[str, str]] = {}
        for one in described:
            if one["ns"] == namespace and (
                namespace != "Microsoft.Authorization" or _served_family(one["operationId"])
            ):
                key = (one["method"], one["path"])
                newest[key] = max(newest.get(key, ("", "")), (one["apiVersion"], one["operationId"]))
        parts.append(
            f"\n## {namespace}\n\n| operation | newest version | name | served | held to its description |\n|---|---|---|---|---|\n"
        )
        for (method, path), (version, name) in sorted(newest.items(), key=lambda item: (item[1][1], item[0])):
            label = f"{namespace}/{version}/{name}"
            served = "yes" if label in held else "no" if label in NOT_SERVED else _served(method, path)
            said = "yes" if label in held else f"no: {NOT_SERVED[label]}" if label in NOT_SERVED else ""
            parts.append(f"| {method} `{path}` | {version} | {name} | {served} | {said} |\n")
    return "".join(parts)


def _served_family(name: str) -> bool:
    return name.split("_", maxsplit=1)[0] in (
        "RoleAssignments", "RoleDefinitions", "Permissions", "DenyAssignments", "GlobalAdministrator",
        "ProviderOperationsMetadata", "ClassicAdministrators", "Operations", "EligibleChildResources",
        "RoleAssignmentSchedules", "RoleAssignmentScheduleInstances", "RoleAssignmentScheduleRequests",
        "RoleEligibilitySchedules", "RoleEligibilityScheduleInstances", "RoleEligibilityScheduleRequests",
        "RoleManagementPolicies", "RoleManagementPolicyAssignments",
    )  # fmt: skip


_GUID = "00000000-0000-4000-8000-000000000000"


def _served(method: str, path: str) -> str:
    """Return whether the operation table has an operation of its own for a described path."""
    asked = path.replace("{subscriptionId}", _GUID)
    asked = re.sub(r"^/\{(scope|resourceId|roleAssignmentId|roleDefinitionId|roleId|denyAssignmentId)\}", _whole, asked)
    asked = re.sub(r"/\{(scope|resourceScope)\}", f"/subscriptions/{_GUID}", asked)
    asked = re.sub(r"/\{parentResourcePath\}", "", asked)
    asked = asked.replace("{resourceType}", "virtualMachines").replace(
        "{resourceProviderNamespace}", "Microsoft.Compute"
    )
    asked = re.sub(r"\{(\w+)\}", "x", asked)
    try:
        found: Operation = routes().find(method, asked).operation
    except Problem:
        return "no"
    if found.key.type == ANY_TYPE:
        return "yes" if path.startswith("/{resourceId}") or "{resourceType}" in path else "no"
    return "yes" if (found.method, found.path) in witnesses() else "partly"


def _whole(found: re.Match[str]) -> str:
    scope = f"/subscriptions/{_GUID}"
    kinds = {
        "resourceId": f"{scope}/resourceGroups/x/providers/Microsoft.Compute/virtualMachines/x",
        "roleAssignmentId": f"{scope}/providers/Microsoft.Authorization/roleAssignments/x",
        "roleDefinitionId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/x",
        "roleId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/x",
        "denyAssignmentId": f"{scope}/providers/Microsoft.Authorization/denyAssignments/x",
    }
    return kinds.get(found[1], scope)


PAGES = {"errors.md": errors_page, "cli.md": cli_page, "parity.md": parity_page, "rules.md": rules_page}


def main() -> None:
    """Write the pages, or print them."""
    for name, page in PAGES.items():
        if "--write" in sys.argv:
            (ROOT / "docs" / name).write_text(page())
        else:
            print(page())


if __name__ == "__main__":
    main()
