"""The declared publisher accounts. Designations and programs are those of the file; members are added to those there are."""

from lightkeeper.kernel.call import Call
from lightkeeper.publishing import accounts
from lightkeeper.publishing.account import Designation, MemberRole, Publisher, Verification
from lightkeeper.world.model import DeclaredPublisher, World


def write(call: Call, world: World) -> None:
    """Write the accounts."""
    if not world.publishers:
        return
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
    )
