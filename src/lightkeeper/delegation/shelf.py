"""Where published plans are looked up: declared here, below publishing, which fills it (bootstrap.py ties them)."""

from typing import Protocol

from sqlalchemy import Connection

from lightkeeper.delegation.model import Plan, PublishedPlan


class Shelf(Protocol):
    """The plan versions that were ever published, and the copies in preview."""

    def published_plans(self, connection: Connection) -> list[PublishedPlan]:
        """Return the newest version of every plan on sale, and of every plan in preview (`preview=True`)."""
        ...

    def find_plan(self, connection: Connection, plan: Plan, *, newest: bool) -> PublishedPlan | None:
        """Return the version `plan` names, stopped ones included; with `newest` the newest of the same plan instead.

        Ids ignore case. `plan.offer_id` is the offer, `plan.preview` says whether its preview copy is meant.
        """
        ...


class EmptyShelf:
    """The shelf of a world in which nobody published anything."""

    def published_plans(self, connection: Connection) -> list[PublishedPlan]:
        """Return nothing."""
        return []

    def find_plan(self, connection: Connection, plan: Plan, *, newest: bool) -> PublishedPlan | None:
        """Return None."""
        return None


class _Shelves:
    """The one shelf of this process; stateless, so every database of the process may share it."""

    current: Shelf = EmptyShelf()


def stock(shelf: Shelf) -> None:
    """Look published plans up on `shelf` from now on."""
    _Shelves.current = shelf


def published_plans(connection: Connection) -> list[PublishedPlan]:
    """Return the newest version of every plan on sale or in preview."""
    return _Shelves.current.published_plans(connection)


def find_plan(connection: Connection, plan: Plan, *, newest: bool = False) -> PublishedPlan | None:
    """Return the published version `plan` names, or with `newest` the newest version of the same plan."""
    return _Shelves.current.find_plan(connection, plan, newest=newest)
