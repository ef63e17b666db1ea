"""The `$filter` forms that clients send, read into what the directory can narrow a list by."""

import re
from collections.abc import Mapping

from lightkeeper.kernel.problems import Invalid

_TEXT = r"'((?:[^']|'')*)'"
_EQUALS = re.compile(rf"(\w+)\s+eq\s+{_TEXT}")
_STARTS = re.compile(rf"startswith\(\s*(\w+)\s*,\s*{_TEXT}\s*\)", re.IGNORECASE)
_ANY_NAME = re.compile(rf"servicePrincipalNames/any\(\s*(\w+)\s*:\s*\1\s+eq\s+{_TEXT}\s*\)", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)

_FIELDS: Mapping[str, str] = {
    "displayname": "name",
    "userprincipalname": "upn",
    "mailnickname": "mail_nickname",
    "appid": "app_id",
    "id": "id",
}


def read_filter(text: str) -> dict[str, str]:
    """Return the narrowing a filter asks for; clauses are joined by `and`. Raises `Invalid` for a form we do not know."""
    narrowed: dict[str, str] = {}
    at = 0
    text = text.strip()
    while at < len(text):
        if narrowed:
            joint = _AND.match(text, at)
            if joint is None:
                raise _unsupported(text)
            at = joint.end()
        field, value, at = _clause(text, at)
        if field in narrowed:
            raise _unsupported(text)
        narrowed[field] = value
    return narrowed


def _clause(text: str, at: int) -> tuple[str, str, int]:
    if found := _ANY_NAME.match(text, at):
        return "app_id", _plain(found.group(2)), found.end()
    if (found := _STARTS.match(text, at)) and found.group(1).lower() == "displayname":
        return "name_prefix", _plain(found.group(2)), found.end()
    if (found := _EQUALS.match(text, at)) and found.group(1).lower() in _FIELDS:
        return _FIELDS[found.group(1).lower()], _plain(found.group(2)), found.end()
    raise _unsupported(text)


def _plain(quoted: str) -> str:
    return quoted.replace("''", "'")


def _unsupported(text: str) -> Invalid:
    return Invalid("Request_UnsupportedQuery", f"Unsupported or invalid query filter clause: '{text[:256]}'.")
