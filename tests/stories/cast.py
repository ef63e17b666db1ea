"""A provider and its customers, made anew for each story on a server that all stories share.

Names carry the story's own name, and ids are derived from names, so that stories do not meet.
"""

import base64
import copy
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2
from ruamel.yaml import YAML

from lightkeeper.world import names
from tests.server import REPOSITORY, Person, Server, until

MANAGED = "Microsoft.ManagedServices"
EXAMPLE = REPOSITORY / "examples" / "offers" / "fabrikam"
DELETE_ROLE = "Managed Services Registration assignment Delete Role"
BASIC = ("Reader", "Desktop Virtualization Power On Off Contributor")
"""What the public plan asks for in version 1.0.0: to read, and to restart virtual machines."""
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
PASSWORD = "a password of a story"
ARM_MACHINES, ARM_GROUPS, ARM_MANAGED, ARM_DEPLOYMENTS = "2024-07-01", "2021-04-01", "2022-10-01", "2022-09-01"


@cache
def _example() -> Any:
    return YAML(typ="safe", pure=True).load((EXAMPLE / "offer.yaml").read_text())


def _group(*machines: str) -> dict[str, Any]:
    fixed = {"type": "Microsoft.Compute/virtualMachines", "apiVersion": ARM_MACHINES}
    size = {"hardwareProfile": {"vmSize": "Standard_B1s"}}
    return {"location": "westeurope", "resources": [{**fixed, "name": name, "properties": size} for name in machines]}


