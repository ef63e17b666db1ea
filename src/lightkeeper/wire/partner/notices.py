"""Notices on the publisher's API: what was told, who wants to be told, and webhooks."""

from typing import Any

from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.outbound import service
from lightkeeper.outbound.model import Notice, Webhook
from lightkeeper.wire.partner.desk import Answer, Asked, PartnerDesk


def list_notices(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return what the account was told, newest first."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        return Answer(200, {"value": [notice_document(one) for one in service.list_notices(call, _owner(asked))]})


def get_preferences(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return which notices the caller gets by mail."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        return Answer(200, service.preferences(call, _owner(asked)))


def put_preferences(desk: PartnerDesk, asked: Asked) -> Answer:
    """Say which notices the caller wants by mail."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        return Answer(200, service.set_preferences(call, _owner(asked), asked.body))


def list_webhooks(desk: PartnerDesk, asked: Asked) -> Answer:
    """Return the account's webhooks, without their secrets."""
    with desk.office.reading(asked.caller, correlation_id=asked.correlation_id) as call:
        return Answer(200, {"value": [webhook_document(one) for one in service.list_webhooks(call, _owner(asked))]})


def post_webhook(desk: PartnerDesk, asked: Asked) -> Answer:
    """Add a webhook: `url`, `kinds` (none: all). The answer shows its secret, this once."""
    url, kinds = webhook_asked(asked.body)
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        hook = service.add_webhook(call, _owner(asked), url, kinds)
    return Answer(201, {**webhook_document(hook), "secret": hook.secret})


def delete_webhook(desk: PartnerDesk, asked: Asked) -> Answer:
    """Remove a webhook."""
    with desk.office.writing(asked.caller, correlation_id=asked.correlation_id, occasion=asked.occasion) as call:
        service.remove_webhook(call, _owner(asked), asked.path["webhook"])
    return Answer(204)


def webhook_asked(body: Any) -> tuple[str, tuple[str, ...]]:
    """Return address and kinds of a request to add a webhook. Raises `Invalid`."""
    said = body if isinstance(body, dict) else {}
    url, kinds = said.get("url"), said.get("kinds") or []
    if not isinstance(url, str) or not isinstance(kinds, list) or not all(isinstance(one, str) for one in kinds):
        raise Invalid("badRequest", "Give 'url' as a text and 'kinds' as a list of texts.", target="url")
    return url, tuple(kinds)


def notice_document(notice: Notice) -> dict[str, Any]:
    """Return a notice as JSON."""
    return {
        "id": notice.id,
        "kind": str(notice.kind),
        "category": "action" if notice.mandatory else "notification",
        "subject": notice.subject,
        "text": notice.text,
        "at": iso(notice.at),
        "data": dict(notice.data),
    }


def webhook_document(hook: Webhook) -> dict[str, Any]:
    """Return a webhook as JSON, without its secret."""
    return {
        "id": hook.id,
        "url": hook.url,
        "kinds": list(hook.kinds),
        "createdBy": hook.created_by,
        "createdAt": iso(hook.created_at),
    }


def _owner(asked: Asked) -> str:
    return service.of_publisher(asked.path["publisher"])


_PUBLISHER = "/api/publishers/{publisher}"

ENDPOINTS = [
    ("GET", f"{_PUBLISHER}/notices", list_notices),
    ("GET", f"{_PUBLISHER}/notices/preferences", get_preferences),
    ("PUT", f"{_PUBLISHER}/notices/preferences", put_preferences),
    ("GET", f"{_PUBLISHER}/webhooks", list_webhooks),
    ("POST", f"{_PUBLISHER}/webhooks", post_webhook),
    ("DELETE", f"{_PUBLISHER}/webhooks/{{webhook}}", delete_webhook),
]
