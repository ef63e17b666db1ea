"""A plan as an ARM template for a subscription, with its parameter file."""

from typing import Any

from lightkeeper.publishing.exports.facts import Export

_SCHEMAS = "https://schema.management.azure.com/schemas"
API_VERSION = "2022-10-01"
_DEFINITIONS = "Microsoft.ManagedServices/registrationDefinitions"
_ASSIGNMENTS = "Microsoft.ManagedServices/registrationAssignments"


def template_of(export: Export) -> dict[str, Any]:
    """Return the template; eligible rows are left out of it when there are none, for they need a newer api-version."""
    properties: dict[str, Any] = {
        "registrationDefinitionName": "[parameters('mspOfferName')]",
        "description": "[parameters('mspOfferDescription')]",
        "managedByTenantId": "[parameters('managedByTenantId')]",
        "authorizations": "[parameters('authorizations')]",
    }
    parameters: dict[str, Any] = {
        "mspOfferName": {
            "type": "string",
            "metadata": {"description": "The name of the offer; it names the definition."},
        },
        "mspOfferDescription": {"type": "string", "metadata": {"description": "What the customer reads about it."}},
        "managedByTenantId": {"type": "string", "metadata": {"description": "The tenant of the service provider."}},
        "authorizations": {"type": "array", "metadata": {"description": "Who gets which role."}},
    }
    if export.eligible_authorizations:
        properties["eligibleAuthorizations"] = "[parameters('eligibleAuthorizations')]"
        about = "Roles the provider's people activate when they need them."
        parameters["eligibleAuthorizations"] = {"type": "array", "metadata": {"description": about}}
    definition = f"[subscriptionResourceId('{_DEFINITIONS}', variables('name'))]"
    return {
        "$schema": f"{_SCHEMAS}/2019-08-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": parameters,
        "variables": {"name": "[guid(parameters('mspOfferName'))]"},
        "resources": [
            {
                "type": _DEFINITIONS,
                "apiVersion": API_VERSION,
                "name": "[variables('name')]",
                "properties": properties,
            },
            {
                "type": _ASSIGNMENTS,
                "apiVersion": API_VERSION,
                "name": "[variables('name')]",
                "dependsOn": [definition],
                "properties": {"registrationDefinitionId": definition},
            },
        ],
        "outputs": {"registrationDefinitionId": {"type": "string", "value": definition}},
    }


def parameters_of(export: Export) -> dict[str, Any]:
    """Return the parameter file that belongs to `template_of`."""
    values: dict[str, Any] = {
        "mspOfferName": export.name,
        "mspOfferDescription": export.description,
        "managedByTenantId": export.managed_by_tenant_id,
        "authorizations": list(export.authorizations),
    }
    if export.eligible_authorizations:
        values["eligibleAuthorizations"] = list(export.eligible_authorizations)
    return {
        "$schema": f"{_SCHEMAS}/2019-04-01/deploymentParameters.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {name: {"value": value} for name, value in values.items()},
    }
