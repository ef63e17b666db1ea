"""`lightkeeper world`: apply a world file, check one, show what exists."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.failures import Failure, usage
from lightkeeper.cli.output import Column

_FILE = Annotated[Path, typer.Argument(help="The world file; - reads standard input.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Register the commands."""
    commands = group(app, "world", "What exists: apply a world file, check one, show everything.")
    command(commands, "apply", anybody=False)(apply)
    command(commands, "show", anybody=False)(show)
    command(commands, "check", anybody=False)(check)


def read_text(path: Path) -> str:
    """Return the text of a file, or of standard input for `-`; refuse what cannot be read."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise usage(f"There is no file {path}.") from None
    except IsADirectoryError:
        raise usage(f"{path} is a folder, not a file.") from None
    except UnicodeDecodeError as fault:
        raise usage(f"{path} is no text in UTF-8.", "Save it in the encoding UTF-8.") from fault
    except OSError as fault:
        raise usage(f"{path} cannot be read: {fault}.") from fault


def apply(desk: Desk, file: _FILE) -> None:
    """Make a world file so: all of it or nothing. Applying it again changes nothing."""
    from lightkeeper.world.beside import Folder
    from lightkeeper.world.document import read

    text, beside = read_text(file), Folder(file.parent)
    read(text, str(file), beside=beside)  # to know which files it names; the server tells its faults
    query, content = {"file": str(file)}, text
    if beside.found:
        query["beside"], content = "true", json.dumps({"world": text, "beside": beside.found})
    kind = "application/json" if beside.found else "application/yaml"
    answer = desk.operator("POST", "world", content=content.encode(), query=query, headers={"content-type": kind})
    if not desk.for_people:
        desk.show(answer)
    elif answer["changed"]:
        desk.say(f"{answer['changed']} changes; the log is at revision {answer['revision']}.")
    else:
        desk.say("Everything is so already; nothing changed.")


def check(desk: Desk, file: _FILE) -> None:
    """Read a world file and tell every fault with its line; needs no server."""
    from lightkeeper.world.apply import role_known
    from lightkeeper.world.beside import Folder
    from lightkeeper.world.document import read

    _, findings = read(read_text(file), str(file), role_known=role_known, beside=Folder(file.parent))
    told = [
        {
            "code": finding.code,
            "severity": str(finding.severity),
            "file": finding.place.file if finding.place else str(file),
            "line": finding.place.line if finding.place else 1,
            "column": finding.place.column if finding.place else 1,
            "message": finding.message,
            "remedy": finding.remedy,
        }
        for finding in findings
    ]
    if any(finding["severity"] == "error" for finding in told):
        count = "a fault" if len(told) == 1 else f"{len(told)} faults"
        raise Failure(f"{file} has {count}.", "InvalidWorld", told)
    if desk.for_people:
        desk.say(f"{file} has no fault.")
    else:
        desk.show({"findings": told})


def show(desk: Desk) -> None:
    """Print what exists, in the world file's shape, with an id beside every name and no secret."""
    answer = desk.operator("GET", "world")
    if not desk.for_people:
        desk.show(answer)
        return
    principals = list(_principals(answer["tenants"]))
    desk.show(
        [{"name": name, **tenant} for name, tenant in answer["tenants"].items()],
        Column("TENANT", "name", "bold"), Column("DOMAIN", "domain"), Column("DISPLAY NAME", "displayName"), Column("ID", "id", "dim"),
        title="Tenants",
    )  # fmt: skip
    desk.show(
        principals,
        Column("PRINCIPAL", "name", "bold"), Column("KIND", "kind"), Column("SIGN-IN", "signIn"), Column("ID", "id", "dim"),
        title="Users, groups, service principals",
    )  # fmt: skip
    desk.show(
        [{"name": name, **one, "groups": list(one["resourceGroups"])} for name, one in answer["subscriptions"].items()],
        Column("SUBSCRIPTION", "name", "bold"), Column("TENANT", "tenant"), Column("CHANNEL", "channel"),
        Column("BELOW", "managementGroup"), Column("RESOURCE GROUPS", "groups"), Column("ID", "id", "dim"),
        title="Subscriptions",
    )  # fmt: skip
    desk.show(
        [{"name": name, **one} for name, one in answer["publishers"].items()],
        Column("PUBLISHER", "name", "bold"), Column("TENANT", "tenant"), Column("DESIGNATIONS", "designations"),
        Column("MEMBERS", "members"), title="Publishers", empty="No publisher account.",
    )  # fmt: skip
    desk.show(
        answer["roleAssignments"],
        Column("PRINCIPAL", "principal", "bold"), Column("ROLE", "role"), Column("SCOPE", "scope"),
        title="Role assignments", empty="No role assignment.",
    )  # fmt: skip


def _principals(tenants: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for tenant, found in tenants.items():
        for name, user in found.get("users", {}).items():
            kind = f"guest of {user['guestOf']}" if "guestOf" in user else "user"
            yield {"name": f"{tenant}/{name}", "kind": kind, "signIn": user["upn"], "id": user["id"]}
        for name, one in found.get("groups", {}).items():
            yield {"name": f"{tenant}/{name}", "kind": f"group of {len(one['members'])}", "signIn": "", "id": one["id"]}
        for name, one in found.get("servicePrincipals", {}).items():
            yield {"name": f"{tenant}/{name}", "kind": "service principal", "signIn": one["appId"], "id": one["id"]}
