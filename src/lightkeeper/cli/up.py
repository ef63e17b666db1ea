"""`lightkeeper up`: serve until interrupted."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightkeeper.cli.client import data_folder
from lightkeeper.cli.failures import USAGE, Failure
from lightkeeper.cli.output import Output, show_failure

if TYPE_CHECKING:
    from lightkeeper.settings import Settings

LONGEST_PHASE = timedelta(minutes=10)
"""A phase holds a worker while it lasts."""


def _nobody(settings: "Settings") -> None:
    raise ValueError("this program came without its server")


starter: "Callable[[Settings], None]" = _nobody
"""What serves: set by `lightkeeper.__main__`, for the command line itself is only a client."""


def register(app: typer.Typer) -> None:
    """Register the command."""
    app.command("up")(up)


def up(
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="LIGHTKEEPER_DATA", help="Where everything is kept; made when it is not there.", show_default=False
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port of everything but Graph; 0 is a free one.")
    ] = 8443,
    graph_port: Annotated[int, typer.Option(min=0, max=65535, help="The port of Graph; 0 is a free one.")] = 8444,
    database: Annotated[
        str, typer.Option(help="postgresql://...; SQLite in the data folder when left out.", show_default=False)
    ] = "",
    world: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A world file to apply first.", show_default=False)
    ] = None,
    ready_file: Annotated[
        Path | None,
        typer.Option(help="A file to write, with every address, once the server answers.", show_default=False),
    ] = None,
    sealing_key: Annotated[
        Path | None,
        typer.Option(
            envvar="LIGHTKEEPER_SEALING_KEY",
            dir_okay=False,
            help="The file that opens the secrets in the database; every server of one database takes the same.",
            show_default=False,
        ),
    ] = None,
    production: Annotated[
        bool, typer.Option("--production", help="The clock cannot be moved; requests are throttled.")
    ] = False,
    local_targets: Annotated[
        bool, typer.Option("--local-targets", help="Leads and webhooks may go to private addresses of this network.")
    ] = False,
    trust_ca: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="An authority that leads, webhooks and mail trust besides the public ones.",
            show_default=False,
        ),
    ] = None,
    connect_to: Annotated[
        list[str] | None,
        typer.Option(
            help="Send leads and webhooks for a host elsewhere; with --local-targets, for trying things out.",
            metavar="HOST=ADDRESS:PORT",
            show_default=False,
        ),
    ] = None,
    smtp: Annotated[
        str,
        typer.Option(
            envvar="LIGHTKEEPER_SMTP",
            help="The mail server: smtp://[user:password@]host[:port] or smtps://...; nobody is mailed without one.",
            show_default=False,
        ),
    ] = "",
    mail_from: Annotated[str, typer.Option(help="The sender of mails.")] = "lightkeeper@localhost",
    leads_required: Annotated[
        bool, typer.Option("--leads-required", help="Every offer needs a lead destination.")
    ] = False,
    template_host: Annotated[
        list[str] | None,
        typer.Option(
            help="A host that templates linked by address may be fetched from; may be given again. None without it.",
            metavar="HOST[:PORT]",
            show_default=False,
        ),
    ] = None,
    human_review: Annotated[
        bool, typer.Option("--human-review", help="A person reads every submission after the rules did.")
    ] = False,
    review_within: Annotated[
        str, typer.Option(help="How long a review may take before it is overdue.", metavar="DURATION")
    ] = "P3D",
    role_delay: Annotated[
        str,
        typer.Option(help="How much later than templates offers may name a new built-in role.", metavar="DURATION"),
    ] = "PT0S",
    phase_takes: Annotated[
        str,
        typer.Option(
            help="How long each phase of publishing takes at least, for trying out waiting and crashes: PT2S. "
            "At most ten minutes.",
            metavar="DURATION",
        ),
    ] = "PT0S",
    output: Annotated[Output, typer.Option("--output", "-o", help="The form of what is told at start.")] = Output.TABLE,
) -> None:
    """Serve until interrupted; on SIGTERM open requests are finished first."""
    from lightkeeper.kernel.clock import duration
    from lightkeeper.kernel.problems import Problem
    from lightkeeper.server import PortTaken
    from lightkeeper.settings import Settings

    try:
        phases, review, delay = duration(phase_takes), duration(review_within), duration(role_delay)
    except Problem as problem:
        show_failure(Failure(problem.message, problem.code, exit_code=USAGE), output)
        raise typer.Exit(USAGE) from None
    if not timedelta(0) <= phases <= LONGEST_PHASE:
        show_failure(Failure("--phase-takes is at most PT10M.", "InvalidDuration", exit_code=USAGE), output)
        raise typer.Exit(USAGE)
    settings = Settings(
        data=data_folder(data),
        host=host,
        port=port,
        graph_port=graph_port,
        database=database,
        world=world,
        ready_file=ready_file,
        sealing_key=sealing_key,
        production=production,
        local_targets=local_targets,
        trust_ca=trust_ca,
        connect_to=tuple(connect_to or ()),
        smtp=smtp,
        mail_from=mail_from,
        leads_required=leads_required,
        template_hosts=tuple(template_host or ()),
        human_review=human_review,
        review_within=review,
        role_delay=delay,
        phase_takes=phases,
    )
    try:
        starter(settings)
    except Problem as problem:
        details = [
            {
                "code": detail.code,
                "target": detail.target,
                "message": detail.message,
                "remedy": detail.remedy,
                **(
                    {"file": detail.place.file, "line": detail.place.line, "column": detail.place.column}
                    if detail.place
                    else {}
                ),
            }
            for detail in problem.details
        ]
        show_failure(Failure(problem.message, problem.code, details), output)
        raise typer.Exit(1) from None
    except (PortTaken, OSError, ValueError) as fault:
        show_failure(Failure(f"The server cannot start: {fault}", "CannotStart", exit_code=USAGE), output)
        raise typer.Exit(USAGE) from None
