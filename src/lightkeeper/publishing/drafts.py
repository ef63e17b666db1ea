"""What people do with the draft of an offer: write, read, check, delete."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lightkeeper.access import roles as built_in_roles
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Conflict, Invalid, NotFound, PreconditionFailed, TooLarge
from lightkeeper.publishing import leads, members, settings, shelf, store
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.check import check_document
from lightkeeper.publishing.document import is_too_deep, of_value
from lightkeeper.publishing.events import offer_event
from lightkeeper.publishing.lifecycle import Stage
from lightkeeper.publishing.media_rules import MAX_MEDIA_BYTES
from lightkeeper.publishing.model import Content, HistoryEntry, OfferRecord, OfferStanding
from lightkeeper.publishing.offer import offer_of
from lightkeeper.publishing.plan_rules import MAX_PRIVATE_PLANS
from lightkeeper.publishing.role_catalogue import catalogue_at
from lightkeeper.publishing.snapshot import remembered
from lightkeeper.resources.model import Page
from lightkeeper.resources.paging import key_of, token_of

PAGE = 1000
"""Offers on a page of a list."""

MAX_PLANS = 100
MAX_ASSETS = 40


def get_offer(call: Call, publisher_id: str, offer_id: str) -> OfferRecord:
    """Return an offer with its draft; secrets of lead destinations are masked."""
    return masked(find_or_refuse(call, members.require(call, publisher_id, Action.READ), offer_id))


def list_offers(call: Call, publisher_id: str, *, skip: str | None = None, most: int = PAGE) -> Page[OfferStanding]:
    """Return a page of the publisher's offers by id; `skip` is the token a page before ended with.

    Raises `Invalid` for a token that is none of this list's.
    """
    publisher = members.require(call, publisher_id, Action.READ)
    found = store.standings_of(call.connection, publisher.id, behind=key_of(skip), most=most + 1)
    page = [offer.as_of(call.now) for offer in found[:most]]
    return Page(page, token_of(page[-1].id) if len(found) > most else None)


def put_offer(
    call: Call,
    publisher_id: str,
    offer_id: str,
    document: Any,
    assets: Mapping[str, bytes],
    *,
    etag: str | None = None,
) -> tuple[OfferRecord, bool]:
    """Save a draft and say whether the offer is new; a draft may be incomplete.

    `etag` None saves in any case; "" only a new offer; otherwise the draft must still have that tag
    (`PreconditionFailed`). Pictures given before need not be given again.
    """
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    offer_id = offer_id.lower()
    call.hold(f"offer:{publisher.id}.{offer_id}")
    existing = store.find(call.connection, publisher.id, offer_id)
    _insist_on_tag(existing, etag)
    _insist_on_identity(document, publisher, offer_id)
    kept = _keep_media(call, assets)
    document = leads.unmasked(document, existing.draft.document if existing else {})
    offer = offer_of(document, built_in_roles)
    draft = Content(document, {**(existing.draft.assets if existing else {}), **kept})
    alias = (offer.alias or offer_id)[:120]
    if existing is None:
        offer_record = OfferRecord(
            publisher_id=publisher.id,
            id=offer_id,
            alias=alias,
            draft=draft,
            edition=1,
            stage=Stage.DRAFT,
            was_live=False,
            on_sale=False,
            submission_id=None,
            created_at=call.now,
            changed_at=call.now,
            changed_by=call.caller.name,
        )
        store.add(call.connection, offer_record)
        remember(call, offer_record, "Created offer")
    else:
        offer_record = replace(
            existing,
            alias=alias,
            draft=draft,
            edition=existing.edition + 1,
            changed_at=call.now,
            changed_by=call.caller.name,
        )
        store.put(call.connection, offer_record)
    _remember_plans(call, offer_record, existing)
    call.record(offer_event("OfferSaved", publisher, offer_id, "write", edition=offer_record.edition))
    return masked(offer_record), existing is None


def delete_offer(call: Call, publisher_id: str, offer_id: str, *, etag: str | None = None) -> None:
    """Delete an offer that was never published."""
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    call.hold(f"offer:{publisher.id}.{offer_id.lower()}")
    offer = find_or_refuse(call, publisher, offer_id)
    _insist_on_tag(offer, etag)
    if offer.stage is not Stage.DRAFT or offer.was_live:
        raise Invalid(
            "invalidEntityStatus",
            f"Offer '{offer.id}' was published and cannot be deleted. Stop its distribution instead.",
        )
    store.remove(call.connection, offer)
    call.record(offer_event("OfferDeleted", publisher, offer.id, "delete"))


def check_draft(
    call: Call, publisher_id: str, offer_id: str, document: Any = None, assets: Mapping[str, bytes] | None = None
) -> list[Finding]:
    """Return what publishing `document` (or the draft) would find, knowing what was live before; nothing is saved."""
    publisher = members.require(call, publisher_id, Action.READ)
    offer = store.find(call.connection, publisher.id, offer_id)
    if document is None:
        content = find_or_refuse(call, publisher, offer_id).draft
    else:
        content = Content(document, offer.draft.assets if offer else {})
    return check_content(call, publisher.id, offer_id.lower(), content, assets or {})


def check_content(
    call: Call, publisher_id: str, offer_id: str, content: Content, fresh: Mapping[str, bytes] | None = None
) -> list[Finding]:
    """Return every finding about a frozen or edited copy; for services that have authorized already."""
    versions = shelf.versions_of(call.connection, publisher_id, offer_id, preview=False)
    media = _Assets(call, content.assets, fresh or {})
    roles = catalogue_at(call.connection, call.now)
    leads_required = settings.current().leads_required
    return check_document(
        of_value(content.document, "offer"), media, roles, remembered(versions), leads_required=leads_required
    )


def find_media(call: Call, digest: str) -> bytes:
    """Return a picture by its digest; raises `NotFound`."""
    call.open_to_all("pictures of listings are shown to everybody, and their addresses cannot be guessed")
    found = store.find_media(call.connection, digest)
    if found is None:
        raise NotFound("resourceNotFound", "There is no such picture.")
    return found


def find_or_refuse(call: Call, publisher: Publisher, offer_id: str) -> OfferRecord:
    """Return the offer; raise `NotFound` when the publisher has none of this id."""
    offer = store.find(call.connection, publisher.id, offer_id)
    if offer is None:
        raise NotFound("resourceNotFound", f"Publisher '{publisher.id}' has no offer '{offer_id}'.", target="offerId")
    return offer.as_of(call.now)


def held(call: Call, publisher_id: str, offer_id: str) -> tuple[Publisher, OfferRecord]:
    """Return account and offer for who may edit it; other writers of the offer wait until this transaction ends."""
    publisher = members.require(call, publisher_id, Action.EDIT_OFFERS)
    call.hold(f"offer:{publisher.id}.{offer_id.lower()}")
    return publisher, find_or_refuse(call, publisher, offer_id)


def masked(offer: OfferRecord) -> OfferRecord:
    """Return the offer without the secrets of its draft."""
    return replace(offer, draft=replace(offer.draft, document=leads.masked(offer.draft.document)))


def remember(call: Call, offer: OfferRecord, event: str, note: str = "") -> None:
    """Write a line into the offer's history, by the caller; what the platform does has no name in it."""
    by = "" if call.caller.unrestricted and call.caller.name == "platform" else call.caller.name
    store.add_history(call.connection, offer.publisher_id, offer.id, HistoryEntry(call.now, event, by, note))


