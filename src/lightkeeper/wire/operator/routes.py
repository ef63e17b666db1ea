"""The operator's endpoints, all under `/operator/`."""

import json
from typing import Any

from starlette.routing import Route

from lightkeeper.access import service as roles
from lightkeeper.access.assignment_rules import Asked as Asking
from lightkeeper.access.model import OWNER
from lightkeeper.kernel import clock as kernel_clock
from lightkeeper.kernel import log, log_reader
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.ids import new_guid
from lightkeeper.kernel.log import Entry
from lightkeeper.kernel.log_reader import SetAside
from lightkeeper.kernel.problems import Invalid
from lightkeeper.kernel.resource_id import parse
from lightkeeper.resources import service as resources
from lightkeeper.wire.operator import access, identity
from lightkeeper.wire.operator.desk import Asked, OperatorDesk, finding_document, guarded
from lightkeeper.world import apply, beside, lookup, show, time
from lightkeeper.world.beside import Beside


def get_health(desk: OperatorDesk, asked: Asked) -> Any:
    """Return how far the server's log and its access index are, and how many entries were set aside.

    `status` is `closed` while nobody but the operator is served, and `because` says why.
    """
    with desk.office.reading(OPERATOR) as call:
        call.open_to_all("only the holder of the operator's key gets here")
        aside = len(log_reader.set_aside(call.connection))
    return {
        "status": "closed" if desk.office.closed_because else "ok",
        "because": desk.office.closed_because,
        "revision": desk.office.revision,
        "indexRevision": desk.index.revision,
        "setAside": aside,
    }


def post_world(desk: OperatorDesk, asked: Asked) -> Any:
    """Apply a world file (the body is its text; `?file=` names it in messages); `?check=true` only reads it.

    With `?beside=true` the body is JSON: `world`, the text, and `beside`, the files it names.
    """
    file = asked.query.get("file", "world.yaml")
    text, files = (asked.text, beside.nothing) if asked.query.get("beside") != "true" else _with_files(asked.text)
    if asked.query.get("check") == "true":
        from lightkeeper.world import document

        _, findings = document.read(text, file, role_known=apply.role_known, beside=files)
        return {"changed": 0, "findings": [finding_document(finding) for finding in findings]}
    with desk.office.writing(OPERATOR) as call:
        applied = apply.apply_text(call, text, file, desk.hashing, beside=files)
    return {
        "changed": applied.changed,
        "revision": desk.office.revision,
        "findings": [finding_document(finding) for finding in applied.findings],
    }


def _with_files(body: str) -> tuple[str, Beside]:
    """Return the world file's text and the files beside it."""
    try:
        value = json.loads(body)
        text, files = value["world"], value["beside"]
        if isinstance(text, str) and all(isinstance(part, str) for pair in files.items() for part in pair):
            return text, beside.of(files)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        pass
    raise Invalid("InvalidRequest", "Send JSON with the text of the world file in 'world' and its files in 'beside'.")


def get_world(desk: OperatorDesk, asked: Asked) -> Any:
    """Return what exists, in the world file's shape."""
    with desk.office.reading(OPERATOR) as call:
        return show.world_now(call)


def post_verify(desk: OperatorDesk, asked: Asked) -> Any:
    """Walk the log's hash chain."""
    with desk.office.reading(OPERATOR) as call:
        call.open_to_all("only the holder of the operator's key gets here")
        verdict = log.verify(call.connection)
    return {
        "intact": verdict.fault is None,
        "rows": verdict.rows,
        "head": verdict.head,
        "hash": verdict.head_hash,
        "fault": verdict.fault,
    }


def get_log(desk: OperatorDesk, asked: Asked) -> Any:
    """Return log entries, oldest first: those behind `?after=`, or the last `?limit=` (100)."""
    limit = asked.number("limit", 100, 1000)
    with desk.office.reading(OPERATOR) as call:
        call.open_to_all("only the holder of the operator's key gets here")
        head, _ = log.head_of(call.connection)
        after = asked.number("after", max(0, head - limit), 10**18)
        found = log.after(call.connection, after, limit=limit)
    return {"head": head, "value": [_entry(entry) for entry in found]}


