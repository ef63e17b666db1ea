"""Finding offers on the shelf: the index of words gives what reading every plan would, on both databases."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from alembic import command
from alembic.config import Config
from msgspec import to_builtins
from sqlalchemy import Connection, insert, select

from lightkeeper import migrations
from lightkeeper.delegation.model import PublishedPlan, Visibility
from lightkeeper.delegation.search_rules import found_by, words_asked
from lightkeeper.delegation.shelf import Sought, Spot, spot_of
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.publishing import shelf, shelf_search

NOON = datetime(2026, 8, 1, 12, tzinfo=UTC)
SUBSCRIPTIONS = ("11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002")
WORDS = ("Managed", "service", "Überwachung", "gold-care", "SAP", "24x7", "運用監視", "straße")
SEARCHES = (
    "",
    "managed",
    "MANAGED serv",
    "uberwachung",
    "überw",
    "care gold",
    "監視",
    "strasse",
    "24x",
    "nothing",
    "sap-7",
)


def plans() -> list[PublishedPlan]:
    """Offers of every kind: public, private, in preview, ended, with several plans, with one title for several."""
    dice = random.Random(7)
    found = []
    for n in range(20):
        said = " ".join(dice.sample(WORDS, 3))
        category = dice.choice(("security", "it-and-management-tools"))
        for k in range(dice.choice((1, 1, 3))):
            private, preview = dice.random() < 0.3, dice.random() < 0.2
            found.append(
                PublishedPlan(
                    publisher_id=f"publisher-{n % 3}",
                    publisher_display_name="Fabrikam",
                    offer_id=f"offer-{n}",
                    offer_display_name=("Änderung", "care", "Zebra", "Care")[n % 4],
                    plan_id=f"plan-{k}",
                    plan_display_name=f"{dice.choice(WORDS)} {n}",
                    version="1.0.0",
                    visibility=Visibility.PRIVATE if private else Visibility.PUBLIC,
                    managed_by_tenant_id=SUBSCRIPTIONS[0],
                    authorizations=(),
                    audience=frozenset({dice.choice(SUBSCRIPTIONS)}) if private else frozenset(),
                    preview=preview,
                    preview_audience=frozenset({SUBSCRIPTIONS[0]}),
                    offer_description=f"<p>We do {said}.</p>",
                    categories=(category,),
                    published_at=NOON,
                    sold_until=NOON - timedelta(days=1) if n % 10 == 9 else None,
                )
            )
    return found


def put(connection: Connection, every: list[PublishedPlan]) -> None:
    for offer in sorted({(plan.publisher_id, plan.offer_id) for plan in every}):
        own = [plan for plan in every if (plan.publisher_id, plan.offer_id) == offer]
        shelf.fill_live(connection, *offer, [plan for plan in own if not plan.preview])
        shelf.fill_preview(connection, *offer, [plan for plan in own if plan.preview])


def sees(plan: PublishedPlan, sought: Sought) -> bool:
    """The plain rule: who sees a plan that is sold, says the words and stands behind the spot."""
    private = plan.visibility is Visibility.PRIVATE
    open_to = plan.preview_audience if plan.preview else plan.audience if private else None
    seen = (open_to is None or sought.viewer in open_to) and not (private and not sought.private)
    fits = found_by(plan, sought.words, sought.category) and (sought.after is None or spot_of(plan) > sought.after)
    return seen and fits and (plan.sold_until is None or plan.sold_until > NOON)


LOOKS = (
    ("", "", False),
    ("", SUBSCRIPTIONS[0], True),
    ("Security", SUBSCRIPTIONS[1], True),
    ("", SUBSCRIPTIONS[0], False),
)
"""Category, subscription, and whether that one sees private plans."""


def test_search_finds_page_by_page_what_reading_every_plan_would(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """P7-stores: search by name and category; whether a word is rare or common decides the way, not the answer."""
    every = plans()
    with office.database.write() as connection:
        put(connection, every)
    with office.database.read() as connection:
        for few, text, look in product((0, shelf_search.FEW), SEARCHES, LOOKS):
            monkeypatch.setattr(shelf_search, "FEW", few)
            after: Spot | None = None
            while True:
                sought = Sought(words_asked(text), *look, after)
                wanted = sorted({spot_of(plan) for plan in every if sees(plan, sought)})
                found = shelf.PublishingShelf().find_offers(connection, sought, NOON, 6)
                assert sorted({spot_of(plan) for plan in found if sees(plan, sought)})[:6] == wanted[:6], sought
                if len(wanted) <= 6:
                    break
                after = wanted[5]


def test_what_leaves_the_shelf_is_not_found(office: Office) -> None:
    """Nothing of an offer's former plans, texts or audiences stays behind."""
    [plan, *_] = [one for one in plans() if one.visibility is Visibility.PUBLIC and not one.preview]
    with office.database.write() as connection:
        shelf.fill_live(connection, plan.publisher_id, plan.offer_id, [plan])
        shelf.fill_live(
            connection, plan.publisher_id, plan.offer_id, [replace(plan, version="1.0.1", plan_display_name="Mended")]
        )
        again = shelf.PublishingShelf().find_offers(connection, Sought(("mended",)), NOON, 4)
        shelf.take_off_sale(connection, plan.publisher_id, plan.offer_id)
        gone = shelf.PublishingShelf().find_offers(connection, Sought(), NOON, 4)
        words = connection.execute(select(shelf_search.published_words)).all()

    assert [one.version for one in again] == ["1.0.1"]
    assert (gone, words) == ([], [])


def test_an_older_database_is_found_in_after_its_upgrade(database_url: str) -> None:
    """Offers that were on the shelf before there was an index of words are in it afterwards, as if put there anew."""
    tables = (shelf_search.published_words, shelf_search.published_to)
    every = plans()
    database = Database(database_url, durable=False)

    def rows(connection: Connection) -> list[set[tuple[object, ...]]]:
        return [{tuple(row) for row in connection.execute(select(table))} for table in tables]

    try:
        config = Config()
        config.set_main_option("script_location", str(next(iter(migrations.__path__))))
        with database.write() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "0016")
            on_shelf = {"newest": True, "on_sale": True, "published_at": NOON}
            names = ("publisher_id", "offer_id", "plan_id", "version", "preview")
            for plan in every:
                key = {name: getattr(plan, name) for name in names}
                connection.execute(insert(shelf.published_plans).values(**key, **on_shelf, plan=to_builtins(plan)))
        migrations.upgrade(database)
        with database.write() as connection:
            noted = rows(connection)
            put(connection, every)
            assert noted == rows(connection)
            assert all(noted)
    finally:
        database.close()
