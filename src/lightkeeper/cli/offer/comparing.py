"""`offer diff` and `offer plan`: what differs, as a table, as data, or as a report to send to a customer."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk
from lightkeeper.cli.failures import Failure
from lightkeeper.cli.offer import report
from lightkeeper.cli.offer.files import findings_of
from lightkeeper.cli.offer.naming import Named, document_in, named, offer_file, place_of
from lightkeeper.cli.output import Column


class Form(StrEnum):
    """The forms of a difference."""

    TABLE = "table"
    HTML = "html"
    MARKDOWN = "markdown"


_SIDE = (
    "A file, PUBLISHER/OFFER@draft|preview|live|NUMBER, or the part behind @ alone when the other side names the offer."
)


def diff(
    desk: Desk,
    old: Annotated[str, typer.Argument(help=_SIDE, show_default=False)],
    new: Annotated[str, typer.Argument(help=_SIDE, show_default=False)],
    format: Annotated[Form, typer.Option("--format", "-f", help="The form of the difference.")] = Form.TABLE,
    to: Annotated[Path | None, typer.Option("--to", help="Write it into this file.", show_default=False)] = None,
) -> None:
    """Show what differs between two offers: fields, roles, and operations gained and lost."""
    _tell(desk, named(desk, old, near=new), named(desk, new, near=old), format, to)


def plan(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="The offer file, or its folder.")] = Path(),
    format: Annotated[Form, typer.Option("--format", "-f", help="The form of the difference.")] = Form.TABLE,
    to: Annotated[Path | None, typer.Option("--to", help="Write it into this file.", show_default=False)] = None,
) -> None:
    """Show what publishing the file would change, compared with what is live; refuse a file with errors."""
    path = offer_file(file)
    errors = [{**one, "code": one["rule"]} for one in findings_of(path) if one["severity"] == "error"]
    if errors:
        raise Failure(f"{path} would be refused.", "OfferInvalid", errors)
    where, document = place_of(str(path)), document_in(path)
    slot, before = _published(desk, where)
    if before and desk.for_people and format is Form.TABLE:
        desk.say(f"Compared with the {slot} of {where.split('/')[1]}/{where.split('/')[3]}:")
    elif not before and desk.for_people and format is Form.TABLE:
        desk.say("A new offer:")
    _tell(desk, Named(f"{where} ({slot or 'new'})", before), Named(str(path), document), format, to)


def _published(desk: Desk, where: str) -> tuple[str, Any]:
    """Return what is live, else the draft, with its name; nothing for an offer the server does not have."""
    for slot in ("live", "draft"):
        try:
            return slot, desk.partner("GET", f"{where}/slot/{slot}")["definition"]
        except Failure as failure:
            if failure.code != "resourceNotFound":
                raise
    return "", {}


def _tell(desk: Desk, old: Named, new: Named, form: Form, to: Path | None) -> None:
    from lightkeeper.kernel import encoding
    from lightkeeper.publishing.diff import diff_offers
    from lightkeeper.publishing.diff_report import html_of, markdown_of

    difference = diff_offers(old.document, new.document)
    if form is not Form.TABLE:
        title = f"What changes from {old.title} to {new.title}"
        text = html_of(difference, title) if form is Form.HTML else markdown_of(difference, title)
        if to is None:
            typer.echo(text, nl=False)
        else:
            to.write_text(text, encoding="utf-8")
            desk.say(f"Wrote {to}.")
        return
    value = encoding.decode(encoding.encode(difference))
    for field in value["fields"]:
        field.pop("steps", None)
    if not desk.for_people:
        desk.show(value)
        return
    if difference.empty:
        desk.say("Nothing differs.")
        return
    desk.show(
        value["fields"],
        Column("FIELD", "path", "bold"), Column("CHANGE", "kind"), Column("BEFORE", lambda row: report.short(row["old"])),
        Column("AFTER", lambda row: report.short(row["new"])), title="Fields", empty="No field differs.",
    )  # fmt: skip
    for one in value["rights"]:
        _print_rights(desk, one)


def _print_rights(desk: Desk, plan: Mapping[str, Any]) -> None:
    title = f"Plan {plan['plan_id']}: version {plan['old_version'] or '-'} → {plan['new_version'] or '-'}"
    desk.show(
        plan["roles"],
        Column("WHO", lambda row: row["principal_name"] or row["principal_id"], "bold"), Column("ROLE", "role_name"),
        Column("CHANGE", "kind"), Column("ACCESS", "access"), title=title, empty="No role changes.",
    )  # fmt: skip
    desk.show(
        [
            {"who": one["principal_name"] or one["principal_id"], "change": change, "operations": report.grouped(one[change])}
            for one in plan["operations"]
            for change in ("gained", "lost")
            if one[change]
        ],
        Column("WHO", "who", "bold"), Column("CHANGE", "change"), Column("OPERATIONS", "operations"),
        title="Operations", empty="No operation changes.",
    )  # fmt: skip
