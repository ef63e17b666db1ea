"""`lightkeeper keys` and `lightkeeper second-factor`: what the operator does about signing in."""

from typing import Annotated

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.output import Column


def register(app: typer.Typer) -> None:
    """Register the commands."""
    keys = group(app, "keys", "The keys that tokens are signed with.")
    command(keys, "list", anybody=False)(list_keys)
    command(keys, "roll-over", anybody=False)(roll_over)
    factors = group(app, "second-factor", "Second factors of people.")
    command(factors, "remove", anybody=False)(remove)


def list_keys(desk: Desk) -> None:
    """List the keys, the one that signs first; tokens of a retired one are believed for a while."""
    _show(desk, desk.operator("GET", "keys")["value"])


def roll_over(desk: Desk) -> None:
    """Sign with a new key from now on. Nobody is signed out: tokens of the old key are believed for a day."""
    _show(desk, desk.operator("POST", "keys/roll-over")["value"])


def remove(
    desk: Desk,
    user: Annotated[str, typer.Argument(help="Who has lost the device: tenant/name, sign-in name or object id.")],
) -> None:
    """Take a person's second factor away, and sign the person out in every browser."""
    answer = desk.operator("POST", "second-factors/remove", body={"user": user})
    if desk.for_people:
        desk.say(f"{user} signs in with the password alone now.")
    else:
        desk.show(answer)


def _show(desk: Desk, keys: object) -> None:
    desk.show(
        keys,
        Column("KEY", "kid", "bold"), Column("SINCE", "createdAt"), Column("SIGNS", "signs"),
        Column("BELIEVED UNTIL", "believedUntil"),
        title="Signing keys",
    )  # fmt: skip
