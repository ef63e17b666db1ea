"""A directory that was written before owners and roles were known is read as it was."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from lightkeeper import migrations
from lightkeeper.directory import application_store, store
from lightkeeper.directory.model import DirectoryRole, User
from lightkeeper.kernel import ids
from lightkeeper.kernel.database import Database

TENANT, ADMIN, MEMBER, APP = (ids.named("test", name) for name in ("tenant", "admin", "member", "app"))
PRINCIPAL = (
    "INSERT INTO principals (id, tenant_id, type, display_name, display_name_key, enabled, upn, upn_key, user_type,"
    " home_tenant_id, home_object_id, global_administrator) VALUES"
    " (:id, :tenant, 'User', 'Somebody', 'somebody', :yes, :upn, :upn, 'Member', :tenant, :id, :admin)"
)


def test_administrators_and_applications_are_kept(database_url: str) -> None:
    """A Global Administrator holds the role by its name; each registration gets the object id that follows from its own."""
    database = Database(database_url, durable=False)
    try:
        _before(database)
        migrations.upgrade(database)
        with database.read() as connection:
            admin, member = (store.principal_by_id(connection, each) for each in (ADMIN, MEMBER))
            app = application_store.application_by_object_id(connection, ids.named("applicationObject", APP))
            holders = store.holders_of_roles(connection, TENANT)
    finally:
        database.close()
    assert isinstance(admin, User) and isinstance(member, User)
    assert admin.directory_roles == {DirectoryRole.GLOBAL_ADMINISTRATOR}
    assert (member.directory_roles, member.profile) == (frozenset(), {})
    assert [each.id for each in holders] == [ADMIN]
    assert app is not None
    assert (app.app_id, app.display_name, app.redirect_uris) == (APP, "Old App", ("http://localhost",))


def _before(database: Database) -> None:
    config = Config()
    config.set_main_option("script_location", str(next(iter(migrations.__path__))))
    with database.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        connection.execute(
            text(
                "INSERT INTO tenants (id, name, domain, display_name, country_code) VALUES (:id, 't', 't.example', 'T', 'US')"
            ),
            {"id": TENANT},
        )
        for id, admin in ((ADMIN, True), (MEMBER, False)):
            values = {"id": id, "tenant": TENANT, "upn": f"{id}@t.example", "admin": admin, "yes": True}
            connection.execute(text(PRINCIPAL), values)
        connection.execute(
            text(
                "INSERT INTO applications (app_id, tenant_id, display_name, public_client, redirect_uris)"
                " VALUES (:app, :tenant, 'Old App', :yes, '[\"http://localhost\"]')"
            ),
            {"app": APP, "tenant": TENANT, "yes": True},
        )
