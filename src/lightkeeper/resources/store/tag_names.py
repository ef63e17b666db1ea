"""Tag names and values that a subscription has thought of beforehand."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, ForeignKeyConstraint, PrimaryKeyConstraint, String, Table, insert, select

from lightkeeper.kernel.database import metadata

tag_names = Table(  # a row without a value is the name itself
    "tag_names",
    metadata,
    Column("subscription_id", String(36), nullable=False),
    Column("name_key", String(512), nullable=False),
    Column("value_key", String(256), nullable=False),
    Column("name", String(512), nullable=False),
    Column("value", String(256), nullable=False),
    PrimaryKeyConstraint("subscription_id", "name_key", "value_key"),
    ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"]),
)


def names_of(connection: Connection, subscription_id: str) -> Sequence[tuple[str, str]]:
    """Return the subscription's names and values, by name; a name itself comes with an empty value."""
    query = (
        select(tag_names.c.name, tag_names.c.value)
        .where(tag_names.c.subscription_id == subscription_id)
        .order_by(tag_names.c.name_key, tag_names.c.value_key)
    )
    return [(row.name, row.value) for row in connection.execute(query)]


def add(connection: Connection, subscription_id: str, name: str, value: str = "") -> None:
    """Keep a name, or one of its values."""
    row = {"name_key": name.lower(), "value_key": value.lower(), "name": name, "value": value}
    connection.execute(insert(tag_names).values(subscription_id=subscription_id, **row))


def remove(connection: Connection, subscription_id: str, name: str, value: str | None = None) -> None:
    """Forget one of a name's values, or the name with all of them."""
    same = (tag_names.c.subscription_id == subscription_id) & (tag_names.c.name_key == name.lower())
    if value is not None:
        same &= tag_names.c.value_key == value.lower()
    connection.execute(tag_names.delete().where(same))
