"""`lightkeeper leads`, `notices` and `webhooks`: a publisher's inbox, its delivery log, and what it is told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.output import Column

_PUBLISHER = Annotated[str, typer.Argument(help="The publisher's id.", show_default=False)]
_LEAD = Annotated[str, typer.Argument(help="The lead's id, as `leads list` shows it.", show_default=False)]
_NOTE = Annotated[str, typer.Option(help="A note for yourselves.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Register the commands."""
    leads = group(app, "leads", "Customers' interest in a publisher's offers: inbox, answers, deliveries.")
    command(leads, "list")(list_leads)
    command(leads, "show")(show)
    command(leads, "accept")(accept)
    command(leads, "decline")(decline)
    command(leads, "won")(won)
    command(leads, "lost")(lost)
    command(leads, "export")(export)
    command(leads, "deliveries")(deliveries)
    command(leads, "replay")(replay)
    command(leads, "test")(test)
    command(leads, "secret")(secret)
    command(leads, "contact")(contact)
    command(group(app, "notices", "What a publisher's people are told."), "list")(notices)
    hooks = group(app, "webhooks", "Addresses that are told of a publisher's notices, as signed CloudEvents.")
    command(hooks, "list")(webhooks)
    command(hooks, "add")(add_webhook)
    command(hooks, "remove")(remove_webhook)


def list_leads(
    desk: Desk,
    publisher: _PUBLISHER,
    status: Annotated[str, typer.Option(help="Received, Accepted, Won, Lost, ...", show_default=False)] = "",
    kind: Annotated[str, typer.Option(help="contactMe or callToAction.", show_default=False)] = "",
    offer: Annotated[str, typer.Option(help="An offer's id.", show_default=False)] = "",
) -> None:
    """List the inbox, newest first."""
    query = {key: value for key, value in {"status": status, "kind": kind, "offer": offer}.items() if value}
    desk.show(
        _every_page(desk, f"publishers/{publisher}/leads", query),
        Column("ID", "id", "bold"), Column("WHO", _who), Column("COMPANY", "UserDetails.Company"),
        Column("OFFER", "OfferId"), Column("PLAN", "PlanId"), Column("KIND", "kind"), Column("STATUS", _status),
        Column("WHEN", "leadCreationDateTime"), empty="No leads.",
    )  # fmt: skip


def show(desk: Desk, publisher: _PUBLISHER, lead: _LEAD) -> None:
    """Show a lead and what was sent of it."""
    found = desk.partner("GET", f"publishers/{publisher}/leads/{lead}")
    if not desk.for_people:
        desk.show(found)
        return
    desk.show({key: value for key, value in found.items() if key not in ("UserDetails", "deliveries")})
    desk.show(found["UserDetails"], title="Contact")
    _show_deliveries(desk, found["deliveries"])


def accept(desk: Desk, publisher: _PUBLISHER, lead: _LEAD, note: _NOTE = "") -> None:
    """Take a lead on."""
    _answer(desk, publisher, lead, "Accepted", note)


def decline(desk: Desk, publisher: _PUBLISHER, lead: _LEAD, note: _NOTE = "") -> None:
    """Refuse a lead."""
    _answer(desk, publisher, lead, "Declined", note)


def won(desk: Desk, publisher: _PUBLISHER, lead: _LEAD, note: _NOTE = "") -> None:
    """Say that a lead ended well."""
    _answer(desk, publisher, lead, "Won", note)


def lost(desk: Desk, publisher: _PUBLISHER, lead: _LEAD, note: _NOTE = "") -> None:
    """Say that a lead came to nothing."""
    _answer(desk, publisher, lead, "Lost", note)


def _answer(desk: Desk, publisher: str, lead: str, status: str, note: str) -> None:
    answer = desk.partner("POST", f"publishers/{publisher}/leads/{lead}/answer", body={"status": status, "note": note})
    if desk.for_people:
        desk.say(f"The lead is {answer['status']}.")
    else:
        desk.show(answer)


def export(
    desk: Desk,
    publisher: _PUBLISHER,
    file: Annotated[Path, typer.Argument(help="The CSV file to write.", show_default=False)],
) -> None:
    """Write the inbox into a CSV file."""
    text = desk.partner("GET", f"publishers/{publisher}/leads", query={"format": "csv"})
    file.write_text(str(text or ""), encoding="utf-8", newline="")
    desk.say(f"Written: {file}")


def deliveries(
    desk: Desk,
    publisher: _PUBLISHER,
    state: Annotated[str, typer.Option(help="queued, sending, waiting, delivered or dead.", show_default=False)] = "",
) -> None:
    """List what was sent for the publisher, newest first."""
    query = {"state": state} if state else {}
    _show_deliveries(desk, _every_page(desk, f"publishers/{publisher}/deliveries", query))