class _Assets:
    """The pictures of a draft: those of this request first, then those kept before."""

    def __init__(self, call: Call, kept: Mapping[str, str], fresh: Mapping[str, bytes]) -> None:
        self.call, self.kept, self.fresh = call, kept, fresh

    def read(self, path: str) -> bytes | None:
        if path in self.fresh:
            return self.fresh[path]
        return store.find_media(self.call.connection, self.kept[path]) if path in self.kept else None


def _keep_media(call: Call, assets: Mapping[str, bytes]) -> dict[str, str]:
    if len(assets) > MAX_ASSETS:
        raise Invalid("collectionLimitExceeded", f"{len(assets)} files; at most {MAX_ASSETS} are kept with an offer.")
    for path, content in assets.items():
        if len(content) > MAX_MEDIA_BYTES:
            raise TooLarge("invalidRequest", f"'{path[:200]}' is larger than {MAX_MEDIA_BYTES // 1_000_000} MB.")
    kept = {path: hashlib.sha256(content).hexdigest() for path, content in assets.items()}
    store.keep_media(call.connection, [(kept[path], content) for path, content in assets.items()])
    return kept


def _insist_on_tag(existing: OfferRecord | None, etag: str | None) -> None:
    if etag is None:
        return
    if etag == "" and existing is not None:
        raise PreconditionFailed("preconditionFailed", f"There is an offer '{existing.id}' already.")
    if etag and (existing is None or existing.etag != etag):
        raise PreconditionFailed(
            "preconditionFailed", "Somebody changed the offer since you read it. Read it again and repeat your change."
        )


