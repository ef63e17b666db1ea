"""A small cloud for deployments: one tenant, a subscription, resource groups, and a table of writers over a dictionary."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lightkeeper.deployments import service, workflow
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.environment import ScopeKind, Surroundings
from lightkeeper.deployments.identity import id_of
from lightkeeper.deployments.model import Deployment, OperationRecord
from lightkeeper.deployments.seams import ResourceWriters, Seams, Writer
from lightkeeper.kernel.call import Call, Caller, CallerKind, ObjectId, TenantId
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Conflict, NotFound

CONTOSO = TenantId("10000000-0000-0000-0000-000000000000")
PROD = "20000000-0000-0000-0000-000000000001"
SUBSCRIPTION = f"/subscriptions/{PROD}"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg1"
NOW = datetime(2019, 3, 5, 12, tzinfo=UTC)
OWNER = Caller(
    ObjectId("30000000-0000-0000-0000-000000000001"),
    CONTOSO,
    "owner@contoso.example",
    CallerKind.USER,
    CONTOSO,
    ObjectId("o"),
)

SUBSCRIPTION_SCHEMA = "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#"
GROUP_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"

TENANT_FACTS = {"id": f"/tenants/{CONTOSO}", "tenantId": CONTOSO, "displayName": "Contoso", "countryCode": "US"}
SUBSCRIPTION_FACTS = {"id": SUBSCRIPTION, "subscriptionId": PROD, "tenantId": CONTOSO, "displayName": "contoso-prod"}


def group_facts(name: str, location: str = "eastus") -> dict[str, Any]:
    return {
        "id": f"{SUBSCRIPTION}/resourceGroups/{name}",
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": location,
        "tags": {},
        "properties": {"provisioningState": "Succeeded"},
    }


IN_SUBSCRIPTION = Surroundings(
    ScopeKind.SUBSCRIPTION,
    SUBSCRIPTION,
    TENANT_FACTS,
    SUBSCRIPTION_FACTS,
    deployer={"objectId": OWNER.object_id, "tenantId": CONTOSO},
)
IN_GROUP = Surroundings(
    ScopeKind.RESOURCE_GROUP,
    GROUP,
    TENANT_FACTS,
    SUBSCRIPTION_FACTS,
    group_facts("rg1"),
    deployer={"objectId": OWNER.object_id, "tenantId": CONTOSO},
)


class Shelf:
    """The library every template may look things up in."""

    def cloud(self) -> Mapping[str, Any]:
        return {"name": "AzureCloud", "suffixes": {"storage": "core.windows.net"}}

    def role_definition(self, name: str) -> str | None:
        return {"contributor": "b24988ac-6180-42a0-ab88-20f7382dd24c"}.get(name.lower())

    def provider(self, namespace: str, resource_type: str | None) -> Any:
        return {"namespace": namespace, "resourceTypes": []}


class Cloud:
    """Resources in a dictionary, and everything that was done to them in order."""

    def __init__(self) -> None:
        self.resources: dict[str, dict[str, Any]] = {}
        self.puts: list[tuple[str, dict[str, Any]]] = []
        self.registered: set[tuple[str, str]] = set()
        self.groups = {"rg1": "eastus", "rg2": "westus", "test": "eastus"}
        self.refused: set[str] = set()  # names of resources whose provider says no

    def seams(self) -> Seams:
        return Seams(
            writers=ResourceWriters({"microsoft.resources/resourcegroups": self.write_group}, self.writer),
            library=Shelf(),
            read=self.read,
            act=lambda call, id_, action, version, body: {"keys": [{"value": f"{action} of {id_.rpartition('/')[2]}"}]},
            delete=self.delete,
            listed=self.listed,
            register=lambda call, subscription, namespace: self.registered.add((subscription, namespace)),
            subscription=lambda call, id_: SUBSCRIPTION_FACTS if id_.lower() == PROD else None,
            resource_group=lambda call, id_, name: next(
                (group_facts(one, where) for one, where in self.groups.items() if one.lower() == name.lower()), None
            ),
            management_group=lambda call, name: None,
            tenant=lambda call, id_: TENANT_FACTS,
        )

    def writer(self, resource_type: str) -> Writer:
        def write(call: Call, scope: str, name: str, api_version: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
            id_ = id_of(scope, resource_type, name)
            call.authorize(f"{resource_type}/write", id_)
            self.puts.append((id_, dict(body)))
            if name in self.refused:
                raise Conflict("AlreadyTaken", f"The name '{name}' is taken.")
            document = {"id": id_, "name": name, "type": resource_type, "apiVersion": api_version, **body}
            self.resources[id_.lower()] = document
            return document

        return write

    def write_group(
        self, call: Call, scope: str, name: str, api_version: str, body: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        call.authorize("Microsoft.Resources/subscriptions/resourceGroups/write", f"{scope}/resourceGroups/{name}")
        self.groups[name] = body["location"]
        self.puts.append((f"{scope}/resourceGroups/{name}", dict(body)))
        return group_facts(name, body["location"])

    def read(self, call: Call, id_: str, api_version: str) -> Mapping[str, Any]:
        call.authorize("read", id_)
        found = self.resources.get(id_.lower())
        if found is None:
            raise NotFound("ResourceNotFound", f"There is no '{id_}'.")
        return found

    def delete(self, call: Call, id_: str) -> None:
        call.authorize("delete", id_)
        del self.resources[id_.lower()]

    def listed(self, call: Call, group: str) -> Sequence[str]:
        return [one["id"] for key, one in self.resources.items() if key.startswith(f"{group.lower()}/")]

    def names(self) -> list[str]:
        """Return the names of what was put, in order."""
        return [id_.rpartition("/")[2] for id_, _ in self.puts]


def template(*resources: Any, schema: str = GROUP_SCHEMA, **parts: Any) -> dict[str, Any]:
    """Return a template with these resources and parts."""
    return {"$schema": schema, "contentVersion": "1.0.0.0", "resources": list(resources), **parts}


def accept(
    office: Office,
    document: Any,
    parameters: Mapping[str, Any] | None = None,
    *,
    scope: str = GROUP,
    name: str = "d1",
    **more: Any,
) -> Deployment:
    """Accept a deployment as the owner."""
    given = {key: {"value": value} for key, value in (parameters or {}).items()}
    location = more.pop("location", "" if "/resourceGroups/" in scope else "eastus")
    with office.writing(OWNER) as call:
        found, _ = service.create(call, scope, name, Asked(document, given, location=location, **more))
    return found


def deploy(
    office: Office,
    document: Any,
    parameters: Mapping[str, Any] | None = None,
    *,
    scope: str = GROUP,
    name: str = "d1",
    **more: Any,
) -> Deployment:
    """Accept a deployment as the owner and run it to its end."""
    workflow.run_deployment(office, accept(office, document, parameters, scope=scope, name=name, **more).run_id)
    return look(office, scope, name)


def look(office: Office, scope: str = GROUP, name: str = "d1") -> Deployment:
    """Return the deployment as it is now."""
    with office.reading(OWNER) as call:
        return service.get_deployment(call, scope, name)


def operations(office: Office, scope: str = GROUP, name: str = "d1") -> list[OperationRecord]:
    """Return what became of its resources."""
    with office.reading(OWNER) as call:
        return service.list_operations(call, scope, name)[1]
