"""What people and programs sign in with, how often it failed, and the keys that sign what they get."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    String,
    Table,
    delete,
    insert,
    or_,
    select,
    update,
)

from lightkeeper.directory.lockout import Attempts
from lightkeeper.directory.model import Secret
from lightkeeper.kernel.database import UtcTime, metadata
from lightkeeper.kernel.sealing import Sealed

secrets = Table(
    "secrets",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("owner_id", String(36), nullable=False, index=True),
    Column("name", String(256), nullable=False),
    Column("hash", String(256), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime),
    Column("hint", String(8), nullable=False, server_default=""),
)

sign_in_attempts = Table(
    "sign_in_attempts",
    metadata,
    Column("owner_id", String(36), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcTime),
)

signing_keys = Table(
    "signing_keys",
    metadata,
    Column("kid", String(64), primary_key=True),
    Column("private_pem", Sealed, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("retired_at", UtcTime),
)


def secrets_of(connection: Connection, owner_id: str) -> list[Secret]:
    """Return an owner's secrets, oldest first, expired ones too."""
    query = select(secrets).where(secrets.c.owner_id == owner_id).order_by(secrets.c.created_at, secrets.c.id)
    return [Secret(**row._mapping) for row in connection.execute(query)]


def add_secret(connection: Connection, secret: Secret) -> None:
    """Keep a new secret."""
    connection.execute(insert(secrets).values(**{name: getattr(secret, name) for name in Secret.__dataclass_fields__}))


def forget_secrets(connection: Connection, owner_id: str, *, ids: Sequence[str] | None = None) -> None:
    """Delete all secrets of an owner, or those with these ids."""
    condition = [secrets.c.owner_id == owner_id] + ([] if ids is None else [secrets.c.id.in_(ids)])
    connection.execute(delete(secrets).where(*condition))


def attempts_of(connection: Connection, owner_id: str) -> Attempts:
    """Return how often an owner was tried in vain."""
    row = connection.execute(select(sign_in_attempts).where(sign_in_attempts.c.owner_id == owner_id)).first()
    return Attempts(row.failures, row.locked_until) if row else Attempts()


def save_attempts(connection: Connection, owner_id: str, attempts: Attempts) -> None:
    """Keep the count."""
    forget_attempts(connection, owner_id)
    connection.execute(insert(sign_in_attempts).values(owner_id=owner_id, **asdict(attempts)))


def forget_attempts(connection: Connection, owner_id: str) -> None:
    """Begin to count anew."""
    connection.execute(delete(sign_in_attempts).where(sign_in_attempts.c.owner_id == owner_id))


def keys(
    connection: Connection, *, unretired_at: datetime | None = None
) -> list[tuple[str, str, datetime, datetime | None]]:
    """Return (kid, private PEM, created, retired) of every signing key, newest first."""
    query = select(signing_keys).order_by(signing_keys.c.created_at.desc(), signing_keys.c.kid)
    if unretired_at is not None:
        query = query.where(or_(signing_keys.c.retired_at.is_(None), signing_keys.c.retired_at > unretired_at))
    return [(row.kid, row.private_pem, row.created_at, row.retired_at) for row in connection.execute(query)]


def add_key(connection: Connection, kid: str, private_pem: str, created_at: datetime) -> None:
    """Keep a new signing key."""
    connection.execute(insert(signing_keys).values(kid=kid, private_pem=private_pem, created_at=created_at))


def retire_keys(connection: Connection, kids: Sequence[str], at: datetime) -> None:
    """Let keys be known until `at`; they sign nothing more."""
    connection.execute(
        update(signing_keys)
        .where(signing_keys.c.kid.in_(kids), signing_keys.c.retired_at.is_(None))
        .values(retired_at=at)
    )
