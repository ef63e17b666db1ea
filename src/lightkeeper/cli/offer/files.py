"""What is done with an offer file: writing a first one, checking it, comparing two."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from lightkeeper.cli.desk import Desk
from lightkeeper.cli.failures import REFUSED, Failure, usage
from lightkeeper.cli.offer import report
from lightkeeper.cli.offer.naming import named, offer_file
from lightkeeper.cli.output import Output, console
from lightkeeper.cli.world import read_text

_FILE = Annotated[Path, typer.Argument(help="The offer file, or its folder.", show_default=False)]


class Format(StrEnum):
    """The forms of a check's findings."""

    HUMAN = "human"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


def init(
    desk: Desk,
    folder: Annotated[Path, typer.Argument(help="Where the offer file and its pictures go.")] = Path(),
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing; the result checks clean.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Write a first offer: asks for the few things it needs, or nothing with --defaults."""
    from lightkeeper.publishing.scaffold import Answers, offer_files

    answers = Answers()
    if not defaults:
        if not sys.stdin.isatty():
            raise usage("There is no terminal to ask on.", "Use --defaults.")
        answers = Answers(**{name: _asked(question, getattr(answers, name)) for name, question in _QUESTIONS.items()})
    files = offer_files(answers)
    present = [path for path in files if (folder / path).exists()]
    if present and not force:
        raise Failure(f"{folder / present[0]} is there already.", "FileExists", remedy="Use --force to overwrite it.")
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    written = [str(folder / path) for path in files]
    if desk.for_people:
        desk.say(f"Wrote {', '.join(written)}. Check it: lightkeeper offer check {written[0]}")
    else:
        desk.show({"written": written})


_QUESTIONS = {
    "publisher": "Publisher id",
    "offer_id": "Offer id",
    "name": "Name customers see",
    "domain": "Your web site's domain",
    "contact": "Who customers' questions go to",
    "email": "Their mail address",
    "phone": "Their telephone number",
    "tenant_id": "Your tenant's id (empty: made up)",
    "technicians_group_id": "Object id of the group that gets access (empty: made up)",
    "preview_subscription_id": "A subscription that may see the preview (empty: made up)",
}


def _asked(question: str, default: str) -> str:
    return str(typer.prompt(question, default=default, show_default=bool(default)))


def findings_of(path: Path, against: Any = None) -> list[dict[str, Any]]:
    """Return what checking an offer file finds, as JSON; `against` is the document that was published before."""
    from lightkeeper.publishing.check import check_offer
    from lightkeeper.publishing.version_rules import published_by

    published = published_by(against) if against is not None else None
    found = check_offer(read_text(path), str(path), path.parent, published=published)
    return [
        {
            "rule": finding.code,
            "severity": str(finding.severity),
            "file": finding.place.file if finding.place else str(path),
            "line": finding.place.line if finding.place else 1,
            "column": finding.place.column if finding.place else 1,
            "message": finding.message,
            "remedy": finding.remedy,
            "target": finding.target,
        }
        for finding in found
    ]


def check(
    desk: Desk,
    file: _FILE = Path(),
    format: Annotated[
        Format | None, typer.Option("--format", "-f", help="The form of the findings.", show_default=False)
    ] = None,
    against: Annotated[
        str,
        typer.Option(help="What was published before: a file, or PUBLISHER/OFFER@live.", show_default=False),
    ] = "",
) -> None:
    """Tell every fault of an offer file at once, with line, rule and remedy; exit code 1 when it has an error."""
    path = offer_file(file)
    findings = findings_of(path, named(desk, against, near=str(path)).document if against else None)
    form = format or (Format.HUMAN if desk.for_people else Format.JSON)
    if format is None and desk.output is Output.YAML:
        desk.show({"findings": findings})
    elif form is Format.JSON:
        sys.stdout.write(json.dumps({"findings": findings}, indent=2, ensure_ascii=False) + "\n")
    elif form is Format.SARIF:
        sys.stdout.write(json.dumps(report.sarif(findings), indent=2, ensure_ascii=False) + "\n")
    elif form is Format.GITHUB:
        sys.stdout.write(report.github(findings))
    else:
        _print(path, findings)
    if any(finding["severity"] == "error" for finding in findings):
        raise typer.Exit(REFUSED)


def _print(path: Path, findings: list[dict[str, Any]]) -> None:
    out = console()
    for finding in findings:
        style = "bold red" if finding["severity"] == "error" else "yellow"
        place = f"{finding['file'] or path}:{finding['line']}:{finding['column']}"
        out.print(Text.assemble((place, "bold"), "  ", (finding["severity"], style), "  ", (finding["rule"], "cyan")))
        out.print(Text(f"    {finding['message']}"))
        if finding["remedy"]:
            out.print(Text(f"    {finding['remedy']}", style="dim"))
    errors = sum(1 for finding in findings if finding["severity"] == "error")
    warnings = len(findings) - errors
    if not findings:
        out.print(Text(f"{path}: no fault.", style="green"))
    else:
        out.print(Text(f"{path}: {_count(errors, 'error')}, {_count(warnings, 'warning')}.", style="bold"))


def _count(n: int, what: str) -> str:
    return f"{n} {what}{'' if n == 1 else 's'}"
