"""Where published plans are looked up: declared here, below publishing, which fills it (bootstrap ties them)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from lightkeeper.delegation.model import Plan, PublishedPlan


class Spot(NamedTuple):
    """Where an offer stands in a list of offers: by title, whatever its letters' case, then by id."""

    title: str
    publisher_id: str
    offer_id: str
    preview: bool


def spot_of(plan: PublishedPlan) -> Spot:
    """Return where the plan's offer stands."""
    return Spot(plan.offer_display_name.lower()[:200], plan.publisher_id.lower(), plan.offer_id.lower(), plan.preview)


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for: words (as `search_rules.words_asked` gives them), a category, offers after a spot.

    `viewer` is the subscription whose private plans and previews are found too; empty finds what is public. Without
    `private`, it is one that sees no private plans, whoever lists it.
    """

    words: tuple[str, ...] = ()
    category: str = ""
    viewer: str = ""
    private: bool = True
    after: Spot | None = None


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

    def find_offers(self, connection: Connection, sought: Sought, now: datetime, most: int) -> Sequence[PublishedPlan]:
        """Return plans on the shelf, among them all of the first `most` offers that are sought; whole offers only.

        There may be other plans among them, which the caller must sort out: those the viewer cannot see, for example.
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

    def find_offers(self, connection: Connection, sought: Sought, now: datetime, most: int) -> Sequence[PublishedPlan]:
        """Return nothing."""
        return ()


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


def find_offers(connection: Connection, sought: Sought, now: datetime, most: int) -> list[PublishedPlan]:
    """Return what `Shelf.find_offers` finds, without plans whose sale has ended."""
    found = _Shelves.current.find_offers(connection, sought, now, most)
    return [plan for plan in found if not _has_ended(plan, now)]


def _has_ended(plan: PublishedPlan, now: datetime) -> bool:
    """Return whether the plan's announced end of sale is past."""
    return plan.sold_until is not None and plan.sold_until <= now
