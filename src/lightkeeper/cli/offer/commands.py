"""The commands of `lightkeeper offer`."""

import typer

from lightkeeper.cli.desk import command, group
from lightkeeper.cli.offer import files, publishing


def register(app: typer.Typer) -> None:
    """Register the commands."""
    commands = group(app, "offer", "An offer: write, check and compare its file; publish it and follow it to live.")
    command(commands, "init", anybody=False)(files.init)
    command(commands, "check", anybody=False)(files.check)
    command(commands, "diff")(files.diff)
    command(commands, "publish")(publishing.publish)
    command(commands, "status")(publishing.status)
    command(commands, "go-live")(publishing.go_live)
    command(commands, "cancel")(publishing.cancel)
    command(commands, "stop-selling")(publishing.stop_selling)
    command(commands, "show")(publishing.show)
    command(commands, "list")(publishing.list_offers)
    command(commands, "history")(publishing.history)
