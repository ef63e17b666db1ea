"""Several people do the same at the same moment: one wins, the others hear why, and nobody hears of a fault of ours."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

import httpx2

from lightkeeper.kernel import ids
from tests.server import PATIENCE
from tests.stories.cast import ARM_GROUPS, ARM_MACHINES, ARM_MANAGED, BASIC, MANAGED, READER, Cast

MANY = 5


def at_once(asks: Sequence[Callable[[], httpx2.Response]]) -> list[httpx2.Response]:
    """Everybody asks at the same moment; the answers in the order of the askers."""
    start, answers = threading.Barrier(len(asks)), dict[int, httpx2.Response]()

    def go(number: int) -> None:
        start.wait()
        answers[number] = asks[number]()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(len(asks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)
    found = [answers[number] for number in range(len(asks))]
    assert all(answer.status_code < 500 for answer in found), [answer.text for answer in found]
    return found


def counted(answers: Sequence[httpx2.Response]) -> Counter[tuple[int, str]]:
    """How often each status and code was answered."""
    return Counter((one.status_code, one.json()["error"]["code"] if one.status_code >= 400 else "") for one in answers)


def test_one_scope_is_delegated_once(cast: Cast) -> None:
    """L60: of two delegations of one definition at one scope the other is refused."""
    cast.publish()
    cast.accept()
    path, body = f"{cast.held}/delegate", {"scopes": [cast.subscription("prod")], "consent": True}
    cast.owner.portal("GET", path)

    answers = at_once([lambda: cast.owner.portal("POST", path, body)] * MANY)

    refused = (409, "MultipleRegistrationAssignmentsNotAllowed")
    assert counted(answers) == {(200, ""): 1, refused: MANY - 1}


def test_one_assignment_of_a_definition_under_several_names(cast: Cast) -> None:
    """The same over ARM, where the client names the assignment."""
    cast.register("prod")
    base = f"{cast.subscription('prod')}/providers/{MANAGED}"
    definition = f"{base}/registrationDefinitions/{ids.guid_of(cast.name)}"
    asked = {
        "registrationDefinitionName": "By hand",
        "managedByTenantId": cast.tenant("msp"),
        "authorizations": [{"principalId": cast.group("outer"), "roleDefinitionId": READER}],
    }
    made = cast.owner.ask("PUT", definition, {"properties": asked}, ARM_MANAGED)
    assert made.status_code in (200, 201), made.text
    body = {"properties": {"registrationDefinitionId": definition}}

    def assign(number: int) -> Callable[[], httpx2.Response]:
        path = f"{base}/registrationAssignments/{ids.guid_of(cast.name, str(number))}"
        return lambda: cast.owner.ask("PUT", path, body, ARM_MANAGED)

    answers = at_once([assign(number) for number in range(MANY)])

    assert counted(answers)[409, "MultipleRegistrationAssignmentsNotAllowed"] == MANY - 1
    found = cast.owner.ask("GET", f"{base}/registrationAssignments", version=ARM_MANAGED).json()["value"]
    assert len(found) == 1


def test_accepting_one_offer_is_accepting_it_once(cast: Cast) -> None:
    """Everybody is told of the same definition, and one acceptance is logged."""
    cast.publish()
    before = cast.server.entries()[-1]["revision"]

    answers = at_once([cast.accept] * MANY)

    assert counted(answers) == {(200, ""): MANY}
    assert len({answer.json()["id"] for answer in answers}) == 1
    told = [one for one in cast.server.entries(before) if one["kind"] == "OfferAccepted"]
    assert len([one for one in told if one["body"]["customer_tenant_id"] == cast.tenant("customer")]) == 1


def test_an_update_is_accepted_by_one(cast: Cast) -> None:
    """L85: for the second there is no update any more."""
    cast.delegated()
    cast.publish("2.0.0", (*BASIC, "Virtual Machine Contributor"))
    path = f"{cast.held}/accept-update"

    answers = at_once([lambda: cast.owner.portal("POST", path, {})] * MANY)

    assert counted(answers) == {(200, ""): 1, (409, "NoUpdateAvailable"): MANY - 1}


def test_of_writers_who_read_the_same_one_wins(cast: Cast) -> None:
    """If-Match: whoever comes second changed something they had not seen, and hears 412."""
    machine = cast.machine("prod", "web", "vm1")
    seen = cast.owner.ask("GET", machine, version=ARM_MACHINES)
    tag = seen.json().get("etag") or seen.headers["etag"]

    def write(number: int) -> Callable[[], httpx2.Response]:
        body = {"location": "westeurope", "properties": {"hardwareProfile": {"vmSize": f"Standard_B{number}ms"}}}
        return lambda: cast.owner.ask("PUT", machine, body, ARM_MACHINES, **{"if-match": tag})

    answers = at_once([write(number) for number in range(1, MANY + 1)])

    assert counted(answers) == {(200, ""): 1, (412, "PreconditionFailed"): MANY - 1}


def test_creating_the_same_group_creates_it_once(cast: Cast) -> None:
    """One hears 201, the others 200."""
    path = f"{cast.subscription('prod')}/resourceGroups/fresh"
    cast.owner.ask("GET", path, version=ARM_GROUPS)

    answers = at_once([lambda: cast.owner.ask("PUT", path, {"location": "westeurope"}, ARM_GROUPS)] * MANY)

    assert counted(answers) == {(201, ""): 1, (200, ""): MANY - 1}


def test_a_role_is_given_once(cast: Cast) -> None:
    """The same name and the same role: one is made; the others are told it is there."""
    base = f"{cast.subscription('prod')}/providers/Microsoft.Authorization/roleAssignments"
    role = f"{cast.subscription('prod')}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    body = {"properties": {"roleDefinitionId": role, "principalId": cast.user("customer", "nobody")}}
    path = f"{base}/{ids.guid_of(cast.name)}"

    answers = at_once([lambda: cast.owner.ask("PUT", path, body, "2022-04-01")] * MANY)

    counts = counted(answers)
    assert counts[201, ""] == 1
    assert set(counts) <= {(201, ""), (200, ""), (409, "RoleAssignmentExists")}
    found = cast.owner.ask("GET", base, version="2022-04-01").json()["value"]
    assert [one["name"] for one in found].count(ids.guid_of(cast.name)) == 1


def test_one_name_for_several_roles_is_one_role(cast: Cast) -> None:
    """The same name for different people: the first stands, the others are refused."""
    base = f"{cast.subscription('prod')}/providers/Microsoft.Authorization/roleAssignments"
    role = f"{cast.subscription('prod')}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    path = f"{base}/{ids.guid_of(cast.name)}"

    def give(name: str) -> Callable[[], httpx2.Response]:
        body = {"properties": {"roleDefinitionId": role, "principalId": cast.user("customer", name)}}
        return lambda: cast.owner.ask("PUT", path, body, "2022-04-01")

    answers = at_once([give("nobody"), give("guest"), give("nobody"), give("guest")])

    assert counted(answers)[201, ""] == 1
    made = cast.owner.ask("GET", path, version="2022-04-01").json()["properties"]["principalId"]
    [first] = [one for one in answers if one.status_code == 201]
    assert first.json()["properties"]["principalId"] == made


def test_a_group_goes_while_something_is_put_into_it(cast: Cast) -> None:
    """Either the resource was there first and goes with the group, or the group is missing; nothing is left over."""
    group = cast.subscription("prod", "data")
    body = {"location": "westeurope", "properties": {}}

    def put(number: int) -> Callable[[], httpx2.Response]:
        path = f"{group}/providers/Microsoft.Compute/virtualMachines/late{number}"
        return lambda: cast.owner.ask("PUT", path, body, ARM_MACHINES)

    answers = at_once(
        [*(put(number) for number in range(4)), lambda: cast.owner.ask("DELETE", group, version=ARM_GROUPS)]
    )

    assert answers[-1].status_code in (200, 202)
    assert {one.status_code for one in answers[:-1]} <= {201, 404, 409}
    listed = cast.owner.ask("GET", f"{cast.subscription('prod')}/resources", version=ARM_GROUPS).json()["value"]
    assert [one["id"] for one in listed if "/resourcegroups/data/" in one["id"].lower()] == []


def test_removing_and_updating_at_once_leaves_nothing_half_done(cast: Cast) -> None:
    """Whatever the order, the provider is out afterwards and the offer is not held."""
    cast.delegated()
    cast.publish("2.0.0", (*BASIC, "Virtual Machine Contributor"))
    held = cast.held

    removed, updated = at_once(
        [
            lambda: cast.owner.portal("POST", f"{held}/remove", {}),
            lambda: cast.owner.portal("POST", f"{held}/accept-update", {}),
        ]
    )

    assert removed.status_code == 200
    assert updated.status_code in (200, 404, 409)
    assert cast.owner.portal("GET", "service-providers").json()["value"] == []
    refused = cast.technician.ask("GET", cast.machine("prod", "web", "vm1"), version=ARM_MACHINES)
    assert refused.status_code == 401


def test_one_world_applied_by_two_is_applied_once(cast: Cast) -> None:
    """A world file is one transaction."""
    world = {"tenants": {f"{cast.name}-new": {"users": {"ann": {}}, "groups": {"all": {"members": ["ann"]}}}}}
    found: list[int] = []

    def apply() -> None:
        found.append(cast.server.apply(world)["changed"])

    threads = [threading.Thread(target=apply) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE)

    assert sorted(bool(changed) for changed in found) == [False, False, True]
