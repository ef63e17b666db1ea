"""Where published plans are looked up: declared here, below publishing, which fills it (bootstrap ties them)."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from lightkeeper.delegation.model import Plan, PublishedPlan


class Shelf(Protocol):
    """The plan versions that were ever published, and the copies in preview."""

    def published_plans(self, connection: Connection, *, publisher: str = "", product: str = "") -> list[PublishedPlan]:
        """Return the newest version of every plan on sale, and of every plan in preview (`preview=True`).

        `publisher` and `product` (which may end in `-preview`) keep those of one publisher, or of one offer; case ignored.
        """
        ...

    def find_plan(self, connection: Connection, plan: Plan, *, newest: bool) -> PublishedPlan | None:
        """Return the version `plan` names, stopped ones included; with `newest` the newest of the same plan instead.

        Ids ignore case. `plan.offer_id` is the offer, `plan.preview` says whether its preview copy is meant.
        """
        ...


class EmptyShelf:
    """The shelf of a world in which nobody published anything."""

    def published_plans(self, connection: Connection, *, publisher: str = "", product: str = "") -> list[PublishedPlan]:
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


def published_plans(
    connection: Connection, now: datetime, *, publisher: str = "", product: str = ""
) -> list[PublishedPlan]:
    """Return the newest version of every plan on sale or in preview at this time; of a publisher, or of one offer."""
    found = _Shelves.current.published_plans(connection, publisher=publisher, product=product)
    return [plan for plan in found if not _has_ended(plan, now)]


def find_plan(connection: Connection, plan: Plan, now: datetime, *, newest: bool = False) -> PublishedPlan | None:
    """Return the published version `plan` names, or with `newest` the newest version of the same plan."""
    found = _Shelves.current.find_plan(connection, plan, newest=newest)
    return replace(found, on_sale=False) if found is not None and _has_ended(found, now) else found


def _has_ended(plan: PublishedPlan, now: datetime) -> bool:
    """Return whether the plan's announced end of sale is past."""
    return plan.sold_until is not None and plan.sold_until <= now
