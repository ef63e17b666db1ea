"""What was given out and waits to be redeemed: authorization codes, device codes, refresh tokens.

Only digests are kept. A row that was used stays until it expires, so that using it twice shows.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Index, String, Table, Text, delete, insert, select, update

from lightkeeper.kernel.database import UtcTime, metadata

authorization_codes = Table(
    "authorization_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("client_id", String(36), nullable=False),
    Column("audience_tenant", String(253), nullable=False),
    Column("account_id", String(36), nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("code_challenge", String(128), nullable=False),
    Column("nonce", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("family_id", String(36), nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("used", Boolean, nullable=False),
    Column("amr", String(64), nullable=False, server_default="pwd"),
)

device_codes = Table(
    "device_codes",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("user_code", String(16), nullable=False, unique=True),
    Column("client_id", String(36), nullable=False),
    Column("audience_tenant", String(253), nullable=False),
    Column("scope", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("account_id", String(36)),
    Column("state", String(16), nullable=False),
    Column("amr", String(64), nullable=False, server_default="pwd"),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("family_id", String(36), nullable=False),
    Column("account_id", String(36), nullable=False),
    Column("client_id", String(36), nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
    Column("used_at", UtcTime),
    Column("revoked_at", UtcTime),
    Column("amr", String(64), nullable=False, server_default="pwd"),
    Column("scope", Text, nullable=False, server_default=""),
    Index("ix_refresh_tokens_family_id", "family_id"),
    Index("ix_refresh_tokens_account_id", "account_id"),
)


@dataclass(frozen=True, slots=True)
class CodeRow:
    """An authorization code: for whom, for which program, and what it must prove to redeem it."""

    digest: str
    client_id: str
    audience_tenant: str
    account_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str
    scope: str
    family_id: str
    expires_at: datetime
    used: bool = False
    amr: str = "pwd"  # how the person proved who they are, words with a space between


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device code: `state` is pending until a person approved or declined."""

    digest: str
    user_code: str
    client_id: str
    audience_tenant: str
    scope: str
    expires_at: datetime
    account_id: str | None = None
    state: str = "pending"
    amr: str = "pwd"  # how the person proved who they are, words with a space between


@dataclass(frozen=True, slots=True)
class RefreshRow:
    """A refresh token; those that were got from one sign-in are a family."""

    digest: str
    family_id: str
    account_id: str
    client_id: str
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
    amr: str = "pwd"  # how the person proved who they are, words with a space between
    scope: str = ""  # what was asked for when it was given, for a request that does not say


def add_code(connection: Connection, code: CodeRow) -> None:
    """Keep a new authorization code."""
    connection.execute(insert(authorization_codes).values(**asdict(code)))


def code(connection: Connection, digest: str) -> CodeRow | None:
    """Return the authorization code or None."""
    row = connection.execute(select(authorization_codes).where(authorization_codes.c.digest == digest)).first()
    return CodeRow(**row._mapping) if row else None


def use_code(connection: Connection, digest: str) -> bool:
    """Mark a code as used; False when it was already."""
    changed = connection.execute(
        update(authorization_codes)
        .where(authorization_codes.c.digest == digest, authorization_codes.c.used.is_(False))
        .values(used=True)
    )
    return changed.rowcount == 1


def add_device_code(connection: Connection, device: DeviceRow) -> None:
    """Keep a new device code."""
    connection.execute(insert(device_codes).values(**asdict(device)))


def device_code(connection: Connection, digest: str) -> DeviceRow | None:
    """Return the device code or None."""
    row = connection.execute(select(device_codes).where(device_codes.c.digest == digest)).first()
    return DeviceRow(**row._mapping) if row else None


def device_code_by_user_code(connection: Connection, user_code: str) -> DeviceRow | None:
    """Return the device code whose short form a person typed, or None."""
    row = connection.execute(select(device_codes).where(device_codes.c.user_code == user_code)).first()
    return DeviceRow(**row._mapping) if row else None


def move_device_code(
    connection: Connection, digest: str, *, was: str, state: str, account_id: str | None, amr: str = "pwd"
) -> bool:
    """Change a device code's state if it still is `was`; False otherwise."""
    changed = connection.execute(
        update(device_codes)
        .where(device_codes.c.digest == digest, device_codes.c.state == was)
        .values(state=state, account_id=account_id, amr=amr)
    )
    return changed.rowcount == 1


def add_refresh_token(connection: Connection, token: RefreshRow) -> None:
    """Keep a new refresh token."""
    connection.execute(insert(refresh_tokens).values(**asdict(token)))


def refresh_token(connection: Connection, digest: str) -> RefreshRow | None:
    """Return the refresh token or None."""
    row = connection.execute(select(refresh_tokens).where(refresh_tokens.c.digest == digest)).first()
    return RefreshRow(**row._mapping) if row else None


def use_refresh_token(connection: Connection, digest: str, at: datetime) -> None:
    """Remember when a refresh token was first used."""
    connection.execute(
        update(refresh_tokens)
        .where(refresh_tokens.c.digest == digest, refresh_tokens.c.used_at.is_(None))
        .values(used_at=at)
    )


def revoke_family(connection: Connection, family_id: str, at: datetime) -> None:
    """Revoke every refresh token of one sign-in."""
    _revoke(connection, refresh_tokens.c.family_id == family_id, at)


def revoke_tokens_of(connection: Connection, account_id: str, at: datetime) -> None:
    """Revoke every refresh token of an account."""
    _revoke(connection, refresh_tokens.c.account_id == account_id, at)


def _revoke(connection: Connection, condition: Any, at: datetime) -> None:
    connection.execute(
        update(refresh_tokens).where(condition, refresh_tokens.c.revoked_at.is_(None)).values(revoked_at=at)
    )


def sweep(connection: Connection, before: datetime) -> None:
    """Delete codes and refresh tokens that expired before a moment."""
    for table in (authorization_codes, device_codes, refresh_tokens):
        connection.execute(delete(table).where(table.c.expires_at < before))
