"""What may be linked, and which roles earn credit. Pure.

Source of the texts: the public service's error codes are not on record (contract, open points), so codes and texts are
chosen here and nowhere else.
"""

import re
from collections.abc import Iterator

from lightkeeper.access.model import Role
from lightkeeper.kernel.findings import Finding
from lightkeeper.partners.model import Partner, PartnerLink

NOT_FOUND = "NotFound"
BAD_REQUEST = "BadRequest"
CONFLICT = "Conflict"

_PARTNER_ID = re.compile(r"[0-9]{1,10}")
_READER = re.compile(r"reader\b", re.IGNORECASE)

EARN_ALTHOUGH_THEY_READ = frozenset({"7f951dda-4ed3-4680-a7ca-43fe172d538d"})
"""AcrPull: pulling an image is called a read, and counts."""


def is_partner_id(text: str) -> bool:
    """Return whether a text has the form of a partner id: up to ten digits."""
    return _PARTNER_ID.fullmatch(text) is not None


def why_not_link(partner_id: str, known: Partner | None, held: PartnerLink | None) -> Iterator[Finding]:
    """Yield why an account cannot be linked to a partner for the first time; nothing when it can.

    `held` is the account's active link. Linking to the same partner again is fine.
    """
    faults = list(why_no_partner(partner_id, known))
    yield from faults
    if not faults and held is not None and held.partner_id != partner_id:
        yield Finding(
            CONFLICT,
            "partnerId",
            f"You are linked to partner id {held.partner_id} already. Update the link to change it to {partner_id}.",
        )


def why_no_partner(partner_id: str, known: Partner | None) -> Iterator[Finding]:
    """Yield why an id names no partner; nothing when it does."""
    if not is_partner_id(partner_id):
        yield Finding(BAD_REQUEST, "partnerId", f"'{partner_id[:40]}' is no partner id. It has one to ten digits.")
    elif known is None:
        yield Finding(
            BAD_REQUEST, "partnerId", f"Partner id {partner_id} is not known. Use the location id of your organisation."
        )


def earns_credit(role: Role) -> bool:
    """Return whether a role counts for partner earned credit: a built-in one that lets its holder do more than read.

    Documentation: "Roles and permissions required to receive partner earned credit", a table that says no to every role
    called a reader, also to those that may ask for support or deploy, and yes to the others unless they only read.
    """
    if role.id in EARN_ALTHOUGH_THEY_READ:
        return True
    if not role.built_in or _READER.search(role.name):
        return False
    return any(not _reads(pattern) for block in role.permissions for pattern in (*block.actions, *block.data_actions))


def _reads(pattern: str) -> bool:
    return pattern.lower().endswith("/read")