def _insist_on_identity(document: Any, publisher: Publisher, offer_id: str) -> None:
    """Raise for what even a draft cannot be: no object, another offer, more plans than there can be."""
    if not isinstance(document, dict):
        raise Invalid("schemaValidationError", "The definition must be an offer document.", target="definition")
    if is_too_deep(document):
        raise Invalid("schemaValidationError", "The definition nests too deeply.", target="definition")
    if document.get("previewAudienceFile"):
        raise Invalid("schemaValidationError", "Send the rows of an audience, not the name of its file.")
    identity = document.get("offer")
    identity = identity if isinstance(identity, dict) else {}
    for field, expected in (("publisher", publisher.id), ("id", offer_id)):
        if field in identity and identity[field] != expected:
            raise Invalid(
                "businessValidationError",
                f"The document is for {field} '{identity[field]}', but the address names '{expected}'. "
                "Neither can change once the offer is created.",
                target=f"offer.{field}",
            )
    if any(f.code == "offer-id" for f in check_document(of_value({"offer": {"publisher": "aa", "id": offer_id}}))):
        raise Invalid("invalidId", f"'{offer_id}' cannot be an offer id.", target="offer.id")
    plans = document.get("plans")
    plans = plans if isinstance(plans, list) else []
    private = sum(1 for plan in plans if isinstance(plan, dict) and plan.get("visibility") == "private")
    if len(plans) > MAX_PLANS or private > MAX_PRIVATE_PLANS:
        raise Invalid(
            "collectionLimitExceeded",
            f"{len(plans)} plans, {private} of them private; an offer has at most {MAX_PLANS} plans and "
            f"{MAX_PRIVATE_PLANS} private ones.",
            target="plans",
        )
    own = [plan.get("id") for plan in plans if isinstance(plan, dict)]
    for place, plan_id in enumerate(own):
        if plan_id and plan_id in own[:place]:
            raise Conflict(
                "invalidId", f"There are two plans '{str(plan_id)[:60]}'. Give each its own id.", target="plans"
            )


def _remember_plans(call: Call, offer: OfferRecord, before: OfferRecord | None) -> None:
    new = {plan.id for plan in offer_of(offer.draft.document, built_in_roles).plans if plan.id}
    old = {plan.id for plan in offer_of(before.draft.document, built_in_roles).plans} if before else set()
    for plan_id in sorted(new - old):
        remember(call, offer, f"Created plan: {plan_id}")
    for plan_id in sorted(old - new):
        remember(call, offer, f"Deleted plan: {plan_id}")
