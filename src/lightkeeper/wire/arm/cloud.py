"""What `environment()` reports to templates: the public cloud's names, with this server's own addresses in their place.

Names of services that a template only writes into its resources (`suffixes`) stay the public ones, so that templates give
what they give on the original.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def cloud_facts(name: str, *, arm: str, login: str, portal: str, audiences: Sequence[str]) -> Mapping[str, Any]:
    """Return the cloud named `name`; addresses are origins without a slash at their end."""
    return {
        "name": name,
        "gallery": "https://gallery.azure.com/",
        "graph": "https://graph.windows.net/",
        "portal": portal,
        "graphAudience": "https://graph.windows.net/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": (
            "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json"
        ),
        "resourceManager": f"{arm}/",
        "authentication": {
            "loginEndpoint": f"{login}/",
            "audiences": list(audiences),
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "suffixes": {
            "acrLoginServer": ".azurecr.io",
            "azureDatalakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDatalakeStoreFileSystem": "azuredatalakestore.net",
            "azureFrontDoorEndpointSuffix": "azurefd.net",
            "keyvaultDns": ".vault.azure.net",
            "sqlServerHostname": ".database.windows.net",
            "storage": "core.windows.net",
        },
    }
