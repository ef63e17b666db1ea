"""Asking the directory's own rules, in a call: roles on Azure scopes say nothing about a directory."""

from lightkeeper.directory import rules
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Forbidden, NotFound

_WHY = "directory/rules.py decides"


def administer(call: Call) -> None:
    """Return quietly when the caller may write directories; raise `Forbidden` in Graph's words otherwise."""
    call.open_to_all(_WHY)
    if not rules.may_administer_directory(call.caller):
        raise _denied()


def read(call: Call, tenant_id: str) -> None:
    """Return quietly when the caller may read the objects of a tenant; raise `Forbidden` in Graph's words otherwise."""
    call.open_to_all(_WHY)
    if not rules.may_read_directory(call.caller, tenant_id):
        raise _denied()


def not_found(named: str) -> NotFound:
    """Return the problem of an object that is not there, in Graph's words."""
    return NotFound(
        "Request_ResourceNotFound",
        f"Resource '{named}' does not exist or one of its queried reference-property objects are not present.",
    )


def _denied() -> Forbidden:
    return Forbidden("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
