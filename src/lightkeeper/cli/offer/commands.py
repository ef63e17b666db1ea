"""The commands of `lightkeeper offer`."""

import typer

from lightkeeper.cli.desk import command, group
from lightkeeper.cli.offer import comparing, copying, files, publishing, selling


def register(app: typer.Typer) -> None:
    """Register the commands."""
    commands = group(app, "offer", "An offer: write, check and compare its file; publish it and follow it to live.")
    command(commands, "init", anybody=False)(files.init)
    command(commands, "check")(files.check)
    command(commands, "pull")(copying.pull)
    command(commands, "import", anybody=False)(copying.import_tree)
    command(commands, "export", anybody=False)(copying.export)
    command(commands, "diff")(comparing.diff)
    command(commands, "plan")(comparing.plan)
    command(commands, "publish")(publishing.publish)
    command(commands, "status")(publishing.status)
    command(commands, "go-live")(publishing.go_live)
    command(commands, "cancel")(publishing.cancel)
    command(commands, "stop-selling")(selling.stop_selling)
    command(commands, "resume")(selling.resume)
    command(commands, "deprecate")(selling.deprecate)
    command(commands, "delete")(selling.delete)
    command(commands, "plans")(selling.plans)
    command(commands, "show")(publishing.show)
    command(commands, "list")(publishing.list_offers)
    command(commands, "history")(publishing.history)
    audience = group(commands, "audience", "Who sees a private plan, or the preview.")
    command(audience, "sync")(selling.audience_sync)
    command(audience, "export")(selling.audience_export)
