"""What people do with the hierarchy, one function per verb; each family has a module of its own."""

from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.acting import (
    Done,
    act_on_resource,
    instance_view_of,
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

on_scope_deleted = seams.on_scope_deleted

__all__ = [
    "Done",
    "Tree",
    "act_on_resource",
    "add_subscription",
    "delete_management_group",
    "delete_resource",
    "delete_resource_group",
    "ensure_registered",
    "find_management_group",
    "find_resource",
    "find_resource_group",
    "find_subscription",
    "get_known_provider",
    "get_management_group",
    "get_member",
    "get_provider",
    "get_resource",
    "get_resource_group",
    "get_subscription",
    "get_subscriptions",
    "identities_carried_by",
    "instance_view_of",
    "is_finished",
    "is_registered",
    "list_known_providers",
    "list_management_groups",
    "list_providers",
    "list_regions",
    "list_resource_groups",
    "list_resources",
    "list_resources_of_type",
    "list_subscriptions_in",
    "on_scope_deleted",
    "patch_resource",
    "patch_resource_group",
    "placements",
    "put_management_group",
    "put_resource",
    "put_resource_group",
    "put_subscription",
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
    "tree_of",
    "unregister",
]
