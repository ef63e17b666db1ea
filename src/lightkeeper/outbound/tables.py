"""A report as a table, and the table as CSV."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Report:
    """A named table; every row has a value for every column, in their order."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    @property
    def documents(self) -> list[dict[str, Any]]:
        """Return the rows as JSON objects."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def as_csv(report: Report) -> str:
    """Return the table as CSV. A text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return as_text(report, "csv")


def as_text(report: Report, form: str) -> str:
    """Return the table with commas (`csv`) or tabs (`tsv`) between its values, guarded like `as_csv`."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n", delimiter="\t" if form == "tsv" else ",")
    writer.writerow(report.columns)
    writer.writerows([_cell(value) for value in row] for row in report.rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value
