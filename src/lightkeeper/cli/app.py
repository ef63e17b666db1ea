"""The commands, put together. Each module registers its own; nothing here does any work."""

from collections.abc import Iterable, Sequence
from importlib import import_module

import typer

MODULES = (
    "up", "world", "operating", "identity", "access", "signing", "publisher", "offer.commands", "storefront", "customers",
    "deployment", "leads", "reports", "rest", "environment",
)  # fmt: skip
"""The modules in the order in which their commands are listed."""


def app_of(modules: Iterable[str] = MODULES) -> typer.Typer:
    """Return the command line with the commands of these modules."""
    app = typer.Typer(
        name="lightkeeper",
        help="Publish, accept and delegate Managed Service offers: a self-hosted system that speaks Azure's protocols.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_nothing)
    for name in modules:
        import_module(f"lightkeeper.cli.{name}").register(app)
    return app


def app_for(words: Sequence[str]) -> typer.Typer:
    """Return a command line that can do what these words ask.

    Offers are checked on every commit of somebody's repository, so `offer` starts without all the other commands.
    """
    return app_of(["offer.commands"] if words[:1] == ["offer"] else MODULES)


def _nothing() -> None:
    """Keep `offer` a word of the command line even when no other command is there."""
