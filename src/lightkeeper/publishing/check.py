"""Every offline check of an offer, in one go: the text, its form, every rule, the pictures beside it.

`check_offer` is what `lightkeeper offer check` prints and what the marketplace runs before it accepts a submission.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lightkeeper.access import roles as built_in_roles
from lightkeeper.kernel.findings import Finding, Severity
from lightkeeper.publishing import document, offer_file
from lightkeeper.publishing.audience import read_csv
from lightkeeper.publishing.document import Document
from lightkeeper.publishing.listing_rules import check_listing
from lightkeeper.publishing.manifest_rules import check_manifests
from lightkeeper.publishing.media_rules import MAX_MEDIA_BYTES, Media, check_media
from lightkeeper.publishing.offer import Offer, Roles, offer_of
from lightkeeper.publishing.offer_rules import check_offer_fields
from lightkeeper.publishing.plan_rules import check_plans
from lightkeeper.publishing.shape import check_shape
from lightkeeper.publishing.version_rules import Published, check_against


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder an offer file lies in; files outside it are not read."""

    path: Path

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a file below the folder, or None."""
        try:
            root = self.path.resolve()
            file = (root / path).resolve()
            if not file.is_relative_to(root) or not file.is_file() or file.stat().st_size > 2 * MAX_MEDIA_BYTES:
                return None
            return file.read_bytes()
        except (OSError, ValueError):  # a name no file system admits
            return None


def check_offer(
    text: str,
    file: str,
    folder: Path | Media | None = None,
    roles: Roles | None = None,
    published: Published | None = None,
    *,
    leads_required: bool = False,
) -> list[Finding]:
    """Return every fault of an offer file and every warning about it, in the order of the file.

    `folder` holds the pictures and CSV files the offer names (None: pictures are not looked at); `published` is what
    was live before, when that is known. Total: no text makes it raise.
    """
    media = Folder(folder) if isinstance(folder, Path) else folder
    read = load(text, file, media)
    return check_document(read, media, roles, published, leads_required=leads_required)


def load(text: str, file: str, media: Media | None = None) -> Document:
    """Return the document an offer file holds, with the audiences of its CSV files in place."""
    return _with_audiences(offer_file.read(text, file), media)


def check_document(
    read: Document,
    media: Media | None = None,
    roles: Roles | None = None,
    published: Published | None = None,
    *,
    leads_required: bool = False,
) -> list[Finding]:
    """Return what `check_offer` returns, for a document that was loaded already."""
    catalogue: Roles = roles or built_in_roles
    findings = list(read.findings)
    if any(finding.code in ("file-syntax", "file-too-large") for finding in findings):
        pass  # what was read is not what was meant
    elif not isinstance(read.value, dict):
        findings.append(_no_offer(read.value))
    else:
        findings += check_shape(read.value)
        offer = offer_of(read.value, catalogue)
        findings += _rules(offer, media, catalogue, published, leads_required)
    placed = [read.placed(finding) for finding in findings]
    return sorted(_once(placed), key=lambda f: (f.place.line, f.place.column) if f.place else (0, 0))


def _no_offer(value: Any) -> Finding:
    """Return the one finding about a file that is no block of fields: naming each missing field would help nobody."""
    return Finding(
        "file-wrong-type",
        "",
        "The file is empty." if value is None else "The file is no block of fields.",
        "Begin with a file that 'lightkeeper offer init --defaults' writes.",
    )


def _rules(
    offer: Offer, media: Media | None, roles: Roles, published: Published | None, leads_required: bool
) -> Iterator[Finding]:
    yield from check_offer_fields(offer, leads_required=leads_required)
    yield from check_listing(offer)
    yield from check_plans(offer)
    yield from check_manifests(offer, roles)
    if media is not None:
        yield from check_media(offer, media)
    if published is not None:
        yield from check_against(offer, published)


def _once(findings: list[Finding]) -> Iterator[Finding]:
    """Yield one finding per rule and place: the form and a rule may both notice that a field is empty."""
    seen: set[tuple[str, str, str]] = set()
    missing: set[tuple[str, str]] = set()
    for finding in findings:
        key = (finding.code, finding.target, finding.message)
        vague = (finding.code, finding.target)
        if key in seen or (finding.code in _NOTICED_TWICE and vague in missing):
            continue
        seen.add(key)
        missing.add(vague)
        yield finding


_NOTICED_TWICE = frozenset({"100.4-terms-missing", "100.14-preview-audience-empty", "700.6-no-active"})
"""Rules whose absence the schema notices as well as the rule."""


def _with_audiences(read: Document, media: Media | None) -> Document:
    """Return the document with `previewAudienceFile` and `privateAudienceFile` replaced by the rows of those files."""
    if not isinstance(read.value, dict):
        return read
    findings: list[Finding] = []
    value = dict(read.value)
    _take_rows(value, "previewAudience", "previewAudienceFile", "", read.file, media, findings)
    plans = value.get("plans")
    if isinstance(plans, list):
        value["plans"] = [dict(plan) if isinstance(plan, dict) else plan for plan in plans]
        for n, plan in enumerate(value["plans"]):
            if isinstance(plan, dict):
                _take_rows(plan, "privateAudience", "privateAudienceFile", f"plans[{n}]", read.file, media, findings)
    return Document(read.file, value, read.places, (*read.findings, *findings))


def _take_rows(
    block: dict[str, Any], rows: str, name: str, at: str, file: str, media: Media | None, findings: list[Finding]
) -> None:
    path = block.get(name)
    if not isinstance(path, str):
        return
    target = document.child(at, name)
    if rows in block:
        findings.append(
            Finding("audience-given-twice", target, f"Both {rows} and {name} are given.", "Keep one of them.")
        )
        return
    data = media.read(path) if media is not None else None
    if data is None:
        findings.append(
            Finding("audience-file", target, f"There is no file '{path[:200]}'.", "Put it beside the file.")
        )
        return
    csv_name = str(Path(file).parent / path) if file else path
    found, faults = read_csv(data.decode("utf-8", "replace"), csv_name, target)
    findings.extend(faults)
    block[rows] = [
        {"subscriptionId": row.subscription_id, **({"description": row.description} if row.description else {})}
        for row in found
    ]
    del block[name]


def has_errors(findings: list[Finding]) -> bool:
    """Return whether any finding refuses the offer."""
    return any(finding.severity is Severity.ERROR for finding in findings)
