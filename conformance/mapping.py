"""The public examples, told of this world: their ids name nothing here, so what they name is put in their places.

What an example asks is kept; whom and what it asks about is mapped. What cannot be mapped at all is a trap (traps.py).
"""

import re
from dataclasses import replace
from typing import Any

from conformance.descriptions import Described
from conformance.knocks import Knock, deployments, resources
from conformance.town import CONTOSO, FABRIKAM, LAB, PROD, READER, READER_USER, TIER1, Town

_SUBSCRIPTION = re.compile(r"(^/?|/)subscriptions?/[^/']+", re.IGNORECASE)
_GROUPS = {"RootGroup": "contoso-root", "AlternateRootGroup": "contoso-apps", "DefaultGroup": "contoso-root"}
_TENANT = re.compile(r"(managedByTenantId\b[^']*)'[^)]*'", re.IGNORECASE)


def mapped(town: Town, described: Described, knock: Knock, example: Any) -> Knock:
    """Return what an example asks, of this world: `knock` says what there is to ask about."""
    given = example["parameters"]
    query = {
        name: _text_of(value)
        for name, value in given.items()
        if name != "api-version" and described.parameters.get(name, {}).get("in") == "query"
    }
    query = {name: _filter(value) if name.lower() == "$filter" else value for name, value in query.items()}
    body, values = knock.body, dict(knock.values)
    if described.body is not None:
        said = given.get(described.body[0])
        if said is None:  # some examples call the body by another name than the description, or forget it
            said = next((one for name, one in given.items() if isinstance(one, dict)), knock.body)
        body = _body(town, described, knock, said)
    if described.name == "Deployments_CreateOrUpdate":
        values["resourceGroupName"] = resources.group(town)  # two of them empty the group they deploy to
        _deployed_before(town, values["resourceGroupName"], body["properties"], described.version)
    kept = {name: value for name, value in knock.query.items() if name in ("api-version", "$filter")}
    return replace(knock, values=values, body=body, query={**kept, **query})


def _deployed_before(town: Town, group: str, properties: Any, version: str) -> None:
    """Deploy what a deployment falls back to."""
    said = properties.get("onErrorDeployment")
    if said:
        name = said.get("deploymentName", town.fresh("before"))
        path = f"/subscriptions/{PROD}/resourceGroups/{group}/providers/Microsoft.Resources/deployments/{name}"
        town.ask("PUT", path, version, deployments.body(""))


def _text_of(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _filter(text: str) -> str:
    """Return a filter that asks about this world; a managing tenant is Fabrikam, a principal Contoso's reader."""
    text = _TENANT.sub(rf"\g<1>'{FABRIKAM}'", text)
    return text.replace("{objectId of the user or service principal}", READER_USER)


def _body(town: Town, described: Described, knock: Knock, said: Any) -> Any:
    if described.name == "MarketplaceAgreements_Create":
        return knock.body  # terms are accepted with the signature they were read with
    if not isinstance(said, dict):
        return said
    body = _world(described, said)
    properties = body.get("properties")
    if described.name == "RegistrationDefinitions_CreateOrUpdate":
        body.pop("plan", None)  # a plan has to be published here, and then says what the definition holds
    if described.name == "RegistrationAssignments_CreateOrUpdate":
        body = knock.body
    if described.name.startswith("Deployments_") and isinstance(properties, dict):
        link = properties.get("templateLink") or {}
        if "uri" in link:  # nothing is fetched from anywhere: the template stands where its link stood
            del properties["templateLink"]
            properties["template"] = deployments.template(deployments.kind_of(described))
    if "resources" in body and "targetResourceGroup" in body:
        body = knock.body
    return body


def _world(described: Described, value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _world(described, one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_world(described, one, key) for one in value]
    if not isinstance(value, str):
        return value
    named = {"managedByTenantId": FABRIKAM, "subscriptionTenantId": CONTOSO, "subscriptionOwnerId": READER_USER}
    if key == "principalId":
        return TIER1 if described.namespace == "Microsoft.ManagedServices" else READER_USER
    if key == "roleDefinitionId" and described.namespace == "Microsoft.Authorization":
        value = re.sub(r"[^/]+$", READER, value)
    if key in named:
        return named[key]
    if key == "subscriptionIds":
        return f"subscriptions/{LAB}"
    for theirs, ours in _GROUPS.items():
        value = value.replace(f"managementGroups/{theirs}", f"managementGroups/{ours}")
    if key == "resources" and value != "*":
        vm = "/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"
        return f"/subscriptions/{PROD}{vm}"
    return _SUBSCRIPTION.sub(rf"\g<1>subscriptions/{PROD}", value)
