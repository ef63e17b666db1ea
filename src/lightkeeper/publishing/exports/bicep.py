"""A plan as a Bicep file for a subscription."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lightkeeper.publishing.exports.arm import API_VERSION
from lightkeeper.publishing.exports.facts import Export

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def bicep_of(export: Export) -> str:
    """Return the Bicep text; deploy it with `az deployment sub create`."""
    eligible = ""
    use = ""
    if export.eligible_authorizations:
        eligible = (
            "@description('Roles the provider activates when they are needed.')\n"
            f"param eligibleAuthorizations array = {literal(export.eligible_authorizations)}\n\n"
        )
        use = "\n    eligibleAuthorizations: eligibleAuthorizations"
    return f"""\
targetScope = 'subscription'

@description('The name of the offer; it names the definition.')
param mspOfferName string = {literal(export.name)}

@description('What the customer reads about it.')
param mspOfferDescription string = {literal(export.description)}

@description('The tenant of the service provider.')
param managedByTenantId string = {literal(export.managed_by_tenant_id)}

@description('Who gets which role.')
param authorizations array = {literal(export.authorizations)}

{eligible}resource definition 'Microsoft.ManagedServices/registrationDefinitions@{API_VERSION}' = {{
  name: guid(mspOfferName)
  properties: {{
    registrationDefinitionName: mspOfferName
    description: mspOfferDescription
    managedByTenantId: managedByTenantId
    authorizations: authorizations{use}
  }}
}}

resource assignment 'Microsoft.ManagedServices/registrationAssignments@{API_VERSION}' = {{
  name: guid(mspOfferName)
  properties: {{
    registrationDefinitionId: definition.id
  }}
}}

output registrationDefinitionId string = definition.id
"""


def literal(value: Any, indent: int = 0) -> str:
    """Return a JSON value as a Bicep literal."""
    inner, outer = "  " * (indent + 1), "  " * indent
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "\\${")
        return "'" + text.replace("\r", "\\r").replace("\n", "\\n").replace("\t", "\\t") + "'"
    if isinstance(value, Mapping):
        lines = [f"{inner}{_key(key)}: {literal(part, indent + 1)}" for key, part in value.items()]
        return "{\n" + "\n".join(lines) + f"\n{outer}}}" if lines else "{}"
    if isinstance(value, Sequence):
        return "[\n" + "\n".join(inner + literal(part, indent + 1) for part in value) + f"\n{outer}]" if value else "[]"
    return "null" if value is None else str(value)


def _key(name: str) -> str:
    return name if _NAME.fullmatch(name) else literal(name)
