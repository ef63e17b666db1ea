"""The names a world file declares, with their ids, and what is said about a name that does not exist."""

from collections.abc import Callable
from typing import Any

from lightkeeper.kernel.findings import Finding, Place
from lightkeeper.world import names as derive
from lightkeeper.world.beside import Beside, nothing
from lightkeeper.world.sound import Sound
from lightkeeper.world.sound import guid as _guid
from lightkeeper.world.sound import maps as _maps
from lightkeeper.world.sound import text as _text
from lightkeeper.world.source import Node

_PRINCIPALS = (
    ("users", derive.user_id),
    ("groups", derive.group_id),
    ("servicePrincipals", derive.service_principal_id),
)


class Names:
    """Every name a file declares, with its id; notes each use of a name that does not exist."""

    def __init__(self, sound: Sound, place: Callable[[str], Place], beside: Beside = nothing) -> None:
        self.place = place
        self.beside = beside
        self.findings: list[Finding] = []
        self.tenants: dict[str, str] = {}
        self.domains: dict[str, str] = {}
        self.principals: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.guests: set[str] = set()
        self.subscriptions = {
            name.lower(): _guid(inner, "id", derive.subscription_id(name))
            for name, inner in _maps(sound, "subscriptions")
        }
        self.management_groups = {name.lower(): name for name, _ in _maps(sound, "managementGroups")}
        for name, tenant in _maps(sound, "tenants"):
            self.tenants[name.lower()] = _guid(tenant, "id", derive.tenant_id(name))
            self.domains[name.lower()] = _text(tenant, "domain", f"{name}.example").lower()
            self._principals(name, tenant)
        for name in sorted(set(self.subscriptions) & set(self.management_groups)):
            path = f"managementGroups.{self.management_groups[name]}"
            message = f"'{self.management_groups[name]}' names a subscription and a management group; a scope of this name would be unclear."
            self.note("DuplicateName", path, message, self.place(path), "Rename one of the two.")

    def _principals(self, tenant: str, sound: Sound) -> None:
        for kind, derived in _PRINCIPALS:
            for name, inner in _maps(sound, kind):
                full = f"{tenant}/{name}".lower()
                path = f"tenants.{tenant}.{kind}.{name}"
                if full in self.principals:
                    message = f"'{name}' is already one of the {self.kinds[full]} of {tenant}; a name stands for one principal."
                    self.note("DuplicateName", path, message, self.place(path), "Rename one of the two.")
                    continue
                self.principals[full] = _guid(inner, "id", derived(tenant, name))
                self.kinds[full] = kind
                if "guestOf" in inner:
                    self.guests.add(full)

    def note(self, code: str, target: str, message: str, place: Place | None, remedy: str = "") -> None:
        """Remember a fault."""
        self.findings.append(Finding(code, target, message, remedy, place=place))

    def tenant(self, sound: Sound, key: str, at: str) -> str:
        """Return the id of the tenant named by a key; an empty text when there is no such tenant, which is noted."""
        node = sound.get(key)
        name = _text(sound, key)
        if not isinstance(node, Node) or name.lower() in self.tenants:
            return self.tenants.get(name.lower(), "")
        self.note("UnknownName", f"{at}.{key}", f"There is no tenant '{name}'.", node.place, known(self.tenants))
        return ""

    def principal(self, node: Node, tenant: str, at: str) -> str:
        """Return the object id `tenant/name` stands for (a bare name is looked up in `tenant`); note it when unknown."""
        text = str(node.scalar)
        full = (text if "/" in text else f"{tenant}/{text}").lower()
        if full in self.principals:
            return self.principals[full]
        owner = full.split("/")[0]
        if owner not in self.tenants:
            self.note("UnknownName", at, f"There is no tenant '{owner}'.", node.place, known(self.tenants))
        else:
            here = [name.split("/")[1] for name in self.principals if name.startswith(f"{owner}/")]
            message = f"Tenant '{owner}' has no user, group or service principal '{text.rsplit('/', 1)[-1]}'."
            self.note("UnknownName", at, message, node.place, known(here))
        return ""


def known(names: Any) -> str:
    """Return the sentence that tells which names there are."""
    some = sorted(names)
    more = f" and {len(some) - 12} more" if len(some) > 12 else ""
    return f"Known are: {', '.join(some[:12])}{more}." if some else "None is declared."
