"""The permissions this context asks for, in Azure's names."""

READ_SUBSCRIPTION = "Microsoft.Resources/subscriptions/read"
READ_LOCATIONS = "Microsoft.Resources/subscriptions/locations/read"
WRITE_SUBSCRIPTION = "Microsoft.Subscription/aliases/write"
RENAME_SUBSCRIPTION = "Microsoft.Subscription/rename/action"
READ_GROUP = "Microsoft.Resources/subscriptions/resourceGroups/read"
WRITE_GROUP = "Microsoft.Resources/subscriptions/resourceGroups/write"
DELETE_GROUP = "Microsoft.Resources/subscriptions/resourceGroups/delete"
READ_RESULT = "Microsoft.Resources/subscriptions/operationresults/read"
READ_RESOURCES = "Microsoft.Resources/subscriptions/resources/read"
READ_GROUP_RESOURCES = "Microsoft.Resources/subscriptions/resourceGroups/resources/read"
READ_PROVIDERS = "Microsoft.Resources/subscriptions/providers/read"
READ_MANAGEMENT_GROUP = "Microsoft.Management/managementGroups/read"
WRITE_MANAGEMENT_GROUP = "Microsoft.Management/managementGroups/write"
DELETE_MANAGEMENT_GROUP = "Microsoft.Management/managementGroups/delete"
READ_DESCENDANTS = "Microsoft.Management/managementGroups/descendants/read"
READ_MEMBER_SUBSCRIPTION = "Microsoft.Management/managementGroups/subscriptions/read"
ADD_SUBSCRIPTION = "Microsoft.Management/managementGroups/subscriptions/write"
REMOVE_SUBSCRIPTION = "Microsoft.Management/managementGroups/subscriptions/delete"
READ_SETTINGS = "Microsoft.Management/managementGroups/settings/read"
WRITE_SETTINGS = "Microsoft.Management/managementGroups/settings/write"
DELETE_SETTINGS = "Microsoft.Management/managementGroups/settings/delete"
READ_TAGS = "Microsoft.Resources/tags/read"
WRITE_TAGS = "Microsoft.Resources/tags/write"
DELETE_TAGS = "Microsoft.Resources/tags/delete"
READ_TAG_NAMES = "Microsoft.Resources/subscriptions/tagNames/read"
WRITE_TAG_NAMES = "Microsoft.Resources/subscriptions/tagNames/write"
DELETE_TAG_NAMES = "Microsoft.Resources/subscriptions/tagNames/delete"
WRITE_TAG_VALUES = "Microsoft.Resources/subscriptions/tagNames/tagValues/write"
DELETE_TAG_VALUES = "Microsoft.Resources/subscriptions/tagNames/tagValues/delete"
CHECK_ZONE_PEERS = "Microsoft.Resources/checkZonePeers/action"
MOVE_RESOURCES = "Microsoft.Resources/subscriptions/resourceGroups/moveResources/action"
VALIDATE_MOVE = "Microsoft.Resources/subscriptions/resourceGroups/validateMoveResources/action"
EXPORT_TEMPLATE = "Microsoft.Resources/subscriptions/resourceGroups/exportTemplate/action"
CANCEL_SUBSCRIPTION = "Microsoft.Subscription/cancel/action"
ENABLE_SUBSCRIPTION = "Microsoft.Subscription/enable/action"
READ_ALIAS = "Microsoft.Subscription/aliases/read"
DELETE_ALIAS = "Microsoft.Subscription/aliases/delete"
TRANSFER_SUBSCRIPTION = "Microsoft.Subscription/subscriptions/acceptOwnership/action"
WRITE_ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/write"


def read(type_: str) -> str:
    """Return the permission to read a resource of this type."""
    return f"{type_}/read"


def write(type_: str) -> str:
    """Return the permission to create or change one."""
    return f"{type_}/write"


def delete(type_: str) -> str:
    """Return the permission to delete one."""
    return f"{type_}/delete"


def act(type_: str, verb: str) -> str:
    """Return the permission for `POST .../{verb}`."""
    return f"{type_}/{verb}/action"


def register(namespace: str) -> str:
    """Return the permission to register a provider."""
    return f"{namespace}/register/action"


def unregister(namespace: str) -> str:
    """Return the permission to unregister one."""
    return f"{namespace}/unregister/action"
