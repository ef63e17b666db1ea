"""Deployments and their operations as rows."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Float, Index, Row, String, Table, Text, delete, desc, func, insert, select, update

from lightkeeper.deployments.model import Deployment, Mode, OperationRecord, State
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.database import Json, UtcTime, metadata

deployments = Table(
    "deployments",
    metadata,
    Column("key", String(1024), primary_key=True),
    Column("id", Text, nullable=False),
    Column("run_id", String(36), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("scope", Text, nullable=False),
    Column("scope_key", String(1024), nullable=False),
    Column("tenant_id", String(36), nullable=False),
    Column("subscription_id", String(64)),
    Column("location", String(64), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("template", Json, nullable=False),
    Column("template_hash", String(32), nullable=False),
    Column("values", Json, nullable=False),
    Column("parameters", Json, nullable=False),
    Column("surroundings", Json, nullable=False),
    Column("caller", Json, nullable=False),
    Column("correlation_id", String(64), nullable=False),
    Column("accepted_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("parent_run_id", String(36)),
    Column("outputs", Json),
    Column("output_resources", Json, nullable=False),
    Column("providers", Json, nullable=False),
    Column("dependencies", Json, nullable=False),
    Column("error", Json),
    Column("tags", Json),
    Column("debug", String(64)),
    Column("template_link", Json),
    Column("on_error", Json),
    Column("places", Json),
    Index("ix_deployments_scope_key", "scope_key"),
    Index("ix_deployments_parent_run_id", "parent_run_id"),
)

operations = Table(
    "deployment_operations",
    metadata,
    Column("run_id", String(36), primary_key=True),
    Column("operation_id", String(64), primary_key=True),
    Column("provisioning", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("resource_type", Text, nullable=False),
    Column("resource_name", Text, nullable=False),
    Column("status_code", String(32), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("took", Float, nullable=False),
    Column("document", Json),
    Column("error", Json),
)

_LISTS = ("output_resources", "providers", "dependencies")


def scope_key(tenant_id: str, scope: str) -> str:
    """Return the key of a scope: lower case, with the tenant in front above subscriptions."""
    folded = scope.lower()
    return folded if folded.startswith("/subscriptions/") else f"{tenant_id}:{folded}"


def find(call: Call, key: str) -> Deployment | None:
    """Return the deployment of this key."""
    return _one(call.connection.execute(select(deployments).where(deployments.c.key == key)).first())


def find_run(call: Call, run_id: str) -> Deployment | None:
    """Return the deployment this run belongs to; None when the name has been used again or the record is gone."""
    return _one(call.connection.execute(select(deployments).where(deployments.c.run_id == run_id)).first())


def state_of(call: Call, run_id: str) -> State | None:
    """Return how far a run is, None when its record is gone; the rest of the record may be large."""
    found = call.connection.execute(select(deployments.c.state).where(deployments.c.run_id == run_id)).scalar()
    return None if found is None else State(found)


def unfinished(call: Call, before: datetime) -> list[str]:
    """Return the runs accepted before a time that have not ended, oldest first, without those that are part of another."""
    query = (
        select(deployments.c.run_id)
        .where(deployments.c.state.in_((State.ACCEPTED, State.RUNNING)), deployments.c.parent_run_id.is_(None))
        .where(deployments.c.accepted_at < before)
        .order_by(deployments.c.accepted_at)
    )
    return [str(row.run_id) for row in call.connection.execute(query)]


def at_scope(call: Call, key: str, state: str | None, limit: int, before: str | None) -> list[Deployment]:
    """Return the deployments of a scope by name, `limit` from behind the name `before`."""
    query = select(deployments).where(deployments.c.scope_key == key).order_by(deployments.c.key).limit(limit)
    if state is not None:
        query = query.where(func.lower(deployments.c.state) == state.lower())
    if before is not None:
        query = query.where(deployments.c.key > before)
    return [_deployment(row) for row in call.connection.execute(query)]


def count(call: Call, key: str) -> int:
    """Return how many deployments a scope has."""
    query = select(func.count()).select_from(deployments).where(deployments.c.scope_key == key)
    return int(call.connection.execute(query).scalar_one())


def oldest(call: Call, key: str, how_many: int) -> list[Deployment]:
    """Return the oldest deployments of a scope that have ended."""
    ended = [state for state in State if state.terminal]
    query = select(deployments).where(deployments.c.scope_key == key, deployments.c.state.in_(ended))
    return [
        _deployment(row) for row in call.connection.execute(query.order_by(deployments.c.accepted_at).limit(how_many))
    ]


def last_succeeded(call: Call, key: str, *, besides: str) -> Deployment | None:
    """Return the deployment of a scope that succeeded last, leaving one key out."""
    query = select(deployments).where(
        deployments.c.scope_key == key, deployments.c.state == State.SUCCEEDED, deployments.c.key != besides
    )
    return _one(call.connection.execute(query.order_by(desc(deployments.c.changed_at)).limit(1)).first())


def locations(call: Call, key: str) -> set[str]:
    """Return the locations that deployments of a scope are kept in."""
    query = select(deployments.c.location).where(deployments.c.scope_key == key).distinct()
    return {str(row.location).lower() for row in call.connection.execute(query)}


def put(call: Call, deployment: Deployment) -> None:
    """Store a deployment under its key; an earlier one of the same name goes, with its operations."""
    remove(call, deployment.key)
    row = {field.name: getattr(deployment, field.name) for field in fields(Deployment)}
    call.connection.execute(insert(deployments), row | {"scope_key": scope_key(deployment.tenant_id, deployment.scope)})


def change(call: Call, run_id: str, **values: Any) -> None:
    """Change columns of a run, and when it was last changed."""
    call.connection.execute(
        update(deployments).where(deployments.c.run_id == run_id).values(changed_at=call.now, **values)
    )


def remove(call: Call, key: str) -> None:
    """Delete a deployment and its operations; nothing happens when there is none."""
    runs = select(deployments.c.run_id).where(deployments.c.key == key)
    call.connection.execute(delete(operations).where(operations.c.run_id.in_(runs)))
    call.connection.execute(delete(deployments).where(deployments.c.key == key))


def remove_below(call: Call, key: str) -> None:
    """Delete every deployment of a scope that is gone."""
    found = select(deployments.c.key).where(deployments.c.scope_key == key)
    for row in call.connection.execute(found).all():
        remove(call, row.key)


def operations_of(call: Call, run_id: str) -> list[OperationRecord]:
    """Return the operations of a run, newest first."""
    query = (
        select(operations)
        .where(operations.c.run_id == run_id)
        .order_by(desc(operations.c.at), operations.c.operation_id)
    )
    return [_operation(row) for row in call.connection.execute(query)]


def put_operation(call: Call, record: OperationRecord) -> None:
    """Store what became of a resource, in place of what was stored before."""
    same = (operations.c.run_id == record.run_id) & (operations.c.operation_id == record.operation_id)
    call.connection.execute(delete(operations).where(same))
    call.connection.execute(
        insert(operations), {field.name: getattr(record, field.name) for field in fields(OperationRecord)}
    )


def children(call: Call, run_id: str) -> Sequence[Deployment]:
    """Return the deployments nested in a run."""
    return [
        _deployment(row)
        for row in call.connection.execute(select(deployments).where(deployments.c.parent_run_id == run_id))
    ]


def _one(row: Row[Any] | None) -> Deployment | None:
    return None if row is None else _deployment(row)


def _deployment(row: Row[Any]) -> Deployment:
    values = {field.name: row._mapping[field.name] for field in fields(Deployment)}
    for name in _LISTS:
        values[name] = tuple(values[name])
    return Deployment(**values | {"mode": Mode(values["mode"]), "state": State(values["state"])})


def _operation(row: Row[Any]) -> OperationRecord:
    return OperationRecord(**dict(row._mapping) | {"state": State(row.state)})
