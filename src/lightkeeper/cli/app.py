"""The commands, put together. Each module registers its own; nothing here does any work."""

import typer

from lightkeeper.cli import (
    access,
    customers,
    deployment,
    environment,
    identity,
    leads,
    operating,
    publisher,
    reports,
    rest,
    signing,
    storefront,
    up,
    world,
)
from lightkeeper.cli.offer import commands as offer

app = typer.Typer(
    name="lightkeeper",
    help="Publish, accept and delegate Managed Service offers: a self-hosted system that speaks Azure's protocols.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

for module in (
    up, world, operating, identity, access, signing, publisher, offer, storefront, customers, deployment, leads, reports, rest,
    environment,
):  # fmt: skip
    module.register(app)
