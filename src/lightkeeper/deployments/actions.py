"""The permissions this context asks for, by the names of the public operation catalogue."""

READ = "Microsoft.Resources/deployments/read"
WRITE = "Microsoft.Resources/deployments/write"
DELETE = "Microsoft.Resources/deployments/delete"
VALIDATE = "Microsoft.Resources/deployments/validate/action"
WHAT_IF = "Microsoft.Resources/deployments/whatIf/action"
CANCEL = "Microsoft.Resources/deployments/cancel/action"
EXPORT = "Microsoft.Resources/deployments/exportTemplate/action"
READ_OPERATIONS = "Microsoft.Resources/deployments/operations/read"
READ_STATUS = "Microsoft.Resources/deployments/operationstatuses/read"


def write_of(resource_type: str) -> str:
    """Return the permission that deploying a resource of this type takes."""
    if resource_type.lower() == "microsoft.resources/resourcegroups":
        return "Microsoft.Resources/subscriptions/resourceGroups/write"
    return f"{resource_type}/write"
