"""A client as the public ones are: it sends plain requests, polls as told, and counts nothing as done before it is.

A flow is the order of requests that a public client's own tests make for one kind of thing: create, look, list, change,
delete, and look once more.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from lightkeeper.publishing.scaffold import Answers, logo, offer_text
from tests.house import ORIGIN, House, Reply

WORLD = (Path(__file__).parents[2] / "house.yaml").read_text()
CONTOSO, FABRIKAM = "c0c0c0c0-0000-4000-8000-000000000001", "fabfabfa-0000-4000-8000-000000000001"
TIER1, TECHNICIAN = "fabfabfa-0000-4000-8000-000000000021", "fabfabfa-0000-4000-8000-000000000011"
NOBODY = "c0c0c0c0-0000-4000-8000-000000000013"
PROD = "/subscriptions/c0c0c0c0-1111-4000-8000-000000000001"
LAB = "/subscriptions/c0c0c0c0-1111-4000-8000-000000000002"
WEB = f"{PROD}/resourceGroups/web"
READER, CONTRIBUTOR = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "b24988ac-6180-42a0-ab88-20f7382dd24c"
UAA = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
OWNER, PROVIDER = "contoso/owner", "fabrikam/technician"
MANAGED = "providers/Microsoft.ManagedServices"


@dataclass
class Client:
    """Somebody with an api-version; `by` is whose token is sent."""

    house: House
    version: str
    by: str = OWNER

    def ask(self, method: str, path: str, body: Any = None, *expected: int) -> Reply:
        """Send one request and insist on its status, when one is given."""
        joint = "&" if "?" in path else "?"
        reply = self.house.send(method, f"{path}{joint}api-version={self.version}", body, by=self.by)
        assert not expected or reply.status in expected, (method, path, reply.status, reply.raw)
        return reply

    def get(self, path: str) -> Any:
        """Return what is there."""
        return self.ask("GET", path, None, 200).json

    def gone(self, path: str) -> bool:
        """Return whether there is nothing (any more)."""
        return self.ask("GET", path).status == 404

    def put(self, path: str, body: Any, *expected: int) -> Any:
        """Create or replace, wait for the end, and return what is there then."""
        reply = self.ask("PUT", path, body, *(expected or (200, 201)))
        self.settle(reply)
        return self.get(path)

    def delete(self, path: str, *expected: int) -> None:
        """Delete and wait for the end."""
        self.settle(self.ask("DELETE", path, None, *(expected or (200, 202, 204))))

    def settle(self, reply: Reply) -> Reply:
        """Poll as the answer says until it is over; insist that it ended well."""
        link = reply.headers.get("azure-asyncoperation") or reply.headers.get("location")
        for _ in range(20):
            if link is None:
                return reply
            assert link.startswith(f"{ORIGIN}/") and "api-version=" in link
            reply = self.house.send("GET", link.removeprefix(ORIGIN), by=self.by)
            status = str((reply.json or {}).get("status", "Succeeded")) if reply.status == 200 else "Succeeded"
            if reply.status != 202 and status in ("Succeeded", "Failed", "Canceled"):
                assert status == "Succeeded", reply.json
                return reply
        raise AssertionError("it never ends")

    def listed(self, path: str) -> list[Any]:
        """Return everything in a list, through all its pages."""
        page = self.get(path)
        found = list(page["value"])
        while page.get("nextLink"):
            page = self.house.send("GET", page["nextLink"].removeprefix(ORIGIN), by=self.by).json
            found += page["value"]
        return found

    def names(self, path: str) -> list[str]:
        """Return the names of everything in a list."""
        return [one["name"] for one in self.listed(path)]


def published_plan(house: House) -> dict[str, str]:
    """Put Fabrikam's offer on sale and return the plan that a definition names; its one row is Reader for tier 1."""
    answers = Answers(tenant_id=FABRIKAM, technicians_group_id=TIER1, preview_subscription_id=PROD.rpartition("/")[2])
    document = YAML(typ="safe", pure=True).load(offer_text(answers))
    row = {"principalId": TIER1, "principalDisplayName": "Reader", "principalType": "group", "accessType": "active"}
    document["plans"][0]["manifest"]["authorizations"] = [row | {"role": "Reader"}]
    house.publish(document, {"media/logo.png": logo("Fabrikam")}, by="fabrikam/publisher")
    [plan] = document["plans"]
    return {
        "publisher": "fabrikam",
        "product": document["offer"]["id"],
        "name": plan["id"],
        "version": plan["manifest"]["version"],
    }
