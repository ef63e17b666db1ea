"""Audiences as CSV, in the portal's format: `Id,Description,Type`, where Type is always `SubscriptionId`."""

import csv
import io
from collections.abc import Iterable

from lightkeeper.kernel.findings import Finding, Place
from lightkeeper.kernel.ids import is_guid
from lightkeeper.publishing.offer import AudienceRow

COLUMNS = ["Id", "Description", "Type"]
TYPE = "SubscriptionId"


def read_csv(text: str, file: str, target: str = "") -> tuple[list[AudienceRow], list[Finding]]:
    """Return the rows of a CSV file and every fault in it, each with its line; faulty rows are left out."""
    rows: list[AudienceRow] = []
    findings: list[Finding] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))

    def fault(code: str, message: str, remedy: str) -> None:
        findings.append(Finding(code, target, message, remedy, place=Place(file, max(reader.line_num, 1), 1)))

    try:
        header = [cell.strip() for cell in next(reader, [])]
        if [cell.lower() for cell in header] != [cell.lower() for cell in COLUMNS]:
            fault("audience-csv-columns", "The first line must name the columns.", f"Write {','.join(COLUMNS)}.")
            return [], findings
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            subscription, description, kind = ([cell.strip() for cell in cells] + ["", "", ""])[:3]
            row = f"Row {reader.line_num}"
            if not is_guid(subscription):
                fault(
                    "audience-subscription-id",
                    f"{row}: '{subscription[:60]}' is not a GUID.",
                    "Give a subscription id.",
                )
            elif kind.lower() != TYPE.lower():
                fault("audience-csv-type", f"{row}: the type '{kind[:60]}' is not supported.", f"Write {TYPE}.")
            else:
                rows.append(AudienceRow(subscription.lower(), description))
    except csv.Error as error:
        fault("audience-csv-syntax", f"This is not CSV: {error}.", "Export the file from a spreadsheet as CSV (UTF-8).")
    return rows, findings


def write_csv(rows: Iterable[AudienceRow]) -> str:
    """Return the rows as the portal exports them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([row.subscription_id, row.description, TYPE] for row in rows)
    return out.getvalue()
