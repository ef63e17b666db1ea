"""What is done with an offer on the server: its draft saved and published, followed through the phases, signed off."""

import base64
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk
from lightkeeper.cli.failures import Failure
from lightkeeper.cli.offer.files import findings_of
from lightkeeper.cli.offer.naming import document_in, offer_file, place_of
from lightkeeper.cli.output import Column, as_yaml, console

_OFFER = Annotated[str, typer.Argument(help="PUBLISHER/OFFER, or the offer file.", show_default=False)]
_WAIT = Annotated[bool, typer.Option("--wait", "-w", help="Wait until the server is done, with a progress bar.")]
_TIMEOUT = Annotated[int, typer.Option(help="How many seconds to wait at most.", min=1)]
_POLL = 0.3
_MOVING = ("inProgress", "waitingForPublisherReview")
_RESTING = ("preview", "live", "attention needed", "draft", "not available in the marketplace")


def _assets(document: Any, folder: Path) -> dict[str, str]:
    """Return the pictures an offer names, encoded, by their path."""
    from lightkeeper.publishing.check import Folder

    found: dict[str, str] = {}
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and value.lower().endswith(".png"):
            data = Folder(folder).read(value)
            if data is not None:
                found[value] = base64.b64encode(data).decode()
    return found


def publish(
    desk: Desk,
    file: Annotated[Path, typer.Argument(help="The offer file, or its folder.", show_default=False)],
    notes: Annotated[str, typer.Option(help="Notes for certification.", show_default=False)] = "",
    wait: _WAIT = False,
    timeout: _TIMEOUT = 300,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check and compare with the server; change nothing.")
    ] = False,
) -> None:
    """Save the file as the offer's draft and send it to preview; it goes live when `go-live` signs it off."""
    path = offer_file(file)
    findings = findings_of(path)
    errors = [{**finding, "code": finding["rule"]} for finding in findings if finding["severity"] == "error"]
    document = document_in(path)
    where = place_of(str(path))
    if dry_run:
        if errors:
            raise Failure(f"{path} would be refused.", "OfferInvalid", errors)
        known = {offer["id"] for offer in desk.partner_list(where.rpartition("/")[0])}
        told = {"offer": where, "wouldCreate": where.rpartition("/")[2] not in known, "findings": findings}
        if desk.for_people:
            desk.say(
                f"{path} could be published ({'a new offer' if told['wouldCreate'] else 'a new version of the offer'})."
            )
        else:
            desk.show(told)
        return
    draft = {"definition": document, "assets": _assets(document, path.parent)}
    desk.partner("PUT", where, body=draft, headers={"if-match": "*"})
    desk.partner("POST", f"{where}/publish", body={"metadata": {"notes": notes}}, headers={"if-match": "*"})
    _after(desk, where, wait, timeout)


def status(
    desk: Desk,
    offer: _OFFER,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Follow the phases until the server is done.")] = False,
    timeout: _TIMEOUT = 300,
) -> None:
    """Show how far an offer is: its status and the five phases, with reasons."""
    where = place_of(offer)
    _tell(desk, where, follow(desk, where, timeout) if watch else desk.partner("GET", f"{where}/status"))


def go_live(desk: Desk, offer: _OFFER, wait: _WAIT = False, timeout: _TIMEOUT = 300) -> None:
    """Sign off the preview: what is in preview goes on sale. It cannot be taken back."""
    where = place_of(offer)
    desk.partner("POST", f"{where}/golive", body={}, headers={"if-match": "*"})
    _after(desk, where, wait, timeout)


def cancel(desk: Desk, offer: _OFFER) -> None:
    """Take a submission back, which can be done until it is signed off."""
    where = place_of(offer)
    desk.partner("POST", f"{where}/cancel", body={}, headers={"if-match": "*"})
    _after(desk, where, False, 0)


def show(
    desk: Desk,
    offer: _OFFER,
    slot: Annotated[
        str, typer.Option(help="Draft, Preview or Production; the draft when left out.", show_default=False)
    ] = "",
) -> None:
    """Show an offer as the server has it: its draft, its preview or what is live."""
    answer = desk.partner("GET", place_of(offer), query={"slot": slot} if slot else None)
    if desk.for_people:
        desk.show({key: value for key, value in answer.items() if key != "definition"})
        desk.say(as_yaml(answer["definition"]))
    else:
        desk.show(answer)


