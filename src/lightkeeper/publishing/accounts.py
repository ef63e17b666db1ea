"""What people do with a publisher's account."""

import re
from collections.abc import Iterable
from dataclasses import replace

from lightkeeper.directory import reading as directory
from lightkeeper.directory.model import PrincipalType
from lightkeeper.kernel.call import Call, ObjectId
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid
from lightkeeper.publishing import account_store, members, partner_ids
from lightkeeper.publishing.account import Designation, MemberRole, Publisher
from lightkeeper.publishing.account_changes import held, stored
from lightkeeper.publishing.account_rules import (
    DESIGNATIONS,
    Action,
    why_not_eligible,
)
from lightkeeper.publishing.events import publisher_event

_ID = re.compile(r"[a-z0-9][a-z0-9-]{1,49}")  # the public documentation gives no form; ids appear in addresses


def put_publisher(call: Call, publisher: Publisher) -> Publisher:
    """Store an account as the operator declares it, new or changed; writing the same again changes nothing.

    The tenant of an account never changes (`Conflict`): its id stands in customers' delegations.
    """
    members.require_operator(call)
    call.hold(f"publisher:{publisher.id}")
    _insist_on_form(publisher)
    publisher = replace(
        publisher,
        tenant_id=publisher.tenant_id.lower(),
        members=tuple(sorted((who.lower(), role) for who, role in dict(publisher.members).items())),
        designations=tuple(sorted(publisher.designations, key=lambda one: one.name)),
    )
    existing = account_store.find(call.connection, publisher.id)
    if existing is not None and not publisher.profile:
        publisher = replace(publisher, profile=existing.profile)
    publisher = replace(publisher, partner_ids=_partner_ids(call, publisher, existing))
    if existing is None:
        account_store.add(call.connection, publisher)
    elif existing.tenant_id != publisher.tenant_id:
        raise Conflict("invalidId", f"The publisher id '{publisher.id}' is taken by another tenant. Choose another id.")
    elif existing == publisher:
        return existing
    else:
        account_store.put(call.connection, publisher)
    call.record(publisher_event("PublisherWritten", publisher))
    return publisher


def _partner_ids(call: Call, publisher: Publisher, existing: Publisher | None) -> tuple[str, ...]:
    """Return the declared partner ids, or those the account has, or those the program gives to its tenant."""
    call.hold("partner-ids")
    if publisher.partner_ids:
        return tuple(partner_ids.checked(call.connection, publisher.tenant_id, publisher.partner_ids))
    if existing is not None and existing.partner_ids:
        return existing.partner_ids
    return partner_ids.given_to(call.connection, publisher.tenant_id)


def get_publisher(call: Call, publisher_id: str) -> Publisher:
    """Return the account; raises `Forbidden` for somebody who is no member."""
    return members.require(call, publisher_id, Action.READ)


def list_publishers(call: Call) -> list[Publisher]:
    """Return the accounts the caller is a member of; the operator sees all."""
    call.open_to_all("everybody may ask: the answer holds only their own")
    return account_store.all_of(call.connection, None if call.caller.unrestricted else call.caller.object_id)


def set_member(call: Call, publisher_id: str, who: str, role: MemberRole) -> Publisher:
    """Give a person or a program of the account's organisation a role; only an owner makes owners, and the last one stays.

    `who` is the object id of a user or service principal, or a user's sign-in name. Raises `Invalid` for anybody else:
    a slip of the pen must neither be a member nor free the last owner.
    """
    publisher = held(call, publisher_id, Action.MANAGE_MEMBERS)
    object_id = _colleague(call, publisher, who)
    _insist_on_owner(call, publisher, object_id, role)
    roles = {**dict(publisher.members), object_id: role}
    changed = replace(publisher, members=tuple(sorted(roles.items())))
    return stored(call, changed, "PublisherMemberSet", object_id=object_id)


def _colleague(call: Call, publisher: Publisher, who: str) -> ObjectId:
    found = directory.find_in(call, publisher.tenant_id, who)
    if found is None or found.type is PrincipalType.GROUP:
        raise Invalid(
            "invalidRequest",
            f"'{who[:100]}' is no user or service principal of the organisation of publisher '{publisher.id}'. "
            "Give an object id or a sign-in name; people from elsewhere are invited as guests first.",
            target="member",
        )
    return found.id


def remove_member(call: Call, publisher_id: str, who: str) -> Publisher:
    """Take somebody's role in the account away, named as in `set_member`; the last owner stays."""
    publisher = held(call, publisher_id, Action.MANAGE_MEMBERS)
    known = directory.find_in(call, publisher.tenant_id, who)
    object_id = known.id if known is not None else who.lower()  # of somebody who left the directory only the id is left
    _insist_on_owner(call, publisher, object_id, None)
    kept = tuple((one, role) for one, role in publisher.members if one != object_id)
    return stored(call, replace(publisher, members=kept), "PublisherMemberRemoved", object_id=object_id)


def set_designations(call: Call, publisher_id: str, designations: Iterable[Designation]) -> Publisher:
    """Grant the account these designations and no others; the operator's business."""
    members.require_operator(call)
    publisher = held(call, publisher_id, Action.READ)
    changed = replace(publisher, designations=tuple(sorted(designations, key=lambda one: one.name)))
    _insist_on_form(changed)
    return stored(call, changed, "PublisherDesignated")


def why_ineligible(call: Call, publisher_id: str) -> list[Finding]:
    """Return why the publisher cannot publish Managed Service offers now; empty when it can."""
    return why_not_eligible(members.require(call, publisher_id, Action.READ), call.now)


def _insist_on_form(publisher: Publisher) -> None:
    if _ID.fullmatch(publisher.id) is None:
        raise Invalid(
            "invalidId", f"'{publisher.id}' cannot be a publisher id. Use 2 to 50 lower-case letters, digits, dashes."
        )
    if len({one.name for one in publisher.designations}) < len(publisher.designations):
        raise Invalid("invalidRequest", "Name each designation once, with its dates.", target="designations")
    for one in publisher.designations:
        if one.name not in DESIGNATIONS:
            known = ", ".join(DESIGNATIONS)
            raise Invalid(
                "invalidRequest", f"There is no designation '{one.name}'. Known: {known}.", target="designations"
            )
        if one.from_at is not None and one.until_at is not None and one.until_at <= one.from_at:
            raise Invalid("invalidRequest", f"'{one.name}' would end before it begins.", target="designations")


def _insist_on_owner(call: Call, publisher: Publisher, object_id: str, role: MemberRole | None) -> None:
    before = publisher.role_of(object_id)
    touches_owner = MemberRole.OWNER in (before, role)
    if touches_owner and not call.caller.unrestricted and publisher.role_of(call.caller.object_id) != MemberRole.OWNER:
        raise Forbidden("forbidden", "Only an owner of the account can appoint or remove an owner.")
    owners = [who for who, held in publisher.members if held is MemberRole.OWNER]
    if before is MemberRole.OWNER and role is not MemberRole.OWNER and len(owners) == 1:
        raise Conflict("invalidState", "An account needs an owner. Appoint another one first.")
