"""Where partner ids are looked up: declared here, below publishing, which fills it (bootstrap ties them)."""

from typing import Protocol

from sqlalchemy import Connection

from lightkeeper.partners.model import Partner


class PartnerDirectory(Protocol):
    """The organisations of the partner program that this house knows."""

    def partner_named(self, connection: Connection, partner_id: str) -> Partner | None:
        """Return the organisation that has this partner id, None when nobody has."""
        ...


class Nobody:
    """The directory of a house in which no organisation signed up."""

    def partner_named(self, connection: Connection, partner_id: str) -> Partner | None:
        """Return None."""
        return None


class _Directories:
    """The one directory of this process; stateless, so every database of the process may share it."""

    current: PartnerDirectory = Nobody()


def consult(directory: PartnerDirectory) -> None:
    """Look partner ids up in `directory` from now on."""
    _Directories.current = directory


def partner_named(connection: Connection, partner_id: str) -> Partner | None:
    """Return the organisation that has this partner id, None when nobody has."""
    return _Directories.current.partner_named(connection, partner_id)
