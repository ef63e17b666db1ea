"""Linking the own account to a partner, and what the links of a partner reach.

Everybody links themselves, nobody links others (the operator apart, by a world file). A link gives no access to anything;
it only says for whom access counts that is held anyway.
"""

from collections.abc import Iterable
from dataclasses import replace

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound, refuse_if
from lightkeeper.partners import known, store
from lightkeeper.partners.model import LinkState, Partner, PartnerLink
from lightkeeper.partners.rules import CONFLICT, NOT_FOUND, why_no_partner, why_not_link

NAMESPACE = "Microsoft.ManagementPartner"
_WHY = "everybody may look at and change the link of their own account, and of no other"


def find_link(call: Call, partner_id: str | None = None) -> tuple[PartnerLink, Partner | None]:
    """Return the caller's own link, with the partner as far as it is known. Raises `NotFound`.

    With `partner_id` only a link to that partner is found.
    """
    _insist_on_account(call)
    link = _held(call)
    if link is None or (partner_id is not None and link.partner_id != partner_id):
        raise _not_linked(call, partner_id)
    return link, known.partner_named(call.connection, link.partner_id)


def link(call: Call, partner_id: str) -> tuple[PartnerLink, Partner | None]:
    """Link the caller to a partner; the same again changes nothing.

    Raises `Invalid` for an id nobody has, `Conflict` while the caller is linked to another partner.
    """
    _insist_on_account(call)
    call.hold(_lock(call.caller.tenant_id, call.caller.object_id))
    partner, held = known.partner_named(call.connection, partner_id), _held(call)
    found = list(why_not_link(partner_id, partner, held))
    refuse_if(found, kind=Conflict if any(one.code == CONFLICT for one in found) else Invalid)
    return held or _change(call, call.caller.tenant_id, call.caller.object_id, partner_id, LinkState.ACTIVE), partner


def change_link(call: Call, partner_id: str) -> tuple[PartnerLink, Partner | None]:
    """Link the caller to another partner instead. Raises `NotFound` without a link, `Invalid` for an id nobody has."""
    _insist_on_account(call)
    call.hold(_lock(call.caller.tenant_id, call.caller.object_id))
    partner, held = known.partner_named(call.connection, partner_id), _held(call)
    refuse_if(why_no_partner(partner_id, partner))
    if held is None:
        raise _not_linked(call, None)
    if held.partner_id == partner_id:
        return held, partner
    return _change(call, held.tenant_id, held.object_id, partner_id, LinkState.ACTIVE), partner


def unlink(call: Call, partner_id: str) -> PartnerLink:
    """End the caller's link to this partner and return it as it is now. Raises `NotFound` when there is none."""
    _insist_on_account(call)
    call.hold(_lock(call.caller.tenant_id, call.caller.object_id))
    held = _held(call)
    if held is None or held.partner_id != partner_id:
        raise _not_linked(call, partner_id)
    return _change(call, held.tenant_id, held.object_id, partner_id, LinkState.DELETED)


def put_link(call: Call, tenant_id: str, object_id: str, partner_id: str) -> PartnerLink:
    """Link any account, as the operator declares it; what is so already is left alone. Raises `Invalid`."""
    call.open_to_all("only the operator may link others, checked right here")
    if not call.caller.unrestricted:
        raise Forbidden("AuthorizationFailed", "Only the operator may link accounts of others.")
    call.hold(_lock(tenant_id, object_id))
    refuse_if(why_no_partner(partner_id, known.partner_named(call.connection, partner_id)))
    held = store.find(call.connection, tenant_id, object_id)
    if held is not None and held.active and held.partner_id == partner_id:
        return held
    return _change(call, tenant_id, object_id, partner_id, LinkState.ACTIVE)


def links_to(call: Call, partner_ids: Iterable[str]) -> list[PartnerLink]:
    """Return the active links to these partner ids. A total look-up that authorizes nothing."""
    return store.links_to(call.connection, partner_ids)


def all_links(call: Call) -> list[PartnerLink]:
    """Return every active link. A total look-up that authorizes nothing."""
    return store.all_active(call.connection)


def _insist_on_account(call: Call) -> None:
    call.open_to_all(_WHY)
    if call.caller.unrestricted:
        raise Forbidden("AuthorizationFailed", "The operator has no account to link. Sign in as the one to be linked.")


def _held(call: Call) -> PartnerLink | None:
    found = store.find(call.connection, call.caller.tenant_id, call.caller.object_id)
    return found if found is not None and found.active else None


def _change(call: Call, tenant_id: str, object_id: str, partner_id: str, state: LinkState) -> PartnerLink:
    former = store.find(call.connection, tenant_id, object_id)
    new = PartnerLink(tenant_id, object_id, partner_id, 1, state, created_at=call.now, updated_at=call.now)
    if former is not None:
        new = replace(new, version=former.version + 1, created_at=former.created_at)
    store.save(call.connection, new)
    kind, verb = ("PartnerLinked", "write") if state is LinkState.ACTIVE else ("PartnerUnlinked", "delete")
    body = {
        "resource_id": new.resource_id,
        "object_id": object_id,
        "partner_id": partner_id,
        "former_partner_id": former.partner_id if former is not None and former.active else None,
        "version": new.version,
    }
    call.record(Event(kind, f"{NAMESPACE}/partners/{verb}", tenant_id, body=body))
    return new


def _not_linked(call: Call, partner_id: str | None) -> NotFound:
    to = f"partner id {partner_id}" if partner_id else "a partner id"
    return NotFound(NOT_FOUND, f"The account '{call.caller.name}' is not linked to {to} in this tenant.")


def _lock(tenant_id: str, object_id: str) -> str:
    return f"partner-link:{tenant_id}/{object_id}"
