"""Management groups and subscriptions."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, bindparam, insert, select

from lightkeeper.kernel.call import TenantId
from lightkeeper.kernel.lookup import Lookup, Record
from lightkeeper.resources.model import (
    Alias,
    Channel,
    HierarchySettings,
    ManagementGroup,
    Subscription,
    SubscriptionState,
)
from lightkeeper.resources.store.tables import (
    hierarchy_settings,
    management_groups,
    subscription_aliases,
    subscriptions,
)

_SUBSCRIPTION = Lookup(select(subscriptions).where(subscriptions.c.id == bindparam("id")))
_MANAGEMENT_GROUP = Lookup(
    select(management_groups).where(
        management_groups.c.tenant_id == bindparam("tenant_id"), management_groups.c.name_key == bindparam("name_key")
    )
)


def find_management_group(connection: Connection, tenant_id: str, name: str) -> ManagementGroup | None:
    """Return the tenant's group of this name, in any case."""
    row = _MANAGEMENT_GROUP.first(connection, tenant_id=tenant_id, name_key=name.lower())
    return _management_group(row) if row else None


def management_groups_of(connection: Connection, tenant_id: str | None = None) -> Sequence[ManagementGroup]:
    """Return every group of the tenant (or of all tenants), by name."""
    query = select(management_groups).order_by(management_groups.c.tenant_id, management_groups.c.name_key)
    if tenant_id is not None:
        query = query.where(management_groups.c.tenant_id == tenant_id)
    return [_management_group(row) for row in connection.execute(query)]


def save_management_group(connection: Connection, group: ManagementGroup) -> None:
    """Add the group or replace the one of the same name."""
    values = {
        "name": group.name,
        "display_name": group.display_name,
        "parent": group.parent,
        "parent_key": group.parent.lower() if group.parent is not None else None,
        "version": group.version,
        "changed_at": group.changed_at,
        "changed_by": group.changed_by,
    }
    same = (management_groups.c.tenant_id == group.tenant_id) & (management_groups.c.name_key == group.name.lower())
    if connection.execute(management_groups.update().where(same).values(values)).rowcount == 0:
        connection.execute(
            insert(management_groups).values(tenant_id=group.tenant_id, name_key=group.name.lower(), **values)
        )


def remove_management_group(connection: Connection, tenant_id: str, name: str) -> None:
    """Remove the group."""
    connection.execute(
        management_groups.delete().where(
            management_groups.c.tenant_id == tenant_id, management_groups.c.name_key == name.lower()
        )
    )


def find_subscription(connection: Connection, subscription_id: str) -> Subscription | None:
    """Return the subscription of this id, in any case."""
    row = _SUBSCRIPTION.first(connection, id=subscription_id.lower())
    return _subscription(row) if row else None


def subscriptions_by_id(connection: Connection, ids: Collection[str]) -> Sequence[Subscription]:
    """Return the subscriptions of these ids that exist, by display name."""
    wanted, found = sorted({subscription_id.lower() for subscription_id in ids}), []
    for at in range(0, len(wanted), 500):  # both databases limit the number of parameters
        rows = connection.execute(select(subscriptions).where(subscriptions.c.id.in_(wanted[at : at + 500])))
        found += [_subscription(row) for row in rows]
    return sorted(found, key=lambda subscription: (subscription.display_name, subscription.id))


def subscriptions_in(connection: Connection, tenant_id: str | None = None) -> Sequence[Subscription]:
    """Return the subscriptions at home in the tenant (or in any), by display name."""
    query = select(subscriptions).order_by(subscriptions.c.display_name, subscriptions.c.id)
    if tenant_id is not None:
        query = query.where(subscriptions.c.tenant_id == tenant_id)
    return [_subscription(row) for row in connection.execute(query)]


def save_subscription(connection: Connection, subscription: Subscription) -> None:
    """Add the subscription or replace the one of the same id."""
    group = subscription.management_group or subscription.tenant_id
    values = {
        "tenant_id": subscription.tenant_id,
        "display_name": subscription.display_name,
        "state": subscription.state.value,
        "channel": subscription.channel.value,
        "management_group": group,
        "management_group_key": group.lower(),
        "tags": dict(subscription.tags),
    }
    same = subscriptions.c.id == subscription.id
    if connection.execute(subscriptions.update().where(same).values(values)).rowcount == 0:
        connection.execute(insert(subscriptions).values(id=subscription.id, **values))


def _management_group(row: Record) -> ManagementGroup:
    return ManagementGroup(
        tenant_id=TenantId(row.tenant_id),
        name=row.name,
        display_name=row.display_name,
        parent=row.parent,
        version=row.version,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
    )


def _subscription(row: Record) -> Subscription:
    return Subscription(
        id=row.id,
        tenant_id=TenantId(row.tenant_id),
        display_name=row.display_name,
        state=SubscriptionState(row.state),
        channel=Channel(row.channel),
        management_group=row.management_group,
        tags=row.tags,
    )


def find_alias(connection: Connection, tenant_id: str, name: str) -> Alias | None:
    """Return the tenant's subscription alias of this name, in any case."""
    table = subscription_aliases
    query = select(table).where(table.c.tenant_id == tenant_id, table.c.name_key == name.lower())
    row = connection.execute(query).first()
    return _alias(row) if row else None


def aliases_of(connection: Connection, tenant_id: str) -> Sequence[Alias]:
    """Return the tenant's subscription aliases, by name."""
    table = subscription_aliases
    rows = connection.execute(select(table).where(table.c.tenant_id == tenant_id).order_by(table.c.name_key))
    return [_alias(row) for row in rows]


def save_alias(connection: Connection, alias: Alias) -> None:
    """Add an alias."""
    values = {name: getattr(alias, name) for name in Alias.__dataclass_fields__}
    connection.execute(insert(subscription_aliases).values(name_key=alias.name.lower(), **values))


def remove_alias(connection: Connection, alias: Alias) -> None:
    """Remove an alias."""
    table = subscription_aliases
    connection.execute(
        table.delete().where(table.c.tenant_id == alias.tenant_id, table.c.name_key == alias.name.lower())
    )


def forget_aliases(connection: Connection, subscription_id: str) -> None:
    """Remove every alias of a subscription."""
    connection.execute(subscription_aliases.delete().where(subscription_aliases.c.subscription_id == subscription_id))


def hierarchy_settings_of(connection: Connection, tenant_id: str) -> HierarchySettings | None:
    """Return how the tenant wants its tree to behave; None when it never said."""
    row = connection.execute(select(hierarchy_settings).where(hierarchy_settings.c.tenant_id == tenant_id)).first()
    return HierarchySettings(row.require_authorization, row.default_group) if row else None


def save_hierarchy_settings(connection: Connection, tenant_id: str, settings: HierarchySettings) -> None:
    """Write the settings, over those there were."""
    remove_hierarchy_settings(connection, tenant_id)
    connection.execute(
        insert(hierarchy_settings).values(
            tenant_id=tenant_id,
            require_authorization=settings.require_authorization,
            default_group=settings.default_group,
        )
    )


def remove_hierarchy_settings(connection: Connection, tenant_id: str) -> None:
    """Forget the settings."""
    connection.execute(hierarchy_settings.delete().where(hierarchy_settings.c.tenant_id == tenant_id))


def _alias(row: Record) -> Alias:
    return Alias(row.tenant_id, row.name, row.subscription_id, row.created_by, row.created_at)
