"""Jobs and submissions in the words of the Product Ingestion API."""

from typing import Any

from lightkeeper.kernel.clock import iso
from lightkeeper.publishing.ingestion.names import durable, product_guid, schema, schema_parts, version_within
from lightkeeper.publishing.jobs import Job
from lightkeeper.publishing.lifecycle import Stage
from lightkeeper.publishing.model import OfferRecord, Submission

NEVER = "0001-01-01T00:00:00"
_OUTCOMES = {
    Stage.AWAITING_SIGN_OFF: ("completed", "succeeded"),
    Stage.LIVE: ("completed", "succeeded"),
    Stage.ATTENTION_NEEDED: ("completed", "failed"),
}


def job_document(job: Job) -> dict[str, Any]:
    """Return the status of a job."""
    return {
        "$schema": schema("configure-status"),
        "jobId": job.id,
        "jobStatus": str(job.status),
        "jobResult": str(job.result),
        "jobStart": iso(job.started_at),
        "jobEnd": iso(job.ended_at) if job.ended_at else NEVER,
        "resourceUri": f"configure/{job.id}",
        "errors": job.errors,
    }


def submission_documents(
    offer: OfferRecord, current: Submission | None, live: Submission | None
) -> list[dict[str, Any]]:
    """Return the active submissions: the draft (always number 0), the preview, and what is live."""
    found = [_document(offer, 0, "draft", "completed", "succeeded", iso(offer.created_at))]
    preview = current if current is not None and current.stage not in (Stage.DRAFT, Stage.NOT_AVAILABLE) else live
    if preview is not None:
        status, result = ("completed", "succeeded")
        if preview.stage is not Stage.PUBLISHING:
            status, result = _OUTCOMES.get(preview.stage, ("running", "pending"))
        found.append(_document(offer, preview.number, "preview", status, result, iso(preview.submitted_at)))
    if current is not None and current.stage is Stage.PUBLISHING:
        found.append(_document(offer, current.number, "live", "running", "pending", iso(current.submitted_at)))
    elif live is not None:
        found.append(_document(offer, live.number, "live", "completed", "succeeded", iso(live.submitted_at)))
    return found


def _document(offer: OfferRecord, number: int, target: str, status: str, result: str, created: str) -> dict[str, Any]:
    guid = product_guid(offer.publisher_id, offer.id)
    return {
        "$schema": schema("submission"),
        "id": durable("submission", guid, str(number)),
        "product": durable("product", guid),
        "target": {"targetType": target},
        "lifecycleState": "generallyAvailable",
        **announced_end(offer, target),
        "status": status,
        "result": result,
        "created": created,
    }


def spoken(value: Any, most: str) -> Any:
    """Return an answer whose `$schema`s are of no later version than `most`, which the client named as its latest."""
    if isinstance(value, list):
        return [spoken(one, most) for one in value]
    if not isinstance(value, dict):
        return value
    told = {key: spoken(one, most) for key, one in value.items()}
    parts = schema_parts(told.get("$schema"))
    if parts is not None and parts[1] > most:
        told["$schema"] = schema(parts[0], version_within(most))
    return told


def announced_end(offer: OfferRecord, target: str) -> dict[str, Any]:
    """Return what a live resource says about the end of its sale; nothing while no end is announced, or elsewhere."""
    if target != "live" or (offer.on_sale and offer.deprecation is None):
        return {}
    if offer.deprecation is None:
        return {"lifecycleState": "deprecated"}
    schedule = dict(offer.deprecation)
    alternative = schedule.pop("alternative", "")
    if alternative:
        schedule["alternative"] = {"plan" if alternative.startswith("plan/") else "product": alternative}
    return {"lifecycleState": "deprecated", "deprecationSchedule": schedule}