def _every_page(desk: Desk, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
    answer = desk.partner("GET", path, query=query)
    found: list[dict[str, Any]] = answer["value"]
    while "nextLink" in answer:
        answer = desk.partner("GET", path, query={**query, "continuationToken": found[-1]["id"]})
        found += answer["value"]
    return found


def _show_deliveries(desk: Desk, found: list[dict[str, Any]]) -> None:
    desk.show(
        found,
        Column("ID", "id", "bold"), Column("BY", "channel"), Column("TO", "target"), Column("STATE", "state"),
        Column("ATTEMPTS", "attempts"), Column("NEXT", "nextAt"), Column("NOTE", "note"), empty="Nothing was sent.",
    )  # fmt: skip


def replay(
    desk: Desk,
    publisher: _PUBLISHER,
    delivery: Annotated[str, typer.Argument(help="The delivery's id.", show_default=False)],
) -> None:
    """Try a delivery again that failed."""
    answer = desk.partner("POST", f"publishers/{publisher}/deliveries/{delivery}/replay", body={})
    if desk.for_people:
        desk.say("It is tried again now; see `leads deliveries`.")
    else:
        desk.show(answer)


def test(
    desk: Desk,
    publisher: _PUBLISHER,
    offer: Annotated[str, typer.Argument(help="The offer's id.", show_default=False)],
) -> None:
    """Send a test lead to the destination of an offer's draft; exit code 1 when it is not taken."""
    answer = desk.partner("POST", f"publishers/{publisher}/offers/{offer}/leads/test", body={})
    if desk.for_people:
        taken = answer["state"] == "delivered"
        desk.say(f"The test lead {'arrived' if taken else 'was not taken'}. {answer['note']}".strip())
    else:
        desk.show(answer)
    if answer["state"] != "delivered":
        raise typer.Exit(1)


def secret(desk: Desk, publisher: _PUBLISHER) -> None:
    """Make a new secret that signs leads sent to your HTTPS endpoint, and show it this once."""
    desk.show(desk.partner("POST", f"publishers/{publisher}/leadsecret", body={}))


def contact(
    desk: Desk,
    offer: Annotated[str, typer.Argument(help="PUBLISHER.OFFER.", show_default=False)],
    consent: Annotated[bool, typer.Option("--consent", help="The publisher may get your contact data.")] = False,
    plan: Annotated[str, typer.Option(help="The plan you ask about.", show_default=False)] = "",
    comment: Annotated[str, typer.Option(help="What you would like to know.", show_default=False)] = "",
    phone: Annotated[str, typer.Option(help="Where to call you.", show_default=False)] = "",
) -> None:
    """As a customer, ask the publisher of an offer to get in touch."""
    publisher, _, product = offer.partition(".")
    body = {"consent": consent, "plan": plan, "comment": comment, "phone": phone}
    answer = desk.portal("POST", f"storefront/{publisher}/{product}/contact", body=body)
    if desk.for_people:
        desk.say(f"The publisher of {offer} was told.")
    else:
        desk.show(answer)


def notices(desk: Desk, publisher: _PUBLISHER) -> None:
    """List what the publisher's people were told, newest first."""
    desk.show(
        desk.partner("GET", f"publishers/{publisher}/notices")["value"],
        Column("WHEN", "at"), Column("WHAT", "subject", "bold"), Column("KIND", "kind"), Column("CATEGORY", "category"),
        empty="Nothing was told.",
    )  # fmt: skip


def webhooks(desk: Desk, publisher: _PUBLISHER) -> None:
    """List the publisher's webhooks."""
    desk.show(
        desk.partner("GET", f"publishers/{publisher}/webhooks")["value"],
        Column("ID", "id", "bold"), Column("URL", "url"), Column("KINDS", "kinds"), Column("SINCE", "createdAt"),
        empty="There are no webhooks.",
    )  # fmt: skip


def add_webhook(
    desk: Desk,
    publisher: _PUBLISHER,
    url: Annotated[str, typer.Argument(help="An https:// address.", show_default=False)],
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="A kind of notice; every kind when left out.", show_default=False)
    ] = None,
) -> None:
    """Add a webhook. Its secret is shown this once."""
    body = {"url": url, "kinds": kind or []}
    desk.show(desk.partner("POST", f"publishers/{publisher}/webhooks", body=body))


def remove_webhook(
    desk: Desk,
    publisher: _PUBLISHER,
    webhook: Annotated[str, typer.Argument(help="The webhook's id.", show_default=False)],
) -> None:
    """Remove a webhook."""
    desk.partner("DELETE", f"publishers/{publisher}/webhooks/{webhook}")
    desk.say("Removed.")


def _who(row: Mapping[str, Any]) -> str:
    who = row["UserDetails"]
    return " ".join(
        part for part in (who["FirstName"], who["LastName"], f"<{who['Email']}>" if who["Email"] else "") if part
    )


def _status(row: Mapping[str, Any]) -> str:
    return f"{row['status']}, urgent" if row["urgent"] else str(row["status"])
