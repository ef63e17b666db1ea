"""Who sees a private plan, or the preview: changed in the draft and in everything published at once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lightkeeper.kernel import ids
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import errors_of
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound
from lightkeeper.publishing import shelf, store
from lightkeeper.publishing.drafts import held, remember
from lightkeeper.publishing.events import offer_event
from lightkeeper.publishing.lifecycle import is_locked
from lightkeeper.publishing.model import Content, Environment, OfferRecord
from lightkeeper.publishing.offer import AudienceRow
from lightkeeper.publishing.offer_rules import (
    MAX_DESCRIPTION,
    MAX_PREVIEW_AUDIENCE,
    MAX_PRIVATE_AUDIENCE,
    check_audience,
)


def sync_audience(
    call: Call,
    publisher_id: str,
    offer_id: str,
    *,
    plan_id: str | None,
    add: Sequence[AudienceRow] = (),
    remove: Sequence[str] = (),
) -> dict[str, Any]:
    """Change who sees a private plan (or with `plan_id` None the preview), in draft, preview and live at once.

    Other edits of the draft stay unpublished. Returns the audience as it is now in the draft.
    """
    publisher, offer = held(call, publisher_id, offer_id)
    if is_locked(offer.stage):
        raise Conflict("productLocked", f"Offer '{offer.id}' is being worked on ({offer.status}). Wait, or cancel.")
    key, most = ("privateAudience", MAX_PRIVATE_AUDIENCE) if plan_id else ("previewAudience", MAX_PREVIEW_AUDIENCE)
    bad = [one for one in (*(row.subscription_id for row in add), *remove) if not ids.is_guid(one)]
    if bad:
        raise Invalid("schemaValidationError", f"'{bad[0][:60]}' is not the GUID of a subscription.", target=key)
    if any(len(row.description) > MAX_DESCRIPTION for row in add):
        raise Invalid("schemaValidationError", f"A description has at most {MAX_DESCRIPTION} characters.", target=key)
    gone = {subscription.lower() for subscription in remove}

    def changed(document: dict[str, Any]) -> dict[str, Any]:
        if plan_id is None:
            return {**document, key: _rows(document.get(key), add, gone, most)}
        plans = [
            {**plan, key: _rows(plan.get(key), add, gone, most)} if _is_private(plan, plan_id) else plan
            for plan in _list(document.get("plans"))
        ]
        return {**document, "plans": plans}

    if plan_id is not None and not any(_is_private(plan, plan_id) for plan in _list(offer.draft.document.get("plans"))):
        raise NotFound("resourceNotFound", f"Offer '{offer.id}' has no private plan '{plan_id}'.", target="planId")
    draft = Content(changed(offer.draft.document), offer.draft.assets)
    offer = replace(offer, draft=draft, edition=offer.edition + 1, changed_at=call.now, changed_by=call.caller.name)
    store.put(call.connection, offer)
    for environment in (Environment.PREVIEW, Environment.LIVE):
        shown = store.environment_of(call.connection, offer, environment)
        if shown is not None:
            store.change_environment(call.connection, offer, environment, changed(shown[0].document))
    _sync_shelf(call, offer, plan_id, {row.subscription_id.lower() for row in add}, gone)
    remember(call, offer, "Sync private audience", plan_id or "preview")
    call.record(offer_event("AudienceSynced", publisher, offer.id, "audience/action", plan_id=plan_id or ""))
    where = draft.document if plan_id is None else next(p for p in draft.document["plans"] if _is_private(p, plan_id))
    return {key: where[key]}


def _sync_shelf(call: Call, offer: OfferRecord, plan_id: str | None, added: set[str], gone: set[str]) -> None:
    plans = shelf.all_versions_of(call.connection, offer.publisher_id, offer.id)
    if plan_id is None:
        changed = [replace(plan, preview_audience=(plan.preview_audience - gone) | added) for plan in plans]
    else:
        private = [plan for plan in plans if plan.plan_id == plan_id and plan.visibility == "private"]
        changed = [replace(plan, audience=(plan.audience - gone) | added) for plan in private]
    shelf.change(call.connection, changed)


def _rows(value: Any, add: Sequence[AudienceRow], gone: set[str], most: int) -> list[dict[str, str]]:
    rows = {
        row["subscriptionId"].lower(): row
        for row in _list(value)
        if isinstance(row, dict) and isinstance(row.get("subscriptionId"), str)
    }
    for subscription in gone:
        rows.pop(subscription, None)
    for new in add:
        entry = {"subscriptionId": new.subscription_id.lower()}
        rows[entry["subscriptionId"]] = {**entry, "description": new.description} if new.description else entry
    kept = tuple(AudienceRow(subscription) for subscription in rows)
    faults = errors_of(check_audience(kept, "audience", most))
    if faults:
        raise Invalid("collectionLimitExceeded", faults[0].message, target="audience")
    if not rows:
        raise Invalid("businessValidationError", "An audience cannot become empty.", target="audience")
    return list(rows.values())


def _list(value: Any) -> list[Any]:
    """Return a list of the document; empty for what is none, since a draft may be anything."""
    return value if isinstance(value, list) else []


def _is_private(plan: Any, plan_id: str) -> bool:
    return isinstance(plan, dict) and plan.get("id") == plan_id and plan.get("visibility") == "private"
