"""Findings in the forms other tools read, and long lists of operations in a form people read."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_FORM = "Form of the offer file"


def sarif(findings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return a SARIF 2.1.0 log, for code scanning."""
    from lightkeeper.publishing.certification import POLICIES, policy_of

    rules = dict.fromkeys(finding["rule"] for finding in findings)
    return {
        "$schema": _SARIF,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "lightkeeper",
                        "rules": [
                            {"id": rule, "shortDescription": {"text": POLICIES.get(policy_of(rule), _FORM)}}
                            for rule in rules
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": finding["rule"],
                        "level": finding["severity"],
                        "message": {"text": f"{finding['message']} {finding['remedy']}".strip()},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": quote(str(finding["file"]).replace("\\", "/"))},
                                    "region": {"startLine": finding["line"], "startColumn": finding["column"]},
                                }
                            }
                        ],
                    }
                    for finding in findings
                ],
            }
        ],
    }


def github(findings: Sequence[Mapping[str, Any]]) -> str:
    """Return workflow commands that mark the lines in a pull request."""
    lines = [
        f"::{finding['severity']} file={_property(finding['file'])},line={finding['line']},col={finding['column']},"
        f"title={_property(finding['rule'])}::{_data((finding['message'] + ' ' + finding['remedy']).strip())}\n"
        for finding in findings
    ]
    return "".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(str(text)).replace(":", "%3A").replace(",", "%2C")


def grouped(operations: Sequence[str], most: int = 12) -> list[str]:
    """Return operations by provider with counts; few of one provider are named, many only counted."""
    by_provider: dict[str, list[str]] = {}
    for operation in operations:
        by_provider.setdefault(operation.partition("/")[0], []).append(operation.partition("/")[2])
    lines = []
    for provider, names in sorted(by_provider.items(), key=lambda one: (-len(one[1]), one[0]))[:most]:
        told = ", ".join(sorted(names)) if len(names) <= 4 else f"{len(names)} operations"
        lines.append(f"{provider}: {told}")
    if len(by_provider) > most:
        lines.append(f"and {len(by_provider) - most} more providers")
    return lines


def short(value: Any) -> str:
    """Return a value of a field in at most 80 characters."""
    from lightkeeper.publishing.diff_report import in_words

    return in_words(value, 80)
