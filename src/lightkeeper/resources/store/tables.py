"""The tables. Ids and names are compared by their lower-case `*_key`; the caller's spelling is kept beside it."""

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from lightkeeper.kernel.database import Json, UtcTime, metadata

management_groups = Table(
    "management_groups",
    metadata,
    Column("tenant_id", String(36), nullable=False),
    Column("name_key", String(90), nullable=False),
    Column("name", String(90), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("parent", String(90)),
    Column("parent_key", String(90)),
    Column("version", Integer, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", String(64), nullable=False),
    PrimaryKeyConstraint("tenant_id", "name_key"),
    ForeignKeyConstraint(["tenant_id", "parent_key"], ["management_groups.tenant_id", "management_groups.name_key"]),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("tenant_id", String(36), nullable=False, index=True),
    Column("display_name", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("management_group", String(90), nullable=False),
    Column("management_group_key", String(90), nullable=False),
    Column("tags", Json, nullable=False),
    ForeignKeyConstraint(
        ["tenant_id", "management_group_key"], ["management_groups.tenant_id", "management_groups.name_key"]
    ),
)

resource_groups = Table(
    "resource_groups",
    metadata,
    Column("subscription_id", String(36), nullable=False),
    Column("name_key", String(90), nullable=False),
    Column("name", String(90), nullable=False),
    Column("location", String(64), nullable=False),
    Column("tags", Json, nullable=False),
    Column("managed_by", Text),
    Column("created_at", UtcTime, nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("subscription_id", "name_key"),
    ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"]),
)

resources = Table(
    "resources",
    metadata,
    Column("id_key", Text, primary_key=True),
    Column("id", Text, nullable=False),
    Column("subscription_id", String(36), nullable=False),
    Column("group_key", String(90)),
    Column("group_name", String(90)),
    Column("scope_key", Text, nullable=False),  # what it extends or lives in: the id before the last /providers/
    Column("type", Text, nullable=False),
    Column("type_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("location", String(64)),
    Column("tags", Json, nullable=False),
    Column("body", Json, nullable=False),  # properties, kind, sku, ... and what else the type has at the top level
    Column("instance", Json, nullable=False),
    Column("api_version", String(32), nullable=False),
    Column("etag", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_by_type", String(32), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_by_type", String(32), nullable=False),
    ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"]),
    ForeignKeyConstraint(
        ["subscription_id", "group_key"], ["resource_groups.subscription_id", "resource_groups.name_key"]
    ),
    Index("ix_resources_subscription_id_type_key", "subscription_id", "type_key"),
    Index("ix_resources_subscription_id_group_key", "subscription_id", "group_key"),
    Index("ix_resources_scope_key", "scope_key"),
)

resource_keys = Table(  # what listKeys hands out; never logged
    "resource_keys",
    metadata,
    Column("id_key", Text, nullable=False),
    Column("name", String(64), nullable=False),
    Column("value", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("id_key", "name"),
    ForeignKeyConstraint(["id_key"], ["resources.id_key"], ondelete="CASCADE"),
)

provider_registrations = Table(
    "provider_registrations",
    metadata,
    Column("subscription_id", String(36), nullable=False),
    Column("namespace_key", String(128), nullable=False),
    Column("namespace", String(128), nullable=False),
    Column("state", String(16), nullable=False),
    Column("changed_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("subscription_id", "namespace_key"),
    ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"]),
)

operation_results = Table(  # what a client that was told 202 comes back for
    "operation_results",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("subscription_id", String(36), nullable=False),
    Column("actor_id", String(64), nullable=False),
    Column("finished_at", UtcTime, nullable=False),
)

subscription_aliases = Table(  # the names under which subscriptions were asked for
    "subscription_aliases",
    metadata,
    Column("tenant_id", String(36), nullable=False),
    Column("name_key", String(63), nullable=False),
    Column("name", String(63), nullable=False),
    Column("subscription_id", String(36), nullable=False),
    Column("created_by", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    PrimaryKeyConstraint("tenant_id", "name_key"),
    ForeignKeyConstraint(["subscription_id"], ["subscriptions.id"]),
)

hierarchy_settings = Table(  # how a tenant wants its management group tree to behave
    "hierarchy_settings",
    metadata,
    Column("tenant_id", String(36), primary_key=True),
    Column("require_authorization", Boolean, nullable=False),
    Column("default_group", String(90)),
)
