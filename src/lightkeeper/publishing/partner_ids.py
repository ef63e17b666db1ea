"""The partner ids of publishers' accounts: given by the partner program when an account is opened, never chosen.

An organisation has one id for itself and one for each further location; several accounts of one tenant share them. Nobody
outside assigns ids here, so the first one is worked out from the tenant: the same on every machine.
"""

import hashlib
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from lightkeeper.kernel.problems import Conflict, Invalid
from lightkeeper.partners.model import Partner
from lightkeeper.partners.rules import is_partner_id
from lightkeeper.publishing import account_store

LOWEST, HIGHEST = 1_000_000, 9_999_999
"""Between these lie the ids that are given out."""


class PublishersAsPartners:
    """The partner directory that publishers' accounts make (partners/known.py)."""

    def partner_named(self, connection: Connection, partner_id: str) -> Partner | None:
        """Return the organisation with this id: the name is that of the first of its accounts."""
        found = account_store.with_partner_id(connection, partner_id)
        return Partner(partner_id, found[0].display_name, found[0].tenant_id) if found else None


def given_to(connection: Connection, tenant_id: str) -> tuple[str, ...]:
    """Return the ids a new account of this tenant gets: those of its other accounts, or a new one."""
    known = account_store.partner_ids_of(connection, tenant_id)
    if known:
        return known
    number = first_id_of(tenant_id)
    while account_store.with_partner_id(connection, str(number)):
        number = number + 1 if number < HIGHEST else LOWEST
    return (str(number),)


def first_id_of(tenant_id: str) -> int:
    """Return the number a tenant's own partner id is looked for from."""
    digest = hashlib.sha256(tenant_id.lower().encode()).digest()
    return LOWEST + int.from_bytes(digest[:8], "big") % (HIGHEST - LOWEST + 1)


def checked(connection: Connection, tenant_id: str, partner_ids: Iterable[str]) -> Sequence[str]:
    """Return declared ids, each once. Raises `Invalid` for one without the form, `Conflict` for another tenant's."""
    found = tuple(dict.fromkeys(partner_ids))
    for one in found:
        if not is_partner_id(one):
            raise Invalid("invalidId", f"'{one[:40]}' is no partner id. It has one to ten digits.", target="partnerIds")
        if any(other.tenant_id != tenant_id for other in account_store.with_partner_id(connection, one)):
            raise Conflict(
                "invalidId", f"The partner id {one} is another organisation's. Choose another.", target="partnerIds"
            )
    return found