@dataclass
class Cast:
    """Who plays in one story: provider `msp` with a publisher account, `customer`, `other`, and `shop` (CSP)."""

    server: Server
    name: str

    def __post_init__(self) -> None:
        self.server.apply(self.world())

    def world(self) -> dict[str, Any]:
        """What exists when the story begins."""
        n = self.name

        def tenant(short: str, *users: str, **more: Any) -> dict[str, Any]:
            return {"domain": f"{n}-{short}.example", "users": {u: {"password": PASSWORD} for u in users}, **more}

        groups = {
            "team": {"members": ["technician"]},
            "everyone": {"members": ["team"]},
            "outer": {"members": ["everyone"]},  # the technician is three levels below
            "leads": {"members": ["lead"]},
        }
        customer = tenant("customer", "owner", "reader", "nobody")
        customer["users"]["guest"] = {"guestOf": f"{n}-other/owner"}
        machines = ["Microsoft.Compute"]
        return {
            "tenants": {
                f"{n}-msp": tenant("msp", "publisher", "technician", "lead", "watcher", groups=groups),
                f"{n}-customer": customer,
                f"{n}-other": tenant("other", "owner"),
                f"{n}-shop": tenant("shop", "owner"),
            },
            "publishers": {
                self.publisher_id: {
                    "tenant": f"{n}-msp",
                    "displayName": f"{n} Services",
                    "designations": ["solutionsPartner.infrastructureAzure"],
                    "members": {"publisher": "owner"},
                }
            },
            "subscriptions": {
                f"{n}-prod": {
                    "tenant": f"{n}-customer",
                    "registeredProviders": machines,
                    "resourceGroups": {"web": _group("vm1", "vm2"), "data": _group("db1")},
                },
                f"{n}-test": {
                    "tenant": f"{n}-customer",
                    "registeredProviders": machines,
                    "resourceGroups": {"shared": _group("build1"), "private": _group("secret1")},
                },
                f"{n}-lab": {"tenant": f"{n}-customer", "resourceGroups": {"bench": {"location": "westeurope"}}},
                f"{n}-main": {"tenant": f"{n}-other", "resourceGroups": {"erp": {"location": "westeurope"}}},
                f"{n}-toys": {"tenant": f"{n}-shop", "channel": "cspReseller"},
                f"{n}-preview": {"tenant": f"{n}-msp"},
            },
            "roleAssignments": [
                {"principal": f"{n}-customer/owner", "role": "Owner", "scope": f"{n}-prod"},
                {"principal": f"{n}-customer/owner", "role": "Owner", "scope": f"{n}-test"},
                {"principal": f"{n}-customer/owner", "role": "Owner", "scope": f"{n}-lab"},
                {"principal": f"{n}-customer/reader", "role": "Reader", "scope": f"{n}-prod"},
                {"principal": f"{n}-customer/guest", "role": "Owner", "scope": f"{n}-prod"},
                {"principal": f"{n}-other/owner", "role": "Owner", "scope": f"{n}-main"},
                {"principal": f"{n}-shop/owner", "role": "Owner", "scope": f"{n}-toys"},
                {"principal": f"{n}-msp/publisher", "role": "Owner", "scope": f"{n}-preview"},
                {"principal": f"{n}-msp/watcher", "role": "Monitoring Reader", "scope": f"tenant:{n}-msp"},
            ],
        }

    # --- names and ids ----------------------------------------------------------------------------------------------

    @property
    def publisher_id(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Where the publisher's API keeps the offer."""
        return f"publishers/{self.publisher_id}/offers/care"

    def tenant(self, short: str) -> str:
        return names.tenant_id(f"{self.name}-{short}")

    def group(self, name: str) -> str:
        return names.group_id(f"{self.name}-msp", name)

    def user(self, tenant: str, name: str) -> str:
        return names.user_id(f"{self.name}-{tenant}", name)

    def id(self, short: str) -> str:
        """The id of a subscription."""
        return names.subscription_id(f"{self.name}-{short}")

    def subscription(self, short: str, group: str = "") -> str:
        """The ARM id of a subscription, or of a resource group in it."""
        scope = names.subscription_scope(self.id(short))
        return f"{scope}/resourceGroups/{group}" if group else scope

    def machine(self, short: str, group: str, name: str) -> str:
        return f"{self.subscription(short, group)}/providers/Microsoft.Compute/virtualMachines/{name}"

    def person(self, tenant: str, user: str) -> Person:
        """Somebody, signed in to their own tenant."""
        return Person(self.server, f"{user}@{self.name}-{tenant}.example", PASSWORD, self.tenant(tenant))

    @property
    def guest(self) -> Person:
        """The owner of `other`, signed in to the customer's tenant as its guest."""
        return Person(self.server, f"owner@{self.name}-other.example", PASSWORD, self.tenant("customer"))

    @property
    def owner(self) -> Person:
        return self.person("customer", "owner")

    @property
    def technician(self) -> Person:
        return self.person("msp", "technician")

    # --- publishing -------------------------------------------------------------------------------------------------

    def offer(self, version: str = "1.0.0", roles: tuple[str, ...] = BASIC) -> dict[str, Any]:
        """The provider's offer: a public plan, and a private one for the customer's subscription `prod`."""
        offer: dict[str, Any] = copy.deepcopy(_example())
        offer["offer"] |= {"publisher": self.publisher_id, "id": "care", "alias": f"{self.name} Care"}
        offer["listing"]["name"] = f"{self.name} Care"
        offer["previewAudience"] = [{"subscriptionId": self.id("preview")}]
        public, private = offer["plans"]
        private["privateAudience"] = [{"subscriptionId": self.id("prod")}, {"subscriptionId": self.id("toys")}]
        asked = [self._row("outer", role) for role in roles]
        rows = [*asked, self._row("leads", "Reader"), self._row("leads", DELETE_ROLE)]
        for plan in (public, private):
            plan["manifest"] = {
                "version": version,
                "managedByTenantId": self.tenant("msp"),
                "authorizations": copy.deepcopy(rows),
            }
        return offer

    def _row(self, group: str, role: str) -> dict[str, Any]:
        who = {"principalId": self.group(group), "principalDisplayName": group.title(), "principalType": "group"}
        return {**who, "role": role, "accessType": "active"}

    def submit(self, offer: dict[str, Any]) -> None:
        """Save the draft and publish it; the marketplace goes on by itself."""
        logo = base64.b64encode((EXAMPLE / "media" / "logo.png").read_bytes()).decode()
        publisher = self.person("msp", "publisher")
        saved = publisher.partner("PUT", self.place, {"definition": offer, "assets": {"media/logo.png": logo}})
        assert saved.status_code in (200, 201), saved.text
        sent = publisher.partner("POST", f"{self.place}/publish", {})
        assert sent.status_code == 202, sent.text

    def stage(self) -> str:
        return str(self.person("msp", "publisher").partner("GET", f"{self.place}/status").json()["stage"])

    def wait_for(self, *stages: str) -> str:
        """Return the first of these stages that the offer is seen in."""
        return str(until(lambda: (stage := self.stage()) in stages and stage, lambda: f"{self.stage()}, not {stages}"))

    def sign_off(self) -> None:
        answer = self.person("msp", "publisher").partner("POST", f"{self.place}/golive", {})
        assert answer.status_code == 202, answer.text

    def publish(self, version: str = "1.0.0", roles: tuple[str, ...] = BASIC) -> "Cast":
        """Bring the offer from its file to the storefront."""
        self.submit(self.offer(version, roles))
        assert self.wait_for("awaitingSignOff", "attentionNeeded") == "awaitingSignOff"
        self.sign_off()
        self.wait_for("live")
        return self

    # --- the storefront ---------------------------------------------------------------------------------------------

    def plan(self, plan: str = "operations") -> str:
        return f"storefront/{self.publisher_id}/care/{plan}"

    def accept(self, short: str = "prod", plan: str = "operations") -> httpx2.Response:
        return self.owner.portal("POST", f"{self.plan(plan)}/accept", {"subscription": self.id(short)})

    @property
    def held(self) -> str:
        """Where the portal keeps the one offer the customer holds."""
        [offer] = self.owner.portal("GET", "service-providers").json()["value"]
        return f"service-providers/{offer['key']}"

    def delegate(self, *scopes: str, person: Person | None = None) -> httpx2.Response:
        held = self.held
        return (person or self.owner).portal("POST", f"{held}/delegate", {"scopes": list(scopes), "consent": True})

    def delegated(self) -> "Cast":
        """The customer has accepted the public plan and delegated `prod` and the group `shared` of `test`."""
        self.publish()
        assert self.accept().status_code == 200
        self.register("test")
        made = self.delegate(self.subscription("prod"), self.subscription("test", "shared"))
        assert made.status_code == 200, made.text
        return self

    def register(self, short: str) -> None:
        path = f"{self.subscription(short)}/providers/{MANAGED}/register"
        assert self.owner.ask("POST", path, version=ARM_GROUPS).status_code == 200

    # --- templates --------------------------------------------------------------------------------------------------

    def deploy(self, name: str, template: Any, parameters: Any, short: str = "prod") -> dict[str, Any]:
        """Deploy at a subscription as its owner, wait for the end and return the deployment."""
        path = f"{self.subscription(short)}/providers/Microsoft.Resources/deployments/{name}"
        body = {
            "location": "westeurope",
            "properties": {"mode": "Incremental", "template": template, "parameters": parameters},
        }
        answer = self.owner.ask("PUT", path, body, ARM_DEPLOYMENTS)
        assert answer.status_code in (200, 201), answer.text
        return finished(self.owner, path)


def finished(person: Person, path: str) -> dict[str, Any]:
    """Return a deployment once it has ended."""

    def ended() -> Any:
        found = person.ask("GET", path, version=ARM_DEPLOYMENTS).json()
        return found["properties"]["provisioningState"] in ("Succeeded", "Failed", "Canceled") and found

    return dict(until(ended))


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the code of a refusal."""
    assert answer.status_code >= 400, answer.text
    return answer.status_code, str(answer.json()["error"]["code"])
