"""Tags, moving, exporting, the life of subscriptions, the tree as a whole: what the front door serves beside PUT and GET."""

from typing import Any

import pytest

from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.ids import named
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm.throttling import GLOBAL_FACTOR, Throttle
from tests.wire.arm.town import (
    CONTOSO,
    FABRIKAM,
    HEAD,
    OWN,
    OWNER,
    PROD,
    READER,
    READER_ROLE,
    TECHNICIAN,
    TEST,
    VM,
    WEB,
    Town,
    town,
)

__all__ = ["town"]
FRONT = "2021-04-01"
MANAGEMENT = "2021-04-01"
LIFE = "2021-10-01"
DATA = f"{PROD}/resourceGroups/data"


def tags_at(scope: str) -> str:
    return f"{scope}/providers/Microsoft.Resources/tags/default"


def tagged(town: Town, scope: str) -> dict[str, str]:
    found: dict[str, str] = town.ask(READER, "GET", tags_at(scope), version=FRONT).json["properties"]["tags"]
    return found


@pytest.mark.parametrize("scope", [PROD, WEB, VM])
def test_tags_are_a_resource_of_their_own_at_every_scope(town: Town, scope: str) -> None:
    """Tags: PUT replaces all, PATCH merges, replaces or deletes, DELETE takes all away."""
    at = tags_at(scope)

    def patch(operation: str, tags: dict[str, str]) -> Any:
        return town.ask(OWNER, "PATCH", at, {"operation": operation, "properties": {"tags": tags}}, FRONT)

    put = town.ask(OWNER, "PUT", at, {"properties": {"tags": {"a": "1", "B": "2"}}}, FRONT)
    assert (put.status, put.json["id"], put.json["type"]) == (200, at, "Microsoft.Resources/tags")
    assert patch("Merge", {"b": "3", "c": "4"}).json["properties"]["tags"] == {"a": "1", "B": "3", "c": "4"}
    assert patch("Delete", {"A": "", "c": "other"}).json["properties"]["tags"] == {"B": "3", "c": "4"}
    assert patch("Replace", {"z": "9"}).status == 200 and tagged(town, scope) == {"z": "9"}
    assert patch("Forget", {}).code == "InvalidTagsPatchOperation"
    assert town.ask(OWNER, "GET", scope, version="2024-07-01" if scope == VM else FRONT).json["tags"] == {"z": "9"}
    assert town.ask(OWNER, "DELETE", at, version=FRONT).status == 200 and tagged(town, scope) == {}


def test_tagging_needs_the_right_to_tag_and_sound_tags(town: Town) -> None:
    """Tags: Tag Contributor tags what it may not change; a Reader does not tag."""
    body = {"properties": {"tags": {"a": "1"}}}

    assert town.ask(READER, "PUT", tags_at(WEB), body, FRONT).status == 403
    tag_contributor = "4a9ae827-6dc8-4573-8ac7-8239d42aa03f"
    path = f"{WEB}/providers/Microsoft.Authorization/roleAssignments/{named('assignment', 'tagger')}"
    who = {"properties": {"roleDefinitionId": tag_contributor, "principalId": town.object_id(READER)}}
    assert town.ask(OWNER, "PUT", path, who).status == 201
    assert town.ask(READER, "PUT", tags_at(WEB), body, FRONT).status == 200
    assert town.ask(READER, "PATCH", WEB, {"tags": {}}, FRONT).status == 403
    assert (
        town.ask(OWNER, "PUT", tags_at(WEB), {"properties": {"tags": {"a<": "1"}}}, FRONT).code
        == "InvalidTagNameCharacters"
    )
    assert town.ask(OWNER, "GET", f"{WEB}/providers/Microsoft.Resources/tags/mine", version=FRONT).status == 404


def move(town: Town, by: str, *wanted: str, to: str = DATA, verb: str = "moveResources") -> Any:
    return town.ask(by, "POST", f"{WEB}/{verb}", {"resources": list(wanted), "targetResourceGroup": to}, FRONT)


def test_a_resource_moves_to_another_group_with_its_children(town: Town) -> None:
    """Move: the id changes, content and children stay; role assignments at the resource do not come along."""
    child = f"{VM}/extensions/agent"
    town.ask(OWNER, "PUT", child, {"location": "westeurope", "properties": {}}, "2024-07-01")
    new = VM.replace("/web/", "/data/")

    assert move(town, OWNER, VM, verb="validateMoveResources").status == 204
    assert town.ask(OWNER, "GET", VM, version="2024-07-01").status == 200
    assert move(town, OWNER, VM).status == 204
    assert town.ask(OWNER, "GET", VM, version="2024-07-01").status == 404
    assert town.ask(OWNER, "GET", new, version="2024-07-01").json["tags"] == {"env": "prod", "Team": "a"}
    assert town.ask(OWNER, "GET", f"{new}/extensions/agent", version="2024-07-01").status == 200


