"""A stranger cannot tell what exists: at every door of ARM, what is there and what is not there are refused in the same words."""

import re
from collections.abc import Iterator

import pytest

from tests.guards import matrix
from tests.guards.doors import HELD, THING, Door, doors
from tests.house import House, Reply

STRANGERS = ("contoso/nobody", "contoso/visitor")
"""A user and a guest of the tenant, without any role: they pass the door of the subscription and no further."""

ABSENT = {
    "/resourceGroups/web": "/resourceGroups/zzz",
    "/virtualMachines/vm1": "/virtualMachines/zz1",
    "/managementGroups/contoso-root": "/managementGroups/contoso-none",
    f"/{THING}": "/99999999-0000-4000-8000-00000000ffff",
    f"/{HELD}": "/what-is-not-held",
}
"""What is there, and something of the same length that is not."""

_CHANGING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z?", re.I)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House.of(tmp_path_factory.mktemp("house"), matrix.WORLD.read_text())
    matrix.furnish(house)
    yield house
    house.close()


def said(reply: Reply) -> tuple[int, str]:
    """Return what was heard, without what was asked and what is different in every answer."""
    text = reply.raw.decode().lower()
    for names in ABSENT.items():
        for name in names:
            text = text.replace(name.rpartition("/")[2].lower(), "*")
    return reply.status, _CHANGING.sub("*", text)


def absences(door: Door) -> list[str]:
    """Return the door's path with each thing it names replaced by one that is not there."""
    return [door.path.replace(there, absent) for there, absent in ABSENT.items() if there in door.path]


@pytest.mark.parametrize("by", STRANGERS)
def test_refusals_do_not_tell_what_exists(house: House, by: str) -> None:
    """Authorization comes before existence: 403 for what is there is 403 for what is not."""
    telling = []
    for door in doors():
        if door.surface == "arm":
            there = said(house.send(door.method, door.path, door.body, by=by, headers=door.headers))
            for path in absences(door):
                absent = said(house.send(door.method, path, door.body, by=by, headers=door.headers))
                if absent != there:
                    telling.append((door.method, path, there, absent))

    assert telling == []
