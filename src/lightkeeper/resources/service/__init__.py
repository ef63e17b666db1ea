"""What people do with the hierarchy, one function per verb; each family has a module of its own."""

from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.acting import (
    Done,
    act_on_resource,
    instance_view_of,
)
from lightkeeper.resources.service.aliases import delete_alias, get_alias, list_aliases, put_alias
from lightkeeper.resources.service.exporting import export_template
from lightkeeper.resources.service.hierarchy import (
    delete_settings,
    get_settings,
    is_name_available,
    list_entities,
    put_settings,
)
from lightkeeper.resources.service.identities import identities_carried_by
from lightkeeper.resources.service.items import (
    delete_resource,
    find_resource,
    get_resource,
    patch_resource,
    put_resource,
    resource_exists,
)
from lightkeeper.resources.service.listing import (
    list_resources,
    list_resources_of_type,
)
from lightkeeper.resources.service.management_groups import (
    Tree,
    delete_management_group,
    find_management_group,
    get_management_group,
    list_management_groups,
    put_management_group,
    tree_of,
)
from lightkeeper.resources.service.moving import move_resources, validate_move
from lightkeeper.resources.service.placement import (
    add_subscription,
    get_member,
    placements,
    remove_subscription,
)
from lightkeeper.resources.service.providers import (
    ensure_registered,
    get_known_provider,
    get_provider,
    is_registered,
    list_known_providers,
    list_providers,
    register,
    require_registered,
    unregister,
)
from lightkeeper.resources.service.resource_groups import (
    delete_resource_group,
    find_resource_group,
    get_resource_group,
    is_finished,
    list_resource_groups,
    patch_resource_group,
    put_resource_group,
    require_resource_group,
    resource_group_exists,
)
from lightkeeper.resources.service.subscriptions import (
    cancel_subscription,
    enable_subscription,
    find_subscription,
    get_subscription,
    get_subscriptions,
    list_regions,
    list_subscriptions_in,
    put_subscription,
    rename_subscription,
    require_active,
    require_subscription,
    set_subscription_state,
)
from lightkeeper.resources.service.tags import delete_tags, get_tags, patch_tags, put_tags
from lightkeeper.resources.service.transfer import transfer_subscription

on_scope_deleted = seams.on_scope_deleted

__all__ = [
    "Done",
    "Tree",
    "act_on_resource",
    "add_subscription",
    "cancel_subscription",
    "delete_alias",
    "delete_management_group",
    "delete_resource",
    "delete_resource_group",
    "delete_settings",
    "delete_tags",
    "enable_subscription",
    "ensure_registered",
    "export_template",
    "find_management_group",
    "find_resource",
    "find_resource_group",
    "find_subscription",
    "get_alias",
    "get_known_provider",
    "get_management_group",
    "get_member",
    "get_provider",
    "get_resource",
    "get_resource_group",
    "get_settings",
    "get_subscription",
    "get_subscriptions",
    "get_tags",
    "identities_carried_by",
    "instance_view_of",
    "is_finished",
    "is_name_available",
    "is_registered",
    "list_aliases",
    "list_entities",
    "list_known_providers",
    "list_management_groups",
    "list_providers",
    "list_regions",
    "list_resource_groups",
    "list_resources",
    "list_resources_of_type",
    "list_subscriptions_in",
    "move_resources",
    "on_scope_deleted",
    "patch_resource",
    "patch_resource_group",
    "patch_tags",
    "placements",
    "put_alias",
    "put_management_group",
    "put_resource",
    "put_resource_group",
    "put_settings",
    "put_subscription",
    "put_tags",
    "register",
    "remove_subscription",
    "rename_subscription",
    "require_active",
    "require_registered",
    "require_resource_group",
    "require_subscription",
    "resource_exists",
    "resource_group_exists",
    "seams",
    "set_subscription_state",
    "transfer_subscription",
    "tree_of",
    "unregister",
    "validate_move",
]