def test_a_resource_moves_to_another_subscription_of_the_tenant_that_knows_its_provider(town: Town) -> None:
    """Move: the destination must have registered the provider; another tenant's subscription is no destination."""
    spare = f"{TEST}/resourceGroups/spare"

    assert move(town, OWNER, VM, to=spare).status == 204
    assert town.ask(OWNER, "GET", VM.replace(WEB, spare), version="2024-07-01").status == 200
    operations = [event["operationName"]["value"] for event in town.log(OWNER, TEST)]
    assert "Microsoft.Resources/subscriptions/resourceGroups/moveResources/action" in operations


@pytest.mark.parametrize(
    ("wanted", "to", "code"),
    [
        ((f"{WEB}/providers/Microsoft.Compute/virtualMachines/none",), DATA, "ResourceMoveFailed"),
        ((VM,), WEB, "ResourceMoveFailed"),
        ((), DATA, "InvalidMoveRequest"),
        ((VM,), f"{PROD}/resourceGroups/none", "ResourceGroupNotFound"),
        ((VM,), "nonsense", "InvalidTargetResourceGroup"),
        ((VM,), f"{OWN}/resourceGroups/tools", "AuthorizationFailed"),
    ],
)
def test_a_move_that_cannot_be_is_refused_whole(town: Town, wanted: tuple[str, ...], to: str, code: str) -> None:
    """Move: nothing moves unless everything can."""
    assert move(town, OWNER, *wanted, to=to).code == code
    assert town.ask(OWNER, "GET", VM, version="2024-07-01").status == 200


def test_a_move_does_not_get_round_a_lock_nor_rights(town: Town) -> None:
    """Who may not delete a resource where it is may not take it away either."""
    lock = f"{VM}/providers/Microsoft.Authorization/locks/keep"
    town.ask(OWNER, "PUT", lock, {"properties": {"level": "CanNotDelete"}}, "2016-09-01")

    assert move(town, OWNER, VM).code == "ScopeLocked"
    assert move(town, READER, VM).status == 403


def test_a_validated_move_is_one_that_would_be_made(town: Town) -> None:
    """ValidateMoveResources refuses what moveResources refuses, a lock included."""
    lock = f"{VM}/providers/Microsoft.Authorization/locks/kept"
    town.ask(OWNER, "PUT", lock, {"properties": {"level": "CanNotDelete"}}, "2020-05-01")

    assert [move(town, OWNER, VM, verb=verb).code for verb in ("validateMoveResources", "moveResources")] == [
        "ScopeLocked",
        "ScopeLocked",
    ]


def test_a_group_is_exported_as_a_template_that_deploys_again(town: Town) -> None:
    """Export: names become parameters; what providers fill in is left out; the result is a template."""
    exported = town.ask(READER, "POST", f"{WEB}/exportTemplate", {"resources": ["*"]}, FRONT)
    assert exported.status == 403
    whole = town.ask(OWNER, "POST", f"{WEB}/exportTemplate", {"resources": ["*"]}, FRONT).json["template"]
    plain = {"resources": [VM], "options": "SkipAllParameterization"}
    bare = town.ask(OWNER, "POST", f"{WEB}/exportTemplate", plain, FRONT).json["template"]

    assert whole["parameters"] == {"virtualMachines_vm1_name": {"defaultValue": "vm1", "type": "String"}}
    [machine] = whole["resources"]
    assert machine["name"] == "[parameters('virtualMachines_vm1_name')]"
    assert "vmId" not in machine["properties"] and "provisioningState" not in machine["properties"]
    assert bare["parameters"] == {} and bare["resources"][0]["name"] == "vm1"
    deployment = f"{DATA}/providers/Microsoft.Resources/deployments/again"
    body = {"properties": {"mode": "Incremental", "template": whole}}
    assert town.ask(OWNER, "PUT", deployment, body, FRONT).status == 201
    assert town.ask(OWNER, "GET", VM.replace("/web/", "/data/"), version="2024-07-01").status == 200


def test_managed_tenants_are_listed_when_asked_for(town: Town) -> None:
    """ARM contract 8.1: customers' tenants carry ManagedBy and are hidden unless all categories are asked for."""
    town.delegate(PROD, {"principalId": town.object_id(TECHNICIAN), "roleDefinitionId": READER_ROLE})

    def tenants(by: str, query: str = "") -> list[tuple[str, str]]:
        found = town.ask(by, "GET", f"/tenants{query}", version="2022-12-01").json["value"]
        return [(one["tenantId"], one["tenantCategory"]) for one in found]

    everything = "?$includeAllTenantCategories=true"
    assert tenants(TECHNICIAN) == [(FABRIKAM, "Home")]
    assert tenants(TECHNICIAN, everything) == [(FABRIKAM, "Home"), (CONTOSO, "ManagedBy")]
    assert tenants(HEAD, everything) == [(FABRIKAM, "Home")]