def get_set_aside(desk: OperatorDesk, asked: Asked) -> Any:
    """Return the entries that readers of the log could not deal with, each with the reason."""
    with desk.office.reading(OPERATOR) as call:
        call.open_to_all("only the holder of the operator's key gets here")
        found = log_reader.set_aside(call.connection)
    return {"value": [_aside(one) for one in found]}


def post_retry(desk: OperatorDesk, asked: Asked) -> Any:
    """Let the `reader` try the entry of a `revision` (a text of digits) again that it has set aside."""
    reader, revision = asked.needed("reader"), asked.needed("revision")
    if not revision.isdecimal() or len(revision) > 18:
        raise Invalid("InvalidNumber", "'revision' must be a whole number.", target="revision")
    with desk.office.writing(OPERATOR) as call:
        found = log_reader.ask_again(call, reader, int(revision))
    return _aside(found)


def _aside(one: SetAside) -> dict[str, Any]:
    return {
        "reader": one.reader,
        "revision": one.revision,
        "kind": one.kind,
        "reason": one.reason,
        "at": iso(one.at),
        "askedAgain": one.asked_again,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "revision": entry.revision,
        "at": iso(entry.at),
        "kind": entry.kind,
        "operation": entry.operation,
        "actor": entry.actor_id,
        "actorTenant": entry.actor_tenant_id,
        "tenant": entry.tenant_id,
        "subscription": entry.subscription_id,
        "correlationId": entry.correlation_id,
        "body": entry.body,
        "hash": entry.hash,
    }


def post_transfer(desk: OperatorDesk, asked: Asked) -> Any:
    """Give the `subscription` (a name or id) to another `tenant`; `owner`, a principal there, becomes its Owner."""
    with desk.office.writing(OPERATOR) as call:
        subscription = lookup.scope_named(call, asked.needed("subscription"))
        tenant = lookup.tenant_named(call, asked.needed("tenant"))
        owner = asked.optional("owner")
        principal = lookup.subject_named(call, owner, tenant.name)[0] if owner else None
        moved = resources.transfer_subscription(call, parse(subscription).subscription_id or "", tenant.id)
        if principal is not None:
            roles.give(call, moved.scope, Asking(new_guid(), principal.id, OWNER))
    return {"subscription": moved.id, "tenant": moved.tenant_id, "owner": principal.id if principal else None}


def get_clock(desk: OperatorDesk, asked: Asked) -> Any:
    """Return the time everything goes by, and how far it is ahead of the wall clock."""
    clock = desk.office.clock
    return {
        "now": iso(clock.now()),
        "shiftSeconds": clock.shift.total_seconds(),
        "movable": not desk.production,
    }


def post_clock(desk: OperatorDesk, asked: Asked) -> Any:
    """Move the sandbox's clock forward by the ISO 8601 duration `by`."""
    by = kernel_clock.duration(asked.needed("by"))
    with desk.office.writing(OPERATOR) as call:
        shift = time.advance(call, by, production=desk.production)
    desk.office.clock.shift = max(desk.office.clock.shift, shift)
    desk.after_advance()
    return get_clock(desk, asked)


ENDPOINTS = [
    ("GET", "/operator/health", get_health),
    ("POST", "/operator/world", post_world),
    ("GET", "/operator/world", get_world),
    ("POST", "/operator/log/verify", post_verify),
    ("GET", "/operator/log", get_log),
    ("GET", "/operator/log/aside", get_set_aside),
    ("POST", "/operator/log/retry", post_retry),
    ("POST", "/operator/access/check", access.check),
    ("POST", "/operator/access/explain", access.explain),
    ("POST", "/operator/access/list", access.list_rights),
    ("POST", "/operator/subscriptions/transfer", post_transfer),
    ("GET", "/operator/clock", get_clock),
    ("POST", "/operator/clock/advance", post_clock),
    *identity.ENDPOINTS,
]


def operator_routes(desk: OperatorDesk) -> list[Route]:
    """Return the routes for the main origin."""
    return [Route(path, guarded(desk, endpoint), methods=[method]) for method, path, endpoint in ENDPOINTS]
