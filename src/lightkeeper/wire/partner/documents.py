"""Offers, submissions and differences in the words of the publisher's API."""

import base64
import binascii
from typing import Any

from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.problems import Invalid
from lightkeeper.publishing.diff import Difference, OperationChange, RoleChange, grouped
from lightkeeper.publishing.lifecycle import PHASE_NAMES, Phase, Stage
from lightkeeper.publishing.model import Content, HistoryEntry, OfferRecord, OfferStanding, Step, Submission

OFFER_TYPE = "microsoft-azure-managedservices"  # the public documentation gives no id for this type

_OFFER_STATUS = {
    Stage.DRAFT: "neverPublished",
    Stage.VALIDATING: "running",
    Stage.CERTIFYING: "running",
    Stage.BUILDING_PREVIEW: "running",
    Stage.AWAITING_SIGN_OFF: "waitingForPublisherReview",
    Stage.PUBLISHING: "running",
    Stage.LIVE: "succeeded",
    Stage.ATTENTION_NEEDED: "failed",
    Stage.STOPPING: "running",
    Stage.NOT_AVAILABLE: "canceled",
}
_ESTIMATES = {
    Phase.VALIDATION: "< 15 min",
    Phase.CERTIFICATION: "~2-3 days",
    Phase.PREVIEW: "< 1 hour",
    Phase.SIGN_OFF: "< 1 hour",
    Phase.PUBLISH: "~2-5 days",
}


def offer_document(offer: OfferRecord, *, content: Content | None = None) -> dict[str, Any]:
    """Return an offer; `content` is what another environment than the draft shows."""
    shown = content or offer.draft
    return {
        **_standing(offer),
        "definition": shown.document,
        "assets": {path: f"/media/{d}.png" for path, d in shown.assets.items()},
    }


def listed_offer(offer: OfferStanding) -> dict[str, Any]:
    """Return an offer as lists show it: without its definition."""
    return {**_standing(offer), "definition": {"displayText": offer.alias}}


def _standing(offer: OfferStanding) -> dict[str, Any]:
    found: dict[str, Any] = {
        "offerTypeId": OFFER_TYPE,
        "publisherId": offer.publisher_id,
        "id": offer.id,
        "status": _OFFER_STATUS[offer.stage],
        "portalStatus": str(offer.status),
        "version": offer.edition,
        "etag": offer.etag,
        "changedTime": iso(offer.changed_at),
        "changedBy": offer.changed_by,
        "onSale": offer.on_sale,
    }
    if offer.deprecation is not None:
        found["deprecation"] = offer.deprecation
    return found


def assets_of(body: dict[str, Any]) -> dict[str, bytes]:
    """Return the pictures of a request: `assets` maps paths to base64. Raises `Invalid`."""
    assets = body.get("assets") or {}
    if not isinstance(assets, dict):
        raise Invalid("badRequest", "'assets' must map file paths to base64 text.", target="assets")
    found = {}
    for path, text in assets.items():
        if isinstance(text, str) and text.startswith("/media/"):
            continue  # as read from us: kept already
        try:
            found[path] = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError, TypeError) as fault:
            raise Invalid("badRequest", f"'{path[:200]}' is not base64.", target=f"assets.{path[:200]}") from fault
    return found


def status_document(offer: OfferRecord, submission: Submission | None) -> dict[str, Any]:
    """Return how far the offer is, phase by phase; every phase not started for an offer that was never submitted."""
    steps = submission.steps if submission else tuple(Step(phase) for phase in Phase)
    return {
        "status": _OFFER_STATUS[offer.stage],
        "portalStatus": str(offer.status),
        "stage": str(offer.stage),
        "onSale": offer.on_sale,
        **({"deprecation": offer.deprecation} if offer.deprecation is not None else {}),
        "submissionId": submission.id if submission else None,
        "messages": [],
        "steps": [_step(step) for step in steps],
        "previewLinks": [],
        "liveLinks": [],
        "notificationEmails": ",".join(submission.emails) if submission else "",
        "report": submission.report if submission else None,
    }


