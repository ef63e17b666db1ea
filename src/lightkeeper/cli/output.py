"""How answers are printed: tables for people, JSON and YAML for programs; colours on a terminal only."""

import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from lightkeeper.cli.failures import Failure


class Output(StrEnum):
    """The forms an answer can take."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, and the key (dotted) or function that finds the cell in a row."""

    heading: str
    cell: str | Callable[[Mapping[str, Any]], Any]
    style: str = ""


STATES = {
    "live": "green", "enabled": "green", "succeeded": "green", "registered": "green", "allowed": "green", "true": "green",
    "preview": "cyan", "draft": "dim", "running": "yellow", "publish in progress": "yellow", "pending": "yellow",
    "attention needed": "red", "failed": "red", "denied": "red", "disabled": "red", "error": "red", "warning": "yellow",
}  # fmt: skip


def console(*, stderr: bool = False) -> Console:
    """Return a console that writes to the terminal, or plainly and without a width limit into a file or pipe."""
    stream = sys.stderr if stderr else sys.stdout
    if stream.isatty():
        return Console(file=stream, highlight=False)
    return Console(file=stream, highlight=False, no_color=True, width=200, soft_wrap=True)


def show(
    value: Any,
    output: Output,
    *,
    columns: Sequence[Column] = (),
    title: str = "",
    empty: str = "There is nothing to show.",
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Print an answer. As a table, a list becomes rows and a mapping becomes lines of key and value."""
    if output is Output.JSON:
        sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")
        return
    if output is Output.YAML:
        sys.stdout.write(as_yaml(value))
        return
    out = console()
    cells = _Cells(now)
    if isinstance(value, Mapping):
        out.print(_lines(value, title, cells))
    elif value:
        out.print(_rows(list(value), columns or _columns_of(value), title, cells))
    else:
        out.print(Text(empty))


def say(text: str, output: Output = Output.TABLE) -> None:
    """Print a sentence for people; programs that asked for JSON or YAML get none."""
    if output is Output.TABLE:
        console().print(Text(text))  # what an offer or a path says is no markup


def as_yaml(value: Any) -> str:
    """Return YAML that keeps the order of keys."""
    import io

    from ruamel.yaml import YAML

    writer = YAML(typ="safe", pure=True)
    writer.default_flow_style = False
    writer.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    writer.width = 120
    text = io.StringIO()
    writer.dump(json.loads(json.dumps(value, default=str)), text)
    return text.getvalue()


def _lines(value: Mapping[str, Any], title: str, cells: "_Cells") -> Table:
    table = Table(box=None, show_header=False, title=title or None, title_justify="left", pad_edge=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for key, inner in value.items():
        table.add_row(key, cells.of(inner))
    return table


def _rows(rows: list[Any], columns: Sequence[Column], title: str, cells: "_Cells") -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
    for column in columns:
        table.add_column(column.heading, style=column.style, overflow="fold")
    for row in rows:
        mapping = row if isinstance(row, Mapping) else {"value": row}
        table.add_row(*(cells.of(cell_of(mapping, column)) for column in columns))
    return table


def cell_of(row: Mapping[str, Any], column: Column) -> Any:
    """Return what a column shows of a row; nothing when the row has no such value."""
    if callable(column.cell):
        return column.cell(row)
    value: Any = row
    for part in column.cell.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _columns_of(rows: Iterable[Any]) -> list[Column]:
    keys: dict[str, None] = {}
    for row in rows:
        keys.update(dict.fromkeys(row if isinstance(row, Mapping) else ("value",)))
    return [Column(key, key) for key in keys]


class _Cells:
    """Turns values into cells; the time is asked for only when a table shows one."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._ask = now
        self._now: datetime | None = None

    def of(self, value: Any) -> Text:
        """Return the cell of a value."""
        if value is None or value in ("", []):
            return Text("")
        if isinstance(value, bool):
            return Text("yes" if value else "no", style="green" if value else "")
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            return Text("\n".join(f"{key}: {self.of(inner).plain}" for key, inner in value.items()))
        if isinstance(value, Sequence):
            return Text("\n".join(self.of(inner).plain for inner in value))
        return Text(str(value))

    def _text(self, value: str) -> Text:
        if len(value) >= 19 and value[10:11] == "T" and value[:4].isdigit():
            self._now = self._now or self._ask()
            return Text(relative(value, self._now) or value)
        return Text(value, style=STATES.get(value.lower(), ""))


_SPANS = ((60, 1, "second"), (3600, 60, "minute"), (86400, 3600, "hour"), (86400 * 60, 86400, "day"))


def relative(text: str, now: datetime | None = None) -> str | None:
    """Return a time as people say it (`3 minutes ago`, `in 2 days`); the date when it is far; None when it is no time."""
    if len(text) < 19 or text[10:11] != "T" or not text[:4].isdigit():
        return None
    try:
        at = datetime.fromisoformat(text[:26].rstrip("Z") + "+00:00" if text.endswith("Z") else text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    apart = at - (now or datetime.now(UTC))
    seconds = abs(apart.total_seconds())
    if seconds < 2:
        return "just now"
    for limit, size, word in _SPANS:
        if seconds < limit:
            count = int(seconds // size)
            told = f"{count} {word}{'' if count == 1 else 's'}"
            return f"in {told}" if apart > timedelta(0) else f"{told} ago"
    return at.date().isoformat()


def show_failure(failure: Failure, output: Output) -> None:
    """Print what went wrong to stderr, in the form that was asked for."""
    if output is not Output.TABLE:
        error = {"code": failure.code, "message": failure.message, "details": list(failure.details)}
        if failure.remedy:
            error["remedy"] = failure.remedy
        body = {"error": {**error, **failure.info}}
        sys.stderr.write(json.dumps(body, indent=2, ensure_ascii=False, default=str) + "\n")
        return
    out = console(stderr=True)
    out.print(Text.assemble(("Refused: " if failure.exit_code == 1 else "Error: ", "bold red"), failure.message))
    for detail in failure.details:
        if detail.get("message") == failure.message and not detail.get("line"):
            continue
        place = _place_of(detail)
        line = Text("  " + place) if place else Text("  ")
        line.append(str(detail.get("code", "")), style="yellow")
        line.append(f"  {detail.get('message', '')}")
        out.print(line)
        if detail.get("remedy"):
            out.print(Text(f"      {detail['remedy']}", style="dim"))
    if failure.code not in ("Usage", "Refused"):
        out.print(Text(f"  code: {failure.code}", style="dim"))
    for key, inner in failure.info.items():
        out.print(Text(f"  {key}: {inner}", style="dim"))
    if failure.remedy:
        out.print(Text(failure.remedy))


def _place_of(detail: Mapping[str, Any]) -> str:
    if detail.get("line"):
        return f"{detail.get('file', '')}:{detail['line']}:{detail.get('column', 1)}  "
    return f"{detail['target']}  " if detail.get("target") else ""
