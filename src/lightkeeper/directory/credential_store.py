"""What applications sign in with besides secrets, as rows: certificates, federated credentials, assertions that were used."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, Text, UniqueConstraint, delete, insert, select, update

from lightkeeper.directory.model import Certificate, FederatedCredential
from lightkeeper.kernel.database import Json, UtcTime, metadata

application_certificates = Table(
    "application_certificates",
    metadata,
    Column("key_id", String(36), primary_key=True),
    Column("app_id", String(36), nullable=False),
    Column("display_name", String(256), nullable=False),
    Column("pem", Text, nullable=False),
    Column("x5t", String(32), nullable=False),
    Column("x5t_s256", String(48), nullable=False),
    Column("not_before", UtcTime, nullable=False),
    Column("not_after", UtcTime, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    UniqueConstraint("app_id", "x5t_s256"),
)

federated_credentials = Table(
    "federated_credentials",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("app_id", String(36), nullable=False),
    Column("name", String(120), nullable=False),
    Column("name_key", String(120), nullable=False),
    Column("issuer", String(600), nullable=False),
    Column("subject", String(600), nullable=False),
    Column("audiences", Json, nullable=False),
    Column("description", String(600), nullable=False),
    UniqueConstraint("app_id", "name_key"),
)

used_assertions = Table(
    "used_assertions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("first_used_at", UtcTime, nullable=False),
    Column("expires_at", UtcTime, nullable=False, index=True),
)


def certificates_of(connection: Connection, app_id: str) -> list[Certificate]:
    """Return an application's certificates, oldest first, expired ones too."""
    table = application_certificates
    query = select(table).where(table.c.app_id == app_id).order_by(table.c.created_at, table.c.key_id)
    return [Certificate(**row._mapping) for row in connection.execute(query)]


def add_certificate(connection: Connection, certificate: Certificate) -> None:
    """Keep a new certificate."""
    connection.execute(insert(application_certificates).values(**asdict(certificate)))


def remove_certificate(connection: Connection, key_id: str) -> None:
    """Delete a certificate."""
    connection.execute(delete(application_certificates).where(application_certificates.c.key_id == key_id))


def federated_credentials_of(connection: Connection, app_id: str) -> list[FederatedCredential]:
    """Return an application's federated credentials, by name."""
    table = federated_credentials
    query = select(table).where(table.c.app_id == app_id).order_by(table.c.name_key)
    found = []
    for row in connection.execute(query):
        values = {name: row._mapping[name] for name in FederatedCredential.__dataclass_fields__}
        found.append(FederatedCredential(**{**values, "audiences": tuple(row.audiences)}))
    return found


def save_federated_credential(connection: Connection, credential: FederatedCredential) -> None:
    """Write a federated credential, new or changed."""
    values = asdict(credential) | {"audiences": list(credential.audiences), "name_key": credential.name.lower()}
    changed = connection.execute(
        update(federated_credentials).where(federated_credentials.c.id == credential.id).values(**values)
    )
    if changed.rowcount == 0:
        connection.execute(insert(federated_credentials).values(**values))


def remove_federated_credentials(connection: Connection, ids: Sequence[str]) -> None:
    """Delete federated credentials."""
    connection.execute(delete(federated_credentials).where(federated_credentials.c.id.in_(ids)))


def forget_application(connection: Connection, app_id: str) -> None:
    """Delete everything an application signs in with, but its secrets."""
    for table in (application_certificates, federated_credentials):
        connection.execute(delete(table).where(table.c.app_id == app_id))


def assertion_used_at(connection: Connection, digest: str) -> datetime | None:
    """Return when an assertion was used first, None when it was not yet."""
    query = select(used_assertions.c.first_used_at).where(used_assertions.c.digest == digest)
    found: datetime | None = connection.execute(query).scalar_one_or_none()
    return found


def use_assertion(connection: Connection, digest: str, at: datetime, until: datetime) -> None:
    """Remember that an assertion was used, until it would not be believed any more."""
    connection.execute(insert(used_assertions).values(digest=digest, first_used_at=at, expires_at=until))


def sweep_assertions(connection: Connection, before: datetime) -> None:
    """Forget assertions that would not be believed any more."""
    connection.execute(delete(used_assertions).where(used_assertions.c.expires_at < before))