def test_a_transferred_subscription_keeps_third_parties_and_loses_the_old_owners(town: Town) -> None:
    """L130: delegations stay, but one to the tenant it moves into ends; the old tenant's roles are gone."""
    town.delegate(PROD, {"principalId": town.object_id(TECHNICIAN), "roleDefinitionId": READER_ROLE})
    assert town.ask(TECHNICIAN, "GET", VM, version="2024-07-01").status == 200
    with town.house.office.writing(OPERATOR) as call:
        moved = resources.transfer_subscription(call, PROD.split("/")[2], FABRIKAM)

    assert moved.tenant_id == FABRIKAM
    assert town.ask(OWNER, "GET", VM, version="2024-07-01").status == 401
    assert town.ask(TECHNICIAN, "GET", VM, version="2024-07-01").status == 403, "the own delegation ended"
    with town.house.office.database.read() as connection:
        index = town.house.gate.index
        before = index.view.tables.grants_at
        index.rebuild(connection)
        assert index.view.tables.grants_at == before, "the log said what the tables say"


def test_the_operator_transfers_by_name_and_names_the_new_owner(town: Town) -> None:
    """The accepting user of a transfer becomes Owner of the subscription in its new tenant."""
    key = (town.folder / "operator.key").read_text().strip()
    asked = {"subscription": "prod", "tenant": "fabrikam", "owner": "fabrikam/head"}

    done = town.house.send("POST", "/operator/subscriptions/transfer", asked, by=key)

    assert done.status == 200, done.raw
    assert town.ask(HEAD, "DELETE", VM, version="2024-07-01").status == 200
    again = town.house.send("POST", "/operator/subscriptions/transfer", asked, by=key)
    assert again.code == "SubscriptionAlreadyInTenant"


def test_identities_do_not_survive_a_transfer(town: Town) -> None:
    """Transfer: system-assigned identities belong to the old directory and are gone; the resource stays."""
    site = f"{WEB}/providers/Microsoft.Web/sites/shop"
    body = {"location": "westeurope", "properties": {}, "identity": {"type": "SystemAssigned"}}
    town.ask(OWNER, "PUT", site, body, "2023-12-01")
    with town.house.office.writing(OPERATOR) as call:
        resources.transfer_subscription(call, PROD.split("/")[2], FABRIKAM)
        found = resources.find_resource(call, site)

    assert found is not None and found.identity == {"type": "None"}


def test_what_a_provider_may_do_on_a_subscription_is_nothing(town: Town) -> None:
    """providerPermissions: no application of a resource provider holds anything here."""
    found = town.ask(READER, "GET", f"{PROD}/providers/Microsoft.Compute/providerPermissions", version=FRONT)

    assert (found.status, found.json) == (200, {"value": []})


def test_answers_tell_the_callers_share_and_everybodys(town: Town) -> None:
    """ARM contract 2.3: remaining-subscription-reads and, since 2024, subscription-global-reads."""
    first = town.ask(READER, "GET", PROD, version=FRONT).headers
    other = town.ask(OWNER, "GET", PROD, version=FRONT).headers

    own, everybody = "x-ms-ratelimit-remaining-subscription-reads", "x-ms-ratelimit-remaining-subscription-global-reads"
    assert (first[own], other[own]) == ("11999", "11999")
    assert int(first[everybody]) - int(other[everybody]) == 1
    assert int(first[everybody]) == GLOBAL_FACTOR * 12000 - 1
    assert "x-ms-ratelimit-remaining-tenant-reads" in town.ask(READER, "GET", "/tenants", version=FRONT).headers


def test_in_production_the_share_bites(town: Town) -> None:
    """ARM contract 2.2: 429 SubscriptionRequestsThrottled with the seconds to wait."""
    from lightkeeper.kernel.problems import Throttled

    throttle = Throttle(refuse=True)
    for _ in range(1200):
        throttle.count("me", PROD, "PUT", 0.0)

    with pytest.raises(Throttled) as refused:
        throttle.count("me", PROD, "PUT", 10.0)
    assert (refused.value.code, refused.value.retry_after) == ("SubscriptionRequestsThrottled", 3591)
    throttle.count("you", PROD, "PUT", 10.0)
    throttle.count("me", PROD, "PUT", 3600.0)
