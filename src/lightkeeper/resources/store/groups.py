"""Resource groups, registrations, and the results clients come back for."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select

from lightkeeper.kernel.lookup import Lookup, Record
from lightkeeper.resources.model import RegistrationState, ResourceGroup
from lightkeeper.resources.store.tables import operation_results, provider_registrations, resource_groups

_GROUP = Lookup(
    select(resource_groups).where(
        resource_groups.c.subscription_id == bindparam("subscription_id"),
        resource_groups.c.name_key == bindparam("name_key"),
    )
)
_REGISTRATION = Lookup(
    select(provider_registrations.c.state).where(
        provider_registrations.c.subscription_id == bindparam("subscription_id"),
        provider_registrations.c.namespace_key == bindparam("namespace_key"),
    )
)


def find_group(connection: Connection, subscription_id: str, name: str) -> ResourceGroup | None:
    """Return the subscription's group of this name, in any case."""
    row = _GROUP.first(connection, subscription_id=subscription_id.lower(), name_key=name.lower())
    return _group(row) if row else None


def groups_of(connection: Connection, subscription_id: str) -> Sequence[ResourceGroup]:
    """Return the subscription's groups, by name."""
    query = (
        select(resource_groups)
        .where(resource_groups.c.subscription_id == subscription_id.lower())
        .order_by(resource_groups.c.name_key)
    )
    return [_group(row) for row in connection.execute(query)]


def save_group(connection: Connection, group: ResourceGroup) -> None:
    """Add the group or replace the one of the same name."""
    values = {
        "name": group.name,
        "location": group.location,
        "tags": dict(group.tags),
        "managed_by": group.managed_by,
        "created_at": group.created_at,
        "changed_at": group.changed_at,
    }
    same = (resource_groups.c.subscription_id == group.subscription_id) & (
        resource_groups.c.name_key == group.name.lower()
    )
    if connection.execute(resource_groups.update().where(same).values(values)).rowcount == 0:
        connection.execute(
            insert(resource_groups).values(subscription_id=group.subscription_id, name_key=group.name.lower(), **values)
        )


def remove_group(connection: Connection, subscription_id: str, name: str) -> None:
    """Remove the group; its resources must be gone."""
    connection.execute(
        resource_groups.delete().where(
            resource_groups.c.subscription_id == subscription_id, resource_groups.c.name_key == name.lower()
        )
    )


def registrations_of(connection: Connection, subscription_id: str) -> Mapping[str, RegistrationState]:
    """Return the state of every provider the subscription ever registered, by lower-case namespace."""
    rows = connection.execute(
        select(provider_registrations.c.namespace_key, provider_registrations.c.state).where(
            provider_registrations.c.subscription_id == subscription_id.lower()
        )
    )
    return {row.namespace_key: RegistrationState(row.state) for row in rows}


def registration_of(connection: Connection, subscription_id: str, namespace: str) -> RegistrationState:
    """Return how far the subscription is with the provider."""
    row = _REGISTRATION.first(connection, subscription_id=subscription_id.lower(), namespace_key=namespace.lower())
    return RegistrationState(row.state) if row else RegistrationState.NOT_REGISTERED


def save_registration(
    connection: Connection, subscription_id: str, namespace: str, state: RegistrationState, at: datetime
) -> None:
    """Remember the state."""
    same = (provider_registrations.c.subscription_id == subscription_id) & (
        provider_registrations.c.namespace_key == namespace.lower()
    )
    values = {"state": state.value, "changed_at": at}
    if connection.execute(provider_registrations.update().where(same).values(values)).rowcount == 0:
        connection.execute(
            insert(provider_registrations).values(
                subscription_id=subscription_id, namespace_key=namespace.lower(), namespace=namespace, **values
            )
        )


def save_result(connection: Connection, token: str, subscription_id: str, actor_id: str, at: datetime) -> None:
    """Remember that the operation behind `token` is finished, and whose it was."""
    connection.execute(
        insert(operation_results).values(
            token=token, subscription_id=subscription_id, actor_id=actor_id, finished_at=at
        )
    )


def actor_of_result(connection: Connection, token: str, subscription_id: str) -> str | None:
    """Return who started the finished operation behind `token`; None when there is none."""
    found: str | None = connection.execute(
        select(operation_results.c.actor_id).where(
            operation_results.c.token == token, operation_results.c.subscription_id == subscription_id.lower()
        )
    ).scalar()
    return found


def _group(row: Record) -> ResourceGroup:
    return ResourceGroup(
        subscription_id=row.subscription_id,
        name=row.name,
        location=row.location,
        tags=row.tags,
        managed_by=row.managed_by,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
