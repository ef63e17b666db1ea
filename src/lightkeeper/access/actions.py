"""The operations this context asks for, by name."""

READ_ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/read"
WRITE_ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/write"
DELETE_ROLE_ASSIGNMENTS = "Microsoft.Authorization/roleAssignments/delete"
READ_ROLE_DEFINITIONS = "Microsoft.Authorization/roleDefinitions/read"
READ_PERMISSIONS = "Microsoft.Authorization/permissions/read"
