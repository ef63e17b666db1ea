"""Who gets through which door: asks at every door as five people and writes down what they hear.

    python -m tests.guards.matrix --write

The committed file is read in review: a change of a guard is a change of a line.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog
from ruamel.yaml import YAML

from lightkeeper.kernel.call import Call
from lightkeeper.publishing import accounts, drafts, members, service
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.scaffold import LOGO as MEDIA
from lightkeeper.publishing.scaffold import Answers, logo, offer_text
from tests.guards.doors import BODIES, DEFINITION, FABRIKAM, HELD, PROD, SCOPES, THING, TIER1, Door, doors
from tests.house import House

FILE = Path(__file__).with_name("matrix.txt")
WORLD = Path(__file__).parents[1] / "house.yaml"

STRANGERS = {
    "anonymous": None,  # no token
    "foreigner": "northwind/owner",  # of another tenant, which has nothing to do with this one
    "colleague": "contoso/nobody",  # of the tenant, without any role
    "guest": "contoso/visitor",  # a guest of the tenant, without any role
}
INSIDERS = {"partner": "fabrikam/publisher", "graph": "contoso/reader"}
INSIDER = "contoso/owner"

HEAD = """\
# Who gets through which door. Written by `python -m tests.guards.matrix --write`; compared by tests/guards/test_doors.py.
#
# Four strangers knock: nobody signed in, the administrator of another tenant, a user of the tenant without any role, a guest
# without any role. (The publisher's API belongs to Fabrikam, so all of them come from elsewhere there.)
# The status each hears is followed by what the service asks first when somebody with rights knocks: an action, the role of a
# publisher's member, the operator's key, or why nothing is asked.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What was heard at one door."""

    door: Door
    heard: dict[str, int]
    codes: dict[str, str]
    first: str

    @property
    def line(self) -> str:
        statuses = " ".join(str(status) for status in self.heard.values())
        return f"{self.door.surface:8} {self.door.method:6} {self.door.shown}\n    {statuses}  {self.first}"


@contextmanager
def _listening() -> Iterator[list[str]]:
    """Yield what the services ask, as they ask it."""
    asked: list[str] = []
    authorize, allows, open_to_all, require = Call.authorize, Call.allows, Call.open_to_all, members.require

    def heard_authorize(call: Call, action: str, scope: str) -> None:
        asked.append(f"action {action}")
        authorize(call, action, scope)

    def heard_allows(call: Call, action: str, scope: str) -> bool:
        asked.append(f"action {action}")
        return allows(call, action, scope)

    def heard_open(call: Call, why: str) -> None:
        if "what was refused" not in why:
            asked.append(f"open: {why}")
        open_to_all(call, why)

    def heard_require(call: Call, publisher_id: str, action: Action) -> object:
        asked.append(f"member who may {action}")
        return require(call, publisher_id, action)

    Call.authorize, Call.allows, Call.open_to_all = heard_authorize, heard_allows, heard_open  # type: ignore[method-assign]
    for module in (members, service, drafts, accounts):
        if hasattr(module, "require"):
            module.require = heard_require  # type: ignore[attr-defined]
    try:
        yield asked
    finally:
        Call.authorize, Call.allows, Call.open_to_all = authorize, allows, open_to_all  # type: ignore[method-assign]
        for module in (members, service, drafts, accounts):
            if hasattr(module, "require"):
                module.require = require  # type: ignore[attr-defined]


def furnish(house: House) -> None:
    """Put something behind the doors: a definition, a delegation, a role assignment, a deployment."""
    scope = SCOPES["subscription"]
    assert house.send(
        "POST", f"{scope}/providers/Microsoft.ManagedServices/register?api-version=2021-04-01", by=INSIDER
    )
    for end, version in (
        ("Microsoft.ManagedServices/registrationDefinitions", "2022-10-01"),
        ("Microsoft.ManagedServices/registrationAssignments", "2022-10-01"),
        ("Microsoft.Authorization/roleAssignments", "2022-04-01"),
    ):
        body = BODIES["PUT", f"{end.split('/')[1]}/{{name}}"]
        reply = house.send("PUT", f"{scope}/providers/{end}/{THING}?api-version={version}", body, by=INSIDER)
        assert reply.status == 201, reply.json
    assert DEFINITION.startswith(scope)
    reply = house.send(
        "PUT",
        f"{scope}/providers/Microsoft.Resources/deployments/knock?api-version=2022-09-01",
        BODIES["PUT", "deployments/{name}"],
        by=INSIDER,
    )
    assert reply.status == 201, reply.json


def _held(house: House) -> str:
    """Publish an offer, accept it and return the key under which the customer holds it."""
    answers = Answers(tenant_id=FABRIKAM, technicians_group_id=TIER1, preview_subscription_id=PROD)
    house.publish(
        YAML(typ="safe", pure=True).load(offer_text(answers)), {MEDIA: logo("Fabrikam")}, by=INSIDERS["partner"]
    )
    plan = "/portal/api/storefront/fabrikam/managed-operations/operations"
    reply = house.send("POST", f"{plan}/accept", {"subscription": PROD}, by=INSIDER)
    assert reply.status == 200, reply.json
    held = house.send("GET", "/portal/api/service-providers", by=INSIDER).json["value"]
    return str(next(one["key"] for one in held if "operations" in one["key"]))


def knock(house: House) -> list[Row]:
    """Return what everybody hears at every door; those with rights knock last, and those who delete last of all."""
    furnish(house)
    key = _held(house)
    every = [replace(door, path=door.path.replace(HELD, key)) for door in doors()]
    heard: dict[Door, dict[str, tuple[int, str]]] = {}
    first: dict[Door, str] = {}
    with _listening() as asked:
        # Whoever opened an account of their own is no stranger to the publisher's API any more, so that comes last.
        for door in sorted(every, key=lambda door: (door.method, door.shown) == ("POST", "/api/publishers")):
            heard[door] = {}
            for name, who in STRANGERS.items():
                reply = house.send(
                    door.method, door.path, door.body, by=who, graph=door.surface == "graph", headers=door.headers
                )
                code = reply.code if reply.status >= 400 and reply.raw.startswith(b'{"error":{') else ""
                heard[door][name] = (reply.status, code)
        for door in sorted(every, key=lambda door: door.method == "DELETE" or door.path.endswith("/remove")):
            asked.clear()
            who = INSIDERS.get(door.surface, INSIDER)
            house.send(door.method, door.path, door.body, by=who, graph=door.surface == "graph", headers=door.headers)
            first[door] = asked[0] if asked else "nothing"
    return [
        Row(
            door,
            {name: status for name, (status, _) in heard[door].items()},
            {name: code for name, (_, code) in heard[door].items()},
            "operator's key" if heard[door]["anonymous"][1] == "OperatorKeyNeeded" else first[door],
        )
        for door in every
    ]


def text_of(rows: list[Row]) -> str:
    """Return the matrix as it is committed."""
    return HEAD + "".join(f"\n{row.line}\n" for row in rows)


def main() -> None:
    """Print the matrix, or write it where it is committed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        house = House.of(Path(folder), WORLD.read_text())
        rows = knock(house)
        house.close()
    if "--write" in sys.argv:
        FILE.write_text(text_of(rows))
    else:
        print(text_of(rows))


if __name__ == "__main__":
    main()
