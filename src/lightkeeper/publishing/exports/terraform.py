"""A plan as Terraform for the azurerm provider: `azurerm_lighthouse_definition` and `azurerm_lighthouse_assignment`."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from lightkeeper.publishing.exports.facts import Export


def terraform_of(export: Export) -> str:
    """Return the configuration; the scope defaults to the subscription of the provider's own configuration."""
    blocks = [_authorization(row) for row in export.authorizations]
    blocks += [_eligible(row) for row in export.eligible_authorizations]
    return f"""\
terraform {{
  required_providers {{
    azurerm = {{
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }}
  }}
}}

provider "azurerm" {{
  features {{}}
}}

variable "scope" {{
  type        = string
  description = "The subscription or resource group to delegate, as an ARM id; the current subscription when empty."
  default     = ""
}}

data "azurerm_subscription" "current" {{}}

resource "azurerm_lighthouse_definition" "this" {{
  name               = {text(export.name)}
  description        = {text(export.description)}
  managing_tenant_id = {text(export.managed_by_tenant_id)}
  scope              = data.azurerm_subscription.current.id

{chr(10).join(blocks)}}}

resource "azurerm_lighthouse_assignment" "this" {{
  scope                    = var.scope != "" ? var.scope : data.azurerm_subscription.current.id
  lighthouse_definition_id = azurerm_lighthouse_definition.this.id
}}
"""


def text(value: str) -> str:
    """Return a text as an HCL string; `${` and `%{` stand for themselves."""
    return json.dumps(value, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def _authorization(row: Mapping[str, Any]) -> str:
    lines = list(_principal(row))
    if row.get("delegatedRoleDefinitionIds"):
        ids = ", ".join(text(role) for role in row["delegatedRoleDefinitionIds"])
        lines.append(f"    delegated_role_definition_ids = [{ids}]")
    return "  authorization {\n" + "\n".join(lines) + "\n  }\n"


def _eligible(row: Mapping[str, Any]) -> str:
    policy = row["justInTimeAccessPolicy"]
    lines = [
        *_principal(row),
        "    just_in_time_access_policy {",
        f"      maximum_activation_duration = {text(policy['maximumActivationDuration'])}",
    ]
    if policy["multiFactorAuthProvider"] != "None":
        lines.append(f"      multi_factor_auth_provider  = {text(policy['multiFactorAuthProvider'])}")
    for approver in policy.get("managedByTenantApprovers", ()):
        lines += ["      approver {", f"        principal_id           = {text(approver['principalId'])}"]
        if approver["principalIdDisplayName"]:
            lines.append(f"        principal_display_name = {text(approver['principalIdDisplayName'])}")
        lines.append("      }")
    lines.append("    }")
    return "  eligible_authorization {\n" + "\n".join(lines) + "\n  }\n"


def _principal(row: Mapping[str, Any]) -> Iterator[str]:
    yield f"    principal_id           = {text(row['principalId'])}"
    yield f"    role_definition_id     = {text(row['roleDefinitionId'])}"
    if row["principalIdDisplayName"]:
        yield f"    principal_display_name = {text(row['principalIdDisplayName'])}"
