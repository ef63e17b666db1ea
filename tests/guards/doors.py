"""Every door of every surface, with one plausible way to knock at it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lightkeeper.publishing.ingestion.names import VERSION as INGESTION_VERSION
from lightkeeper.publishing.ingestion.names import product_guid
from lightkeeper.publishing.ingestion.names import schema as ingestion_schema
from lightkeeper.wire.arm.operation import ANY_TYPE, Operation
from lightkeeper.wire.arm.table import operations
from lightkeeper.wire.entra import routes as entra
from lightkeeper.wire.entra.graph.table import ROUTES as GRAPH
from lightkeeper.wire.ingestion import routes as ingestion
from lightkeeper.wire.ingestion.routes import PREFIX as INGESTION
from lightkeeper.wire.operator import routes as operator
from lightkeeper.wire.partner import analytics
from lightkeeper.wire.partner import routes as partner
from lightkeeper.wire.partner.desk import API_VERSION as PARTNER_VERSION
from lightkeeper.wire.portal_api.routes import BASE as PORTAL
from lightkeeper.wire.portal_api.verbs import VERBS

PROD = "c0c0c0c0-1111-4000-8000-000000000001"
FABRIKAM = "fabfabfa-0000-4000-8000-000000000001"
TECHNICIAN = "fabfabfa-0000-4000-8000-000000000011"
TIER1 = "fabfabfa-0000-4000-8000-000000000021"
READER = "c0c0c0c0-0000-4000-8000-000000000012"
STAFF = "c0c0c0c0-0000-4000-8000-000000000021"
CONTOSO = "c0c0c0c0-0000-4000-8000-000000000001"
BACKUP_APP = "c0c0c0c0-0000-4000-8000-000000000032"
DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
BACKUP = "c0c0c0c0-0000-4000-8000-000000000031"
HELD = "held-offer"
MONITORING_READER = "43d0d8ad-25c7-4714-9337-8ba259a9fe05"
READER_ROLE = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
THING = "99999999-0000-4000-8000-000000000001"
PRODUCT = product_guid("fabrikam", "managed-operations")

ANY_TAG = {"if-match": "*"}

SCOPES = {
    "/": "",
    "managementGroup": "/providers/Microsoft.Management/managementGroups/contoso-root",
    "subscription": f"/subscriptions/{PROD}",
    "resourceGroup": f"/subscriptions/{PROD}/resourceGroups/web",
}
VM = f"{SCOPES['resourceGroup']}/providers/Microsoft.Compute/virtualMachines/vm1"
DEFINITION = f"{SCOPES['subscription']}/providers/Microsoft.ManagedServices/registrationDefinitions/{THING}"
TEMPLATE = {
    "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    "contentVersion": "1.0.0.0",
    "resources": [],
}

NAMES = {
    "subscriptionId": PROD,
    "resourceGroupName": "web",
    "namespace": "Microsoft.Storage",
    "resourceId": VM.lstrip("/"),
    "action": "restart",
    "groupId": "contoso-root",
    "vmName": "vm1",
    "tagName": "region",
    "tagValue": "north",
    "token": "bm9uZQ==",
    "partnerId": "4759000",
    "offerType": "virtualmachine",
    "publisherId": "fabrikam",
    "offerId": "managed-operations",
    "planId": "operations",
    "current": "current",
    "name": THING,
    "id": THING,
}
NAMES_AT = {
    "Microsoft.Authorization/providerOperations/{name}": "Microsoft.ManagementPartner",
    "Microsoft.Authorization/roleDefinitions/{name}": READER_ROLE,
    "Microsoft.ManagedServices/marketplaceRegistrationDefinitions/{name}": "fabrikam.managed-operations.operations",
}
BODIES: dict[tuple[str, str], Any] = {
    ("PUT", "resourceGroups/{resourceGroupName}"): {"location": "westeurope", "tags": {"knocked": "yes"}},
    ("PATCH", "resourceGroups/{resourceGroupName}"): {"tags": {"knocked": "yes"}},
    ("PUT", "/{resourceId}"): {"location": "westeurope", "properties": {}},
    ("PATCH", "/{resourceId}"): {"tags": {"knocked": "yes"}},
    ("PUT", "managementGroups/{groupId}"): {"properties": {"displayName": "Contoso"}},
    ("PATCH", "managementGroups/{groupId}"): {"displayName": "Contoso"},
    ("PUT", "roleAssignments/{name}"): {
        "properties": {
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{MONITORING_READER}",
            "principalId": READER,
        }
    },
    ("POST", "roleAssignments/{name}/validate"): {
        "properties": {
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{MONITORING_READER}",
            "principalId": READER,
        }
    },
    ("PUT", "agreements/{current}"): {"properties": {"signature": "x", "accepted": True}},
    ("PUT", "roleDefinitions/{name}"): {
        "properties": {
            "roleName": "Knocker",
            "type": "CustomRole",
            "permissions": [{"actions": ["Microsoft.Compute/virtualMachines/read"], "notActions": []}],
            "assignableScopes": [SCOPES["subscription"]],
        }
    },
    ("PUT", "Microsoft.Resources/tags/default"): {"properties": {"tags": {"knocked": "yes"}}},
    ("PATCH", "Microsoft.Resources/tags/default"): {"operation": "Merge", "properties": {"tags": {"knocked": "yes"}}},
    ("POST", "checkResourceName"): {"name": "shop", "type": "Microsoft.Web/sites"},
    ("POST", "checkZonePeers"): {"location": "westeurope", "subscriptionIds": [SCOPES["subscription"]]},
    ("POST", "Microsoft.Subscription/rename"): {"subscriptionName": "Production"},
    ("PUT", "locks/{name}"): {"properties": {"level": "CanNotDelete"}},
    ("PUT", "registrationDefinitions/{name}"): {
        "properties": {
            "registrationDefinitionName": "Knock",
            "managedByTenantId": FABRIKAM,
            "authorizations": [{"principalId": TIER1, "roleDefinitionId": READER_ROLE}],
        }
    },
    ("PUT", "registrationAssignments/{name}"): {"properties": {"registrationDefinitionId": DEFINITION}},
    ("PUT", "deployments/{name}"): {
        "location": "westeurope",
        "properties": {"mode": "Incremental", "template": TEMPLATE},
    },
    ("POST", "deployments/{name}/validate"): {
        "location": "westeurope",
        "properties": {"mode": "Incremental", "template": TEMPLATE},
    },
    ("POST", "deployments/{name}/whatIf"): {
        "location": "westeurope",
        "properties": {"mode": "Incremental", "template": TEMPLATE},
    },
    ("POST", "calculateTemplateHash"): TEMPLATE,
}


@dataclass(frozen=True, slots=True)
class Door:
    """One operation at one kind of scope, and how to knock at it."""

    surface: str
    method: str
    shown: str  # the path as the matrix prints it
    path: str  # the path as it is asked for
    action: str = ""  # what the ARM table says is asked
    body: Any = field(default=None, hash=False)
    headers: Any = field(default=None, hash=False)


def doors() -> Iterator[Door]:
    """Yield every door there is, in the order of the surfaces."""
    for operation in operations():
        yield from _arm(operation)
    for verb in VERBS:
        yield Door("portal", verb.method, PORTAL + verb.path, _portal(verb.path), body=_PORTAL_BODIES.get(verb.path))
    for name, version in (("offers", "2021-10-01"), ("products", "2023-05-01-preview")):
        yield Door("catalog", "GET", f"/catalog/{name}", f"/catalog/{name}?api-version={version}")
        yield Door(
            "catalog",
            "GET",
            f"/catalog/{name}/{{id}}",
            f"/catalog/{name}/fabrikam.managed-operations?api-version={version}",
        )
    for path in ("search", "facets", "suggestions/products"):
        asked = "api-version=2023-01-01-preview&facets=ProductType&searchQuery=managed"
        yield Door("catalog", "GET", f"/catalog/{path}", f"/catalog/{path}?{asked}")
    yield Door("catalog", "GET", "/catalog/terms/{signature}", "/catalog/terms/x")
    for method, path, _ in (*partner.ENDPOINTS, *analytics.ENDPOINTS, *ingestion.ENDPOINTS):
        yield Door("partner", method, path, _partner(path), "", _PARTNER_BODIES.get((method, path)), ANY_TAG)
    yield Door("partner", "GET", "/media/{file}", f"/media/{'0' * 64}.png")
    for method, path, _ in operator.ENDPOINTS:
        yield Door("operator", method, path, path, body={} if method == "POST" else None)
    for method, path, _ in entra._ROUTES:
        yield Door("entra", method, path, path.replace("{tenant}", FABRIKAM).replace("{name}", "owner@contoso.example"))
    for route in GRAPH:
        body = _graph_body(route.method, route.path)
        yield Door("graph", route.method, f"/v1.0{route.path}", f"/v1.0{_graph(route.path)}", body=body)
    yield Door("home", "GET", "/", "/")


def _arm(operation: Operation) -> Iterator[Door]:
    path = operation.path
    body = next(
        (body for (method, end), body in BODIES.items() if method == operation.method and path.endswith(end)), None
    )
    version = operation.versions[0] if operation.versions else "2024-07-01"
    places = (
        SCOPES if path.startswith("/{scope}/") and operation.key.type != ANY_TYPE else {"": SCOPES["resourceGroup"]}
    )
    for kind, scope in places.items():
        asked = path.replace("/{scope}", scope)
        asked = asked.replace("{namespace}/{type}", "Microsoft.Compute/virtualMachines")
        for end, name in NAMES_AT.items() if operation.method in ("GET", "HEAD") else ():
            asked = asked.replace(end, end.replace("{name}", name))
        asked = asked.replace("Microsoft.Resources/deployments/{name}", "Microsoft.Resources/deployments/knock")
        for name, value in NAMES.items():
            asked = asked.replace(f"{{{name}}}", value)
        shown = path.replace("/{scope}", f"/{{{kind}}}") if kind not in ("", "/") else path
        shown = shown.replace("/{scope}", "") if kind == "/" else shown
        action = operation.action.replace("{type}", "Microsoft.Compute/virtualMachines")
        action = action.replace("{namespace}", NAMES["namespace"]).replace("{action}", NAMES["action"])
        yield Door("arm", operation.method, shown, f"{asked}?api-version={version}", action, body)


_PORTAL_BODIES = {
    "/storefront/{publisher}/{product}/{plan}/accept": {"subscription": PROD},
    "/service-providers/{key}/delegate": {"scopes": [SCOPES["subscription"]], "consent": True},
    "/storefront/{publisher}/{product}/contact": {"consent": True, "firstName": "Olga", "lastName": "Owner"},
    "/subscriptions/{subscription}/webhooks": {"url": "https://hooks.example/x", "kinds": ["*"], "events": ["*"]},
    "/service-providers/{key}/accept-update": {},
    "/service-providers/{key}/remove": {},
}
_PARTNER_BODIES: dict[tuple[str, str], Any] = {
    ("PUT", "/api/publishers/{publisher}/members/{member}"): {"role": "developer"},
    ("PUT", "/api/publishers/{publisher}/offers/{offer}"): {"definition": {}},
    ("POST", "/api/publishers/{publisher}/offers/{offer}/check"): {"definition": {}},
    ("POST", "/api/publishers/{publisher}/offers/{offer}/audience"): {"add": [], "remove": []},
    ("POST", "/api/publishers/{publisher}/offers/{offer}/publish"): {},
    ("POST", "/api/publishers/{publisher}/leads/{lead}/answer"): {"status": "Accepted"},
    ("POST", "/api/publishers/{publisher}/webhooks"): {
        "url": "https://hooks.example/x",
        "kinds": ["*"],
        "events": ["*"],
    },
    ("POST", "/api/publishers/{publisher}/offers/{offer}/golive"): {},
    ("POST", "/api/publishers"): {
        "id": "knocker",
        "displayName": "Knocker",
        "legalName": "Knocker Ltd",
        "address": "At the door 1",
        "contact": {"name": "K", "email": "k@knocker.example", "phone": "+1"},
    },
    ("PUT", "/api/publishers/{publisher}/verification"): {"verdict": "pending"},
    ("PUT", "/api/publishers/{publisher}/designations"): {"designations": []},
    ("POST", "/api/reviews/{submission}"): {"decision": "approve"},
    ("POST", f"{INGESTION}/configure"): {
        "$schema": ingestion_schema("configure"),
        "resources": [{"$schema": ingestion_schema("property")}],
    },
}
_REFERENCE = {"@odata.id": f"https://localhost:8443/v1.0/directoryObjects/{READER}"}
_GRAPH_BODIES: dict[tuple[str, str], Any] = {
    ("POST", "/directoryObjects/getByIds"): {"ids": [STAFF]},
    ("POST", "/users"): {"accountEnabled": True, "displayName": "Knocker", "mailNickname": "knocker",
                         "userPrincipalName": "knocker@contoso.example", "passwordProfile": {"password": "Knock-Knock-1"}},
    ("PATCH", "/users/{id}"): {"city": "Berlin"},
    ("POST", "/groups"): {"displayName": "Knockers", "mailNickname": "knockers", "mailEnabled": False,
                          "securityEnabled": True},
    ("PATCH", "/groups/{id}"): {"description": "Knocked"},
    ("POST", "/groups/{id}/members/$ref"): _REFERENCE,
    ("POST", "/applications"): {"displayName": "Knocker"},
    ("PATCH", "/applications/{id}"): {"notes": "Knocked"},
    ("POST", "/applications/{id}/removePassword"): {"keyId": THING},
    ("POST", "/servicePrincipals/{id}/removePassword"): {"keyId": THING},
    ("POST", "/applications/{id}/federatedIdentityCredentials"): {
        "name": "knock", "issuer": "https://tokens.example", "subject": "knocker"},
    ("POST", "/servicePrincipals"): {"appId": BACKUP_APP},
    ("PATCH", "/servicePrincipals/{id}"): {"notes": "Knocked"},
    ("POST", "/directoryRoles"): {"roleTemplateId": DIRECTORY_READERS},
    ("POST", "/directoryRoles/{id}/members/$ref"): _REFERENCE,
    ("POST", "/roleManagement/directory/roleAssignments"): {
        "principalId": READER, "roleDefinitionId": DIRECTORY_READERS, "directoryScopeId": "/"},
    ("POST", "/invitations"): {
        "invitedUserEmailAddress": "publisher@fabrikam.example", "inviteRedirectUrl": "https://portal.example"},
    ("POST", "/oauth2PermissionGrants"): {
        "clientId": BACKUP, "consentType": "AllPrincipals", "resourceId": THING, "scope": "user_impersonation"},
    ("PATCH", "/oauth2PermissionGrants/{id}"): {"scope": "User.Read"},
    ("POST", "/me/changePassword"): {"currentPassword": "not this one", "newPassword": "Knock-Knock-1"},
    **{("POST", f"/{owned}/{{id}}/owners/$ref"): _REFERENCE for owned in ("groups", "applications", "servicePrincipals")},
}  # fmt: skip


def _graph_body(method: str, path: str) -> Any:
    if path.endswith("/checkMemberGroups"):
        return {"groupIds": [STAFF]}
    if path.endswith("/checkMemberObjects"):
        return {"ids": [STAFF]}
    if path.endswith(("/getMemberGroups", "/getMemberObjects")):
        return {"securityEnabledOnly": True}
    return _GRAPH_BODIES.get((method, path))


def _portal(path: str) -> str:
    names = {
        "publisher": "fabrikam",
        "product": "managed-operations",
        "plan": "operations",
        "key": HELD,
        "subscription": PROD,
    }
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    return f"{PORTAL}{path}?subscription={PROD}" if "why-not" in path else PORTAL + path


def _partner(path: str) -> str:
    names = {
        "publisher": "fabrikam", "offer": "managed-operations", "member": TECHNICIAN, "slot": "draft", "version": "1",
        "operation": THING, "lead": THING, "delivery": THING, "webhook": THING, "submission": THING,
        "plan": "operations", "report": "orders", "job": THING, "type": "product", "rest:path": PRODUCT, "guid": PRODUCT,
        "query": THING,
    }  # fmt: skip
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    if path.startswith(INGESTION):
        return f"{path}?$version={INGESTION_VERSION}&publisher=fabrikam&product=product/{PRODUCT}"
    return f"{path}?api-version={PARTNER_VERSION}"


_GRAPH_NAMES = {
    "users": READER, "groups": STAFF, "servicePrincipals": BACKUP, "applications": f"appId={BACKUP_APP}",
    "directoryRoles": f"roleTemplateId={DIRECTORY_READERS}", "roleManagement": DIRECTORY_READERS,
    "directoryObjects": READER, "directory": THING, "organization": CONTOSO, "domains": "contoso.example",
}  # fmt: skip


def _graph(path: str) -> str:
    named = _GRAPH_NAMES.get(path.split("/")[1], THING)
    for name, value in (("id", named), ("member", READER), ("owner", READER), ("credential", "knock")):
        path = path.replace(f"{{{name}}}", value)
    return f"{path}/microsoft.graph.user" if path.endswith("deletedItems") else path
