"""Who is signed in in which browser, and people's second factors, as rows.

Of a browser's cookie only the digest is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Index,
    String,
    Table,
    delete,
    insert,
    or_,
    select,
    update,
)

from lightkeeper.kernel.database import UtcTime, metadata
from lightkeeper.kernel.sealing import Sealed

browser_sessions = Table(
    "browser_sessions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("digest_before", String(64), nullable=False, index=True),
    Column("rotated_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)

browser_sign_ins = Table(
    "browser_sign_ins",
    metadata,
    Column("session_id", String(36), ForeignKey("browser_sessions.id", ondelete="CASCADE"), primary_key=True),
    Column("account_id", String(36), primary_key=True),
    Column("signed_in_at", UtcTime, nullable=False),
    Column("second_factor_at", UtcTime),
    Index("ix_browser_sign_ins_account_id", "account_id"),
)

second_factors = Table(
    "second_factors",
    metadata,
    Column("account_id", String(36), primary_key=True),
    Column("secret", Sealed, nullable=False),
    Column("enrolled_at", UtcTime, nullable=False),
    Column("confirmed_at", UtcTime),
    Column("last_step", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that somebody signed in in."""

    id: str
    digest: str
    digest_before: str
    rotated_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SignInRow:
    """An account that is signed in in a browser; with its second factor, when that was shown."""

    account_id: str
    signed_in_at: datetime
    second_factor_at: datetime | None


def session_of(connection: Connection, digest: str) -> SessionRow | None:
    """Return the session whose cookie has this digest, or had it before the last rotation."""
    table = browser_sessions
    query = select(table).where(or_(table.c.digest == digest, table.c.digest_before == digest))
    row = connection.execute(query).first()
    return SessionRow(**row._mapping) if row else None


def add_session(connection: Connection, session: SessionRow) -> None:
    """Keep a new session."""
    values = {name: getattr(session, name) for name in SessionRow.__dataclass_fields__}
    connection.execute(insert(browser_sessions).values(**values))


def rotate_session(connection: Connection, session: SessionRow, digest: str, at: datetime, until: datetime) -> None:
    """Give a session another cookie."""
    connection.execute(
        update(browser_sessions)
        .where(browser_sessions.c.id == session.id)
        .values(digest=digest, digest_before=session.digest, rotated_at=at, expires_at=until)
    )


def end_session(connection: Connection, session_id: str) -> None:
    """Sign everybody out in a browser."""
    connection.execute(delete(browser_sign_ins).where(browser_sign_ins.c.session_id == session_id))
    connection.execute(delete(browser_sessions).where(browser_sessions.c.id == session_id))


def sweep_sessions(connection: Connection, before: datetime) -> None:
    """Forget sessions that have expired."""
    gone = select(browser_sessions.c.id).where(browser_sessions.c.expires_at < before)
    connection.execute(delete(browser_sign_ins).where(browser_sign_ins.c.session_id.in_(gone)))
    connection.execute(delete(browser_sessions).where(browser_sessions.c.expires_at < before))


def sign_ins_of(connection: Connection, session_id: str) -> list[SignInRow]:
    """Return who is signed in in a browser, the latest first."""
    table = browser_sign_ins
    query = select(table.c.account_id, table.c.signed_in_at, table.c.second_factor_at)
    query = query.where(table.c.session_id == session_id).order_by(table.c.signed_in_at.desc(), table.c.account_id)
    return [SignInRow(**row._mapping) for row in connection.execute(query)]


def put_sign_in(connection: Connection, session_id: str, sign_in: SignInRow) -> None:
    """Note that an account signed in in a browser."""
    remove_sign_ins(connection, session_id, [sign_in.account_id])
    values = {name: getattr(sign_in, name) for name in SignInRow.__dataclass_fields__}
    connection.execute(insert(browser_sign_ins).values(session_id=session_id, **values))


def remove_sign_ins(connection: Connection, session_id: str, account_ids: Sequence[str]) -> None:
    """Sign accounts out in one browser."""
    table = browser_sign_ins
    connection.execute(delete(table).where(table.c.session_id == session_id, table.c.account_id.in_(account_ids)))


def sign_out_everywhere(connection: Connection, account_id: str) -> None:
    """Sign an account out in every browser."""
    connection.execute(delete(browser_sign_ins).where(browser_sign_ins.c.account_id == account_id))


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A device that shows codes; `last_step` is the newest code that was used, so that none works twice."""

    account_id: str
    secret: str
    enrolled_at: datetime
    confirmed_at: datetime | None = None
    last_step: int = 0


def second_factor_of(connection: Connection, account_id: str) -> SecondFactor | None:
    """Return an account's second factor, confirmed or not; None when it has none."""
    row = connection.execute(select(second_factors).where(second_factors.c.account_id == account_id)).first()
    return SecondFactor(**row._mapping) if row else None


def save_second_factor(connection: Connection, factor: SecondFactor) -> None:
    """Write an account's second factor in place of the one it had."""
    remove_second_factor(connection, factor.account_id)
    values = {name: getattr(factor, name) for name in SecondFactor.__dataclass_fields__}
    connection.execute(insert(second_factors).values(**values))


def use_code(connection: Connection, account_id: str, step: int) -> bool:
    """Note the code of a time step as used; False when it, or a later one, was used before."""
    table = second_factors
    changed = connection.execute(
        update(table).where(table.c.account_id == account_id, table.c.last_step < step).values(last_step=step)
    )
    return changed.rowcount == 1


def remove_second_factor(connection: Connection, account_id: str) -> None:
    """Forget an account's second factor."""
    connection.execute(delete(second_factors).where(second_factors.c.account_id == account_id))