def _step(step: Step) -> dict[str, Any]:
    phase = Phase(step.phase)
    name, description = PHASE_NAMES[phase]
    rejected = step.state.value == "rejected"
    return {
        "estimatedTimeFrame": _ESTIMATES[phase],
        "id": phase.value,
        "stepName": name,
        "description": description,
        "status": step.state.value,
        "messages": [
            {
                "messageHtml": message,
                "level": "error" if rejected else "information",
                "timestamp": iso(step.ended_at) if step.ended_at else None,
            }
            for message in step.messages
        ],
        "progressPercentage": 100 if step.state.value == "complete" else 0,
        "startedTime": iso(step.started_at) if step.started_at else None,
        "endedTime": iso(step.ended_at) if step.ended_at else None,
    }


_OPERATION_STATUS = {Stage.AWAITING_SIGN_OFF: "completed", Stage.LIVE: "completed", Stage.ATTENTION_NEEDED: "failed"}


def operation_documents(submission: Submission) -> list[dict[str, Any]]:
    """Return the operations of a submission, newest first: its sign-off, if there was one, and its publication."""
    stage = submission.stage
    working = stage in (Stage.VALIDATING, Stage.CERTIFYING, Stage.BUILDING_PREVIEW, Stage.PUBLISHING)
    canceled = not working and stage not in _OPERATION_STATUS
    now = "running" if working else "canceled" if canceled else _OPERATION_STATUS[stage]
    publication = _operation(
        submission, submission.id, "Publish", now if submission.go_live_id is None else "completed"
    )
    if submission.go_live_id is None:
        return [publication]
    return [_operation(submission, submission.go_live_id, "GoLive", now), publication]


def _operation(submission: Submission, operation_id: str, kind: str, status: str) -> dict[str, Any]:
    cancellable = submission.go_live_id is None and submission.ended_at is None
    return {
        "id": operation_id,
        "submissionId": submission.id,
        "offerId": submission.offer_id,
        "offerVersion": submission.number,
        "publishingVersion": submission.number,
        "offerTypeId": OFFER_TYPE,
        "publisherId": submission.publisher_id,
        "submissionType": kind,
        "submissionState": status,
        "status": status,
        "slot": "staging" if kind == "Publish" else "production",
        "cancellationRequestState": "canCancel" if cancellable else "cannotCancel",
        "submittedBy": submission.submitted_by,
        "submittedTime": iso(submission.submitted_at),
        "notes": submission.notes,
        "steps": [_step(step) for step in submission.steps],
        "report": submission.report,
    }


def history_document(entry: HistoryEntry) -> dict[str, Any]:
    """Return a line of the history."""
    return {"date": iso(entry.at), "event": entry.event, "initiatedBy": entry.initiated_by, "note": entry.note}


def difference_document(difference: Difference) -> dict[str, Any]:
    """Return a difference: fields, and per plan the roles and operations gained and lost."""
    return {
        "fields": [
            {"path": change.path, "change": change.kind, "old": change.old, "new": change.new}
            for change in difference.fields
        ],
        "rights": [
            {
                "planId": plan.plan_id,
                "oldVersion": plan.old_version,
                "newVersion": plan.new_version,
                "roles": [_role(change) for change in plan.roles],
                "operations": [_operations(change) for change in plan.operations],
            }
            for plan in difference.rights
        ],
    }


def _role(change: RoleChange) -> dict[str, Any]:
    return {
        "principalId": change.principal_id,
        "principalName": change.principal_name,
        "change": change.kind,
        "accessType": change.access,
        "roleDefinitionId": change.role_id,
        "roleName": change.role_name,
        "assignableRoles": list(change.assignable),
    }


def _operations(change: OperationChange) -> dict[str, Any]:
    return {
        "principalId": change.principal_id,
        "principalName": change.principal_name,
        "gainedCount": len(change.gained),
        "lostCount": len(change.lost),
        "gained": grouped(change.gained),
        "lost": grouped(change.lost),
    }
