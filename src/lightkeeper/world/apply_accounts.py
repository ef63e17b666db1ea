"""The declared publisher accounts and partner links.

Designations and programs are those of the file; members are added to those there are.
"""

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Invalid
from lightkeeper.partners import service as partners
from lightkeeper.publishing import accounts
from lightkeeper.publishing.account import Designation, MemberRole, Publisher, Verification
from lightkeeper.world.model import DeclaredPublisher, World


def write(call: Call, world: World) -> None:
    """Write the accounts, then the links to them. Raises `Invalid` with the line of every link to nobody."""
    if world.publishers:
        _write_publishers(call, world)
    refused = []
    for link in world.partner_links:
        try:
            partners.put_link(call, link.tenant_id, link.principal_id, link.partner_id)
        except Invalid as problem:
            refused.append(Finding(problem.code, "partnerLinks", problem.message, place=link.place))
    if refused:
        raise Invalid("InvalidWorld", "Some accounts cannot be linked; nothing was applied.", details=refused)


def _write_publishers(call: Call, world: World) -> None:
    present = {publisher.id: publisher for publisher in accounts.list_publishers(call)}
    for declared in world.publishers:
        accounts.put_publisher(call, _publisher(call, declared, present.get(declared.id)))


def _publisher(call: Call, declared: DeclaredPublisher, present: Publisher | None) -> Publisher:
    dated = {one.name: one for one in present.designations} if present else {}
    members = dict(present.members) if present else {}
    members |= {who: MemberRole(role) for who, role in declared.members}
    verification = Verification(declared.verification.capitalize())
    return Publisher(
        id=declared.id,
        tenant_id=declared.tenant_id,
        display_name=declared.display_name,
        programs=declared.programs,
        agreement_accepted_by=present.agreement_accepted_by if present else call.caller.name,
        agreement_accepted_at=present.agreement_accepted_at if present else call.now,
        verification=verification,
        verification_note=present.verification_note if present else "",
        designations=tuple(dated.get(name, Designation(name)) for name in declared.designations),
        members=tuple(members.items()),
        partner_ids=declared.partner_ids,
    )
