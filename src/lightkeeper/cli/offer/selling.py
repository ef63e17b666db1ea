"""The end of an offer or plan, and who sees it: stop, resume, deprecate, delete, plans, audiences."""

from pathlib import Path
from typing import Annotated

import typer

from lightkeeper.cli.desk import Desk
from lightkeeper.cli.failures import Failure, usage
from lightkeeper.cli.offer.naming import place_of
from lightkeeper.cli.offer.publishing import tell_status
from lightkeeper.cli.output import Column
from lightkeeper.cli.world import read_text

_OFFER = Annotated[str, typer.Argument(help="PUBLISHER/OFFER, or the offer file.", show_default=False)]
_PLAN = Annotated[str, typer.Option("--plan", help="One plan; the whole offer when left out.", show_default=False)]
_AUDIENCE = Annotated[
    str, typer.Option("--plan", help="A private plan; the preview audience when left out.", show_default=False)
]
_ANY = {"if-match": "*"}


def stop_selling(desk: Desk, offer: _OFFER, plan: _PLAN = "") -> None:
    """Take a live offer off sale at once; a plan with the next publication. Customers who accepted it keep it."""
    where = place_of(offer)
    if plan:
        desk.partner("POST", f"{where}/plans/{plan}/stop", body={}, headers=_ANY)
        _plans(desk, where)
        return
    desk.partner("POST", f"{where}/stopselling", body={}, headers=_ANY)
    tell_status(desk, where)


def resume(desk: Desk, offer: _OFFER, plan: _PLAN = "") -> None:
    """Take a stop or an announced end back; an offer that is off sale is submitted to preview again."""
    where = place_of(offer)
    if plan:
        desk.partner("POST", f"{where}/plans/{plan}/resume", body={}, headers=_ANY)
        _plans(desk, where)
        return
    if str(desk.partner("GET", f"{where}/status")["stage"]) == "notAvailable":
        desk.partner("POST", f"{where}/publish", body={}, headers=_ANY)
    else:
        desk.partner("POST", f"{where}/resume", body={}, headers=_ANY)
    tell_status(desk, where)


def deprecate(
    desk: Desk,
    offer: _OFFER,
    reason: Annotated[str, typer.Option(help="criticalSecurityIssue, endOfSupport or other.")] = "other",
    after: Annotated[
        str, typer.Option(help="How long it is still sold, as an ISO duration (P30D); at once when left out.")
    ] = "",
    alternative: Annotated[str, typer.Option(help="What customers may take instead.", show_default=False)] = "",
) -> None:
    """Announce the end of a live offer."""
    where = place_of(offer)
    body = {"reason": reason, "alternative": alternative, **({"dateOffset": after} if after else {})}
    answer = desk.partner("POST", f"{where}/deprecate", body=body, headers=_ANY)
    if desk.for_people:
        desk.say(f"Off sale from {answer['deprecation']['date'][:10]}: {answer['deprecation']['reason']}.")
    else:
        desk.show(answer)


def delete(desk: Desk, offer: _OFFER) -> None:
    """Delete an offer that was never published."""
    where = place_of(offer)
    desk.partner("DELETE", where, headers=_ANY)
    if desk.for_people:
        desk.say(f"Deleted {where.split('/')[1]}/{where.split('/')[3]}.")
    else:
        desk.show({"deleted": where})


def plans(desk: Desk, offer: _OFFER) -> None:
    """List the plans of an offer and how each stands."""
    _plans(desk, place_of(offer))


def _plans(desk: Desk, where: str) -> None:
    columns = (Column("PLAN", "planId", "bold"), Column("NAME", "name"), Column("STATE", "state"))
    desk.show(desk.partner("GET", f"{where}/plans")["value"], *columns, empty="The offer has no plan.")


def audience_sync(
    desk: Desk,
    offer: _OFFER,
    file: Annotated[
        Path | None, typer.Argument(help="A CSV file (Id,Description,Type) of rows to add.", show_default=False)
    ] = None,
    plan: _AUDIENCE = "",
    add: Annotated[list[str] | None, typer.Option(help="A subscription to add.", show_default=False)] = None,
    remove: Annotated[list[str] | None, typer.Option(help="A subscription to remove.", show_default=False)] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Remove whoever is not in the file.")] = False,
) -> None:
    """Change who sees a private plan or the preview: at once, in draft, preview and live; nothing else is published."""
    from lightkeeper.publishing.audience import read_csv

    where = place_of(offer)
    rows = [{"subscriptionId": one} for one in add or ()]
    gone = list(remove or ())
    if file is not None:
        found, findings = read_csv(read_text(file), str(file))
        if findings:
            details = [
                {"code": one.code, "message": one.message, "remedy": one.remedy, "file": str(file),
                 "line": one.place.line if one.place else 1}
                for one in findings
            ]  # fmt: skip
            raise Failure(f"{file} has {len(findings)} faulty rows; nothing was changed.", "AudienceInvalid", details)
        rows += [{"subscriptionId": row.subscription_id, "description": row.description} for row in found]
    if replace:
        if file is None:
            raise usage("--replace needs a file.")
        kept = {row["subscriptionId"].lower() for row in rows}
        now = desk.partner("GET", f"{where}/audience", query={"planId": plan} if plan else None)["value"]
        gone += [row["subscriptionId"] for row in now if row["subscriptionId"].lower() not in kept]
    if not rows and not gone:
        raise usage("There is nothing to change.", "Name a file, --add or --remove.")
    body = {"add": rows, "remove": gone, **({"planId": plan} if plan else {})}
    answer = desk.partner("POST", f"{where}/audience", body=body, headers=_ANY)
    (shown,) = answer.values()
    if desk.for_people:
        desk.say(f"The audience now has {len(shown)} subscription{'' if len(shown) == 1 else 's'}.")
    else:
        desk.show(answer)


def audience_export(desk: Desk, offer: _OFFER, plan: _AUDIENCE = "") -> None:
    """Write an audience as CSV to standard output, in the portal's form."""
    answer = desk.partner("GET", f"{place_of(offer)}/audience", query={"planId": plan} if plan else None)
    if desk.for_people:
        typer.echo(answer["csv"], nl=False)
    else:
        desk.show(answer["value"])
