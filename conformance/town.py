"""The whole house in this process with a world rich enough that every operation has something to say.

Nobody is waved through: each request carries a token that the house's own signing key has signed.
"""

import asyncio
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ruamel.yaml import YAML
from tests.house import ORIGIN, House, Reply

from lightkeeper import bootstrap
from lightkeeper.access import denials
from lightkeeper.access.model import DenyAssignment
from lightkeeper.directory import store, tenant_store, tokens
from lightkeeper.directory.passwords import Hashing
from lightkeeper.directory.signing_keys import known_keys
from lightkeeper.directory.tokens import Subject
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import named
from lightkeeper.publishing.scaffold import LOGO, Answers, logo, offer_text
from lightkeeper.settings import Settings
from lightkeeper.world import apply

WORLD = Path(__file__).with_name("world.yaml")
SCHEMAS = "https://schema.management.azure.com/schemas"
ARM = "https://management.core.windows.net/"
AZ_CLIENT = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

FABRIKAM = "fabfabfa-0000-4000-8000-000000000001"
TECHNICIAN = "fabfabfa-0000-4000-8000-000000000011"
TIER1 = "fabfabfa-0000-4000-8000-000000000021"
APPROVERS = "fabfabfa-0000-4000-8000-000000000022"
CONTOSO = "c0c0c0c0-0000-4000-8000-000000000001"
STAFF = "c0c0c0c0-0000-4000-8000-000000000021"
READER_USER = "c0c0c0c0-0000-4000-8000-000000000012"
PROD = "c0c0c0c0-1111-4000-8000-000000000001"
LAB = "c0c0c0c0-1111-4000-8000-000000000002"
VAULT = "c0c0c0c0-1111-4000-8000-000000000003"
OWNER, BOSS, PUBLISHER, TECH = "contoso/owner", "fabrikam/boss", "fabrikam/publisher", "fabrikam/technician"
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OFFER = "managed-operations"
PLAN = "operations"
MARKETPLACE_NAME = f"fabrikam.{OFFER}.{PLAN}"
DENIAL = named("denial", "managed application")


@dataclass
class Town:
    """The house, people by name, and names that nobody has used yet."""

    house: House
    inner: bootstrap.House
    _tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    @classmethod
    def build(cls, folder: Path) -> "Town":
        """Return a town whose offer is published and whose subscription is partly locked by the platform."""
        database = Database(f"sqlite:///{folder}/lightkeeper.db", durable=False)
        inner = bootstrap.build(database, Clock())
        with inner.office.writing(OPERATOR) as call:
            apply.apply_text(call, WORLD.read_text(), str(WORLD), Hashing(time_cost=1, memory_kib=64))
        doors = dict.fromkeys(("arm", "login", "graph", "partner", "catalog", "portal"), ORIGIN)
        main, graph = bootstrap.apps(inner, Settings(folder), doors)
        house = House(inner.office, inner.office.gate, main, graph, {}, asyncio.Runner())  # type: ignore[arg-type]
        inner.office.readers.append(house.due.extend)
        town = cls(house, inner)
        town._furnish()
        return town

    def _furnish(self) -> None:
        answers = Answers(tenant_id=FABRIKAM, technicians_group_id=TIER1, preview_subscription_id=PROD)
        definition = YAML(typ="safe", pure=True).load(offer_text(answers))
        self.house.publish(definition, {LOGO: logo("Fabrikam")}, by=self.token(PUBLISHER))
        now = self.inner.office.clock.now()
        web = f"/subscriptions/{PROD}/resourceGroups/web"
        with self.inner.office.writing(OPERATOR) as call:
            denial = DenyAssignment(
                DENIAL, web, web.lower(), CONTOSO, "Managed application", "Kept by the platform",
                ("Microsoft.Storage/storageAccounts/delete",), (), ((READER_USER, "User"),), (), False, now, "platform",
            )  # fmt: skip
            denials.put_denial(call, denial)
        self._keep_a_template_spec()

    def _keep_a_template_spec(self) -> None:
        """Keep the template that the examples deploy by its id."""
        group = f"/subscriptions/{PROD}/resourceGroups/my-resource-group"
        spec = f"{group}/providers/Microsoft.Resources/templateSpecs/TemplateSpec-Name"
        template = {
            "$schema": f"{SCHEMAS}/2019-04-01/deploymentTemplate.json#",
            "contentVersion": "1.0.0.0",
            "resources": [],
        }
        self.ask("PUT", group, "2022-09-01", {"location": "westeurope"})
        self.ask("PUT", spec, "2021-05-01", {"location": "westeurope"})
        version = {"location": "westeurope", "properties": {"mainTemplate": template}}
        self.ask("PUT", f"{spec}/versions/v1", "2021-05-01", version)

    def close(self) -> None:
        """Give everything back."""
        self.house.close()

    def token(self, who: str, audience: str = ARM) -> str:
        """Return an access token of `tenant/user` in the own tenant."""
        if (who, audience) not in self._tokens:
            domain, _, name = who.partition("/")
            now = self.inner.office.clock.now()
            with self.inner.office.database.read() as connection:
                home = tenant_store.tenant_by_domain(connection, f"{domain}.example")
                assert home is not None
                account = store.user_by_upn(connection, home.id, f"{name}@{domain}.example")
                assert account is not None
                key = known_keys(connection, now)[0]
            subject = Subject(home, account, account, AZ_CLIENT)
            self._tokens[who, audience] = tokens.issue_access_token(key, subject, audience, now)
        return self._tokens[who, audience]

    def send(
        self, method: str, path: str, body: Any = None, *, by: str = OWNER, headers: dict[str, str] | None = None
    ) -> Reply:
        """Send one request as somebody."""
        return self.house.send(method, path, body, by=self.token(by), headers=headers)

    def ask(
        self,
        method: str,
        path: str,
        version: str,
        body: Any = None,
        *,
        by: str = OWNER,
        expect: bool = True,
        **query: str,
    ) -> Reply:
        """Send an ARM request that has to succeed unless `expect` is false."""
        asked = "&".join(
            f"{quote(name, safe='$')}={quote(value)}" for name, value in {"api-version": version, **query}.items()
        )
        reply = self.send(method, f"{path}?{asked}", body, by=by)
        assert not expect or reply.status < 300, f"{method} {path}: {reply.status} {reply.raw.decode()[:500]}"
        return reply

    def fresh(self, word: str = "one") -> str:
        """Return a name that nobody has used yet."""
        return f"{word}{next(self._numbers)}"

    def guid(self) -> str:
        """Return a GUID that nobody has used yet."""
        return named("conformance", self.fresh())
