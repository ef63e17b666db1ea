"""`lightkeeper access`: may somebody, why or why not, and who holds what where."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.failures import Failure, usage
from lightkeeper.cli.output import Column, console

_WHO = Annotated[
    str, typer.Argument(help="Who: tenant/name, sign-in name, application id or object id.", show_default=False)
]
_ACTION = Annotated[
    str, typer.Argument(help="What, such as Microsoft.Compute/virtualMachines/restart/action.", show_default=False)
]
_SCOPE = Annotated[
    str,
    typer.Argument(help="Where: a subscription, subscription/group, management group or ARM id.", show_default=False),
]
_TENANT = Annotated[str, typer.Option(help="In which tenant the principal is meant.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Register the commands."""
    commands = group(app, "access", "Who may do what, and why.")
    command(commands, "check", anybody=False)(check)
    command(commands, "explain", anybody=False)(explain)
    command(commands, "list", anybody=False)(list_rights)


def check(desk: Desk, principal: _WHO, action: _ACTION, scope: _SCOPE, tenant: _TENANT = "") -> None:
    """Say whether somebody may do something somewhere; exit code 1 when not."""
    answer = _ask(desk, "check", principal, action, scope, tenant)
    if desk.for_people:
        desk.say("[green]allowed[/green]" if answer["allowed"] else "[red]denied[/red]")
    else:
        desk.show(answer)
    if not answer["allowed"]:
        raise typer.Exit(1)


def explain(desk: Desk, principal: _WHO, action: _ACTION, scope: _SCOPE, tenant: _TENANT = "") -> None:
    """Say whether somebody may do something somewhere, by which grant, or what came nearest. Both answers exit with 0."""
    answer = _ask(desk, "explain", principal, action, scope, tenant)
    if not desk.for_people:
        desk.show(answer)
        return
    out = console()
    who = answer["principal"]
    verdict = ("allowed", "bold green") if answer["allowed"] else ("denied", "bold red")
    out.print(Text.assemble(verdict, f"  {who['displayName']} ({who.get('upn') or who['id']}): {answer['action']}"))
    out.print(Text(f"at {answer['scope']}", style="dim"))
    if answer["allowed"]:
        for reason in answer["because"]:
            out.print(Text(f"  because {reason['sentence']}"))
        return
    for reason in answer["nearest"]:
        out.print(Text(f"  {reason['sentence']}"))
    if answer["rolesThatWould"]:
        names = answer["rolesThatWould"][:8]
        more = ", …" if len(answer["rolesThatWould"]) > len(names) else ""
        out.print(Text(f"Roles that would allow it: {', '.join(names)}{more}", style="dim"))


def list_rights(
    desk: Desk,
    who: Annotated[
        str, typer.Argument(metavar="PRINCIPAL", help="What does this principal hold?", show_default=False)
    ] = "",
    principal: Annotated[
        str, typer.Option("--principal", "-p", help="The same, as an option.", show_default=False)
    ] = "",
    scope: Annotated[str, typer.Option("--scope", "-s", help="Who holds something here?", show_default=False)] = "",
    tenant: _TENANT = "",
) -> None:
    """List what somebody holds anywhere, or who reaches a scope; with both, what the one holds at the other."""
    principal = principal or who
    if not principal and not scope:
        raise usage("Name a principal, a --scope, or both.")
    answer = desk.operator("POST", "access/list", body={"principal": principal, "scope": scope, "tenant": tenant})
    value = answer["value"]
    if not desk.for_people:
        desk.show(value)
        return
    desk.show(
        value,
        Column("PRINCIPAL", lambda row: row["principal"].get("upn") or row["principal"].get("displayName") or row["principal"]["id"], "bold"),
        Column("ROLE", "role"), Column("SCOPE", "scope"), Column("BY", _by), Column("UNTIL", "until"),
        empty="Nobody holds anything here." if scope else "Holds nothing.",
    )  # fmt: skip


def _by(row: Mapping[str, Any]) -> str:
    kinds = {"roleAssignment": "role assignment", "delegation": "delegation", "activation": "activation"}
    return kinds.get(str(row["kind"]), str(row["kind"]))


def _ask(desk: Desk, what: str, principal: str, action: str, scope: str, tenant: str) -> Any:
    if "/" not in action:
        raise Failure(
            f"'{action}' is no action.",
            "Usage",
            remedy="Write one such as Microsoft.Compute/virtualMachines/read.",
            exit_code=2,
        )
    body = {"principal": principal, "action": action, "scope": scope, "tenant": tenant}
    return desk.operator("POST", f"access/{what}", body=body)