def list_offers(
    desk: Desk,
    publisher: Annotated[
        str, typer.Argument(help="The publisher id; every one of yours when left out.", show_default=False)
    ] = "",
) -> None:
    """List offers with their status."""
    publishers = [publisher] if publisher else [one["id"] for one in desk.partner_list("publishers")]
    offers = [offer for one in publishers for offer in desk.partner_list(f"publishers/{one}/offers")]
    desk.show(
        offers,
        Column("PUBLISHER", "publisherId"), Column("OFFER", "id", "bold"), Column("NAME", "definition.displayText"),
        Column("STATUS", "portalStatus"), Column("ON SALE", "onSale"), Column("CHANGED", "changedTime"),
        empty="There is no offer yet.",
    )  # fmt: skip


def history(desk: Desk, offer: _OFFER) -> None:
    """Show what happened to an offer, oldest first."""
    value = desk.partner("GET", f"{place_of(offer)}/history")["value"]
    desk.show(
        value,
        Column("WHEN", "date"),
        Column("EVENT", "event", "bold"),
        Column("BY", "initiatedBy"),
        Column("NOTE", "note"),
    )


def follow(desk: Desk, where: str, timeout: int) -> dict[str, Any]:
    """Return the status once the server rests; shows the phases as a bar meanwhile."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # other commands start without it

    deadline = time.monotonic() + timeout
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed}/{task.total}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console(stderr=True), transient=True, disable=not desk.for_people) as bar:
        task = bar.add_task("Publishing", total=5)
        while True:
            answer: dict[str, Any] = desk.partner("GET", f"{where}/status")
            steps = answer.get("steps") or []
            done = sum(1 for step in steps if step["status"] == "complete")
            current = next((step["stepName"] for step in steps if step["status"] in _MOVING), answer["portalStatus"])
            bar.update(task, completed=done, total=max(len(steps), 1), description=current)
            if str(answer["portalStatus"]).lower() in _RESTING:
                return answer
            if time.monotonic() > deadline:
                raise Failure(f"The server was not done within {timeout} seconds; it goes on.", "WaitTimedOut")
            time.sleep(_POLL)


def _after(desk: Desk, where: str, wait: bool, timeout: int) -> None:
    """Tell how far the offer is after something was done; with `wait`, once the server rests."""
    answer = follow(desk, where, timeout) if wait else desk.partner("GET", f"{where}/status")
    if wait:
        _insist_on_success(answer)
    _tell(desk, where, answer)


def _insist_on_success(answer: Mapping[str, Any]) -> None:
    """Raise the reasons when the marketplace returned the offer."""
    if str(answer["portalStatus"]).lower() != "attention needed":
        return
    findings = [
        {**finding, "code": finding.get("code") or finding.get("rule", "")}
        for finding in (answer.get("report") or {}).get("findings") or ()
    ]
    told = [
        {"code": step["stepName"], "message": message["messageHtml"]}
        for step in answer.get("steps") or []
        if step["status"] == "rejected"
        for message in step.get("messages") or ()
    ]
    details = findings or told
    raise Failure("The offer needs attention.", "AttentionNeeded", details, "Mend what is named and publish it again.")


def tell_status(desk: Desk, where: str) -> None:
    """Tell how far an offer is now."""
    _tell(desk, where, desk.partner("GET", f"{where}/status"))


def _tell(desk: Desk, where: str, answer: Mapping[str, Any]) -> None:
    if not desk.for_people:
        desk.show(answer)
        return
    _, publisher, _, offer = where.split("/")
    desk.say(f"{publisher}/{offer}: {answer['portalStatus']}")
    desk.show(
        answer.get("steps") or [],
        Column("PHASE", "stepName", "bold"), Column("STATE", lambda row: _STATES.get(row["status"], row["status"])),
        Column("SINCE", "startedTime"),
        Column("SAYS", lambda row: [message["messageHtml"] for message in row.get("messages") or ()]),
    )  # fmt: skip
    if hint := _NEXT.get(str(answer["portalStatus"]).lower()):
        desk.say(hint.format(f"{publisher}/{offer}"))


_STATES = {
    "notStarted": "not started",
    "inProgress": "running",
    "waitingForPublisherReview": "waits for you",
    "waitingForApproval": "waits for the reviewer",
}
_NEXT = {
    "preview": "Look at the preview, then sign it off: lightkeeper offer go-live {}",
    "attention needed": "Mend what is named and publish it again.",
}
