"""A difference as a report to send to a customer: Markdown and HTML, effective rights first. Pure."""

import html
from collections.abc import Iterator, Sequence
from typing import Any

from lightkeeper.publishing.diff import Difference, OperationChange, PlanRights, RoleChange, grouped
from lightkeeper.publishing.field_diff import FieldChange

_MOST_NAMED = 12
_STYLE = """\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
table{border-collapse:collapse;width:100%;margin:1rem 0}th,td{border-bottom:1px solid #ccc;padding:.4rem .6rem;
text-align:left;vertical-align:top}td{overflow-wrap:anywhere}td:nth-child(2){white-space:nowrap}.gained{color:#7a3e00}.lost{color:#0b5394}
code{font-size:.9em}@media (prefers-color-scheme:dark){body{background:#111;color:#eee}.gained{color:#ffb870}
.lost{color:#8cc4ff}}"""


def markdown_of(difference: Difference, title: str) -> str:
    """Return the report as Markdown; what an offer says can form no markup of its own."""
    lines = [f"# {_md(title)}", ""]
    if difference.empty:
        return "\n".join([*lines, "Nothing differs.", ""])
    lines += ["## Access", ""]
    if not difference.rights:
        lines += ["Nobody gains or loses access.", ""]
    for plan in difference.rights:
        lines += [f"### {_md(heading_of(plan))}", "", "| Who | Change | Role | Access |", "| --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(_md(cell) for cell in _role_cells(role))} |" for role in plan.roles]
        lines.append("")
        for change in plan.operations:
            for word, sentence, groups in _operation_parts(change):
                lines += [f"**{_md(sentence)}**", ""]
                lines += [f"- {word}: {_md(name)} ({_md(verbs)})" for name, verbs in groups]
                lines.append("")
    lines += ["## Fields", "", "| Field | Change | Before | After |", "| --- | --- | --- | --- |"]
    lines += [f"| {' | '.join(_md(cell) for cell in _field_cells(field))} |" for field in difference.fields]
    return "\n".join([*lines, ""])


def html_of(difference: Difference, title: str) -> str:
    """Return the report as one HTML page that loads nothing from elsewhere."""
    return "".join(_html(difference, title))


def _html(difference: Difference, title: str) -> Iterator[str]:
    e = html.escape
    yield f"<!doctype html>\n<html lang='en'><head><meta charset='utf-8'><title>{e(title)}</title>"
    yield f"<meta name='viewport' content='width=device-width'><style>{_STYLE}</style></head><body><h1>{e(title)}</h1>"
    if difference.empty:
        yield "<p>Nothing differs.</p></body></html>\n"
        return
    yield "<h2>Access</h2>"
    if not difference.rights:
        yield "<p>Nobody gains or loses access.</p>"
    for plan in difference.rights:
        yield f"<h3>{e(heading_of(plan))}</h3>"
        yield _table(("Who", "Change", "Role", "Access"), [_role_cells(role) for role in plan.roles])
        for change in plan.operations:
            for word, sentence, groups in _operation_parts(change):
                yield f"<h4 class='{word}'>{e(sentence)}</h4><ul>"
                yield from (f"<li><code>{e(name)}</code> ({e(verbs)})</li>" for name, verbs in groups)
                yield "</ul>"
    yield "<h2>Fields</h2>"
    yield _table(("Field", "Change", "Before", "After"), [_field_cells(field) for field in difference.fields])
    yield "</body></html>\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th scope='col'>{html.escape(one)}</th>" for one in headings)
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def heading_of(plan: PlanRights) -> str:
    """Return what a plan's part of the report is called."""
    if not plan.old_version:
        return f"Plan {plan.plan_id}: new, version {plan.new_version}"
    if not plan.new_version:
        return f"Plan {plan.plan_id}: removed, was version {plan.old_version}"
    return f"Plan {plan.plan_id}: version {plan.old_version} to {plan.new_version}"


def _role_cells(role: RoleChange) -> tuple[str, str, str, str]:
    assignable = f", may assign {', '.join(role.assignable)}" if role.assignable else ""
    return role.principal_name or role.principal_id, role.kind, f"{role.role_name}{assignable}", role.access


def _operation_parts(change: OperationChange) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Yield gained and lost: the word, a sentence with the number, and the operations by resource type."""
    who = change.principal_name or change.principal_id
    for word, operations, verb in (
        ("gained", change.gained, "can newly do"),
        ("lost", change.lost, "can no longer do"),
    ):
        if operations:
            number = f"{len(operations):,} operation{'' if len(operations) == 1 else 's'}"
            yield word, f"{who} {verb} {number}", list(_summed(operations))


def _summed(operations: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield resource types with their verbs; many types are summed up by provider, so that a person can read them."""
    by_type = grouped(operations)
    if len(by_type) <= _MOST_NAMED:
        yield from ((name, ", ".join(verbs)) for name, verbs in by_type.items())
        return
    by_provider: dict[str, list[int]] = {}
    for name, verbs in by_type.items():
        counted = by_provider.setdefault(name.partition("/")[0] or "all providers", [0, 0])
        counted[0] += 1
        counted[1] += len(verbs)
    for provider, (types, count) in sorted(by_provider.items(), key=lambda one: (-one[1][1], one[0])):
        yield (
            provider,
            f"{count} operation{'' if count == 1 else 's'} on {types} resource type{'' if types == 1 else 's'}",
        )


def _field_cells(field: FieldChange) -> tuple[str, str, str, str]:
    return field.path or "the whole document", field.kind, in_words(field.old, 200), in_words(field.new, 200)


def in_words(value: Any, most: int) -> str:
    """Return a value of a field as people write it, in at most so many characters."""
    shown = _words(value)
    return shown if len(shown) <= most else f"{shown[: most - 3]}..."


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_inner(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "; ".join(_inner(part) for part in value)
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _inner(value: Any) -> str:
    """Return a part of a value: blocks in brackets, so that one sees where they end."""
    shown = _words(value)
    return f"({shown})" if isinstance(value, dict) else f"[{shown}]" if isinstance(value, list) else shown


def _md(shown: str) -> str:
    """Return a text in which nothing is Markdown or HTML."""
    plain = "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|!&~" else letter for letter in shown)
    return " ".join(plain.split())
