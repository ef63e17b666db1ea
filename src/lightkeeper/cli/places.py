"""From a subscription's name to its id and from a scope's name to an ARM id, as the one who runs the command sees them."""

import re

from lightkeeper.cli.desk import Desk
from lightkeeper.cli.failures import usage

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
API_VERSION = "2022-12-01"


def subscription_id(desk: Desk, text: str) -> str:
    """Return the id of a subscription named by id, ARM id or display name; refuse a name nobody or several have."""
    if _GUID.fullmatch(text):
        return text.lower()
    if text.lower().startswith("/subscriptions/"):
        return text.split("/")[2].lower()
    visible = desk.arm("GET", "/subscriptions", query={"api-version": API_VERSION}).body["value"]
    found = [one["subscriptionId"] for one in visible if one["displayName"].lower() == text.lower()]
    if not found:
        names = ", ".join(sorted(one["displayName"] for one in visible)) or "none"
        raise usage(f"There is no subscription '{text}' that you can see.", f"You see: {names}.")
    if len(found) > 1:
        raise usage(f"{len(found)} subscriptions are called '{text}'.", "Name it by its id.")
    return str(found[0])


def scope_id(desk: Desk, text: str) -> str:
    """Return the ARM id of a scope written as ARM id, subscription, or subscription/group."""
    if text.startswith("/"):
        return text
    name, slash, group = text.partition("/")
    scope = f"/subscriptions/{subscription_id(desk, name)}"
    return f"{scope}/resourceGroups/{group}" if slash else scope
