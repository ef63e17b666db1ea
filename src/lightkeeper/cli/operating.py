"""`lightkeeper log` and `lightkeeper clock`: the operator's looks at the log, and the sandbox's movable time."""

import time
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.failures import Failure
from lightkeeper.cli.output import Column


def register(app: typer.Typer) -> None:
    """Register the commands."""
    log = group(app, "log", "The log of every change: whether it is intact, what was written last.")
    command(log, "verify", anybody=False)(verify)
    command(log, "tail", anybody=False)(tail)
    command(log, "aside", anybody=False)(aside)
    command(log, "retry", anybody=False)(retry)
    command(app, "status", anybody=False)(status)
    clock = group(app, "clock", "The time everything goes by; a sandbox may move it forward.")
    command(clock, "show", anybody=False)(show)
    command(clock, "advance", anybody=False)(advance)


def verify(desk: Desk) -> None:
    """Walk the log's hash chain from the first entry to the last; refuse when anything was changed, removed or reordered."""
    answer = desk.operator("POST", "log/verify")
    if not answer["intact"]:
        raise Failure(f"The log is not intact: {answer['fault']}.", "LogBroken", info={"intact rows": answer["rows"]})
    if desk.for_people:
        desk.say(f"The log is intact: {answer['rows']} entries, the last one {answer['hash'][:16]}….")
    else:
        desk.show(answer)


def tail(
    desk: Desk,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many entries.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on printing what is written.")] = False,
) -> None:
    """Show the last entries of the log, the newest at the end."""
    answer = desk.operator("GET", "log", query={"limit": str(limit)})
    if not desk.for_people and not follow:
        desk.show(answer["value"])
        return
    _print(desk, answer["value"])
    while follow:
        time.sleep(1)
        answer = desk.operator("GET", "log", query={"after": str(answer["head"]), "limit": "1000"})
        if answer["value"]:
            _print(desk, answer["value"])


def aside(desk: Desk) -> None:
    """List the entries that a reader of the log could not deal with and has set aside, each with the reason."""
    desk.show(
        desk.operator("GET", "log/aside")["value"],
        Column("READER", "reader"), Column("REVISION", "revision"), Column("WHAT", "kind", "bold"),
        Column("WHEN", "at"), Column("WHY", "reason"),
        empty="Nothing was set aside.",
    )  # fmt: skip


def retry(
    desk: Desk,
    reader: Annotated[str, typer.Argument(help="The reader, as `log aside` names it.")],
    revision: Annotated[int, typer.Argument(min=1, help="The entry's revision.")],
) -> None:
    """Let a reader try an entry again that it has set aside; it does within seconds."""
    answer = desk.operator("POST", "log/retry", body={"reader": reader, "revision": str(revision)})
    if desk.for_people:
        desk.say(f"Revision {revision} is tried again by '{reader}'. `lightkeeper log aside` says whether it failed.")
    else:
        desk.show(answer)


def status(desk: Desk) -> None:
    """Say how far the server is, and whether anything was set aside; exit code 1 while it serves nobody else."""
    answer = desk.operator("GET", "health")
    closed = answer["status"] == "closed"
    if desk.for_people:
        desk.say(f"The server is up at revision {answer['revision']}.")
        if closed:
            desk.say(f"It serves nobody but you. {answer['because']}")
            desk.say(
                "It tries to read all rights anew by itself. Its own log says why that fails; a restart does the same."
            )
            desk.say("`lightkeeper log verify` tells whether the log was changed by hand.")
        if answer["setAside"]:
            desk.say(f"Entries of the log set aside: {answer['setAside']}. `lightkeeper log aside` lists them.")
    else:
        desk.show(answer)
    if closed:
        raise typer.Exit(1)


def _print(desk: Desk, entries: list[Mapping[str, Any]]) -> None:
    desk.show(
        entries,
        Column("REVISION", "revision"), Column("WHEN", "at"), Column("WHAT", "kind", "bold"),
        Column("OPERATION", "operation"), Column("BY", "actor", "dim"),
        empty="The log is empty.",
    )  # fmt: skip


def show(desk: Desk) -> None:
    """Show the time everything goes by."""
    _told(desk, desk.operator("GET", "clock"))


def advance(
    desk: Desk, by: Annotated[str, typer.Argument(help="How far, as an ISO 8601 duration: P3D, PT30M.")]
) -> None:
    """Move the sandbox's clock forward."""
    _told(desk, desk.operator("POST", "clock/advance", body={"by": by}))


def _told(desk: Desk, answer: Mapping[str, Any]) -> None:
    if not desk.for_people:
        desk.show(answer)
        return
    days, seconds = divmod(int(answer["shiftSeconds"]), 86400)
    ahead = (
        f"{days} days {seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02} ahead"
        if answer["shiftSeconds"]
        else "not moved"
    )
    desk.say(f"{answer['now'][:19].replace('T', ' ')} UTC ({ahead})")
