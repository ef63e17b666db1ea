"""The tree above resources: subscriptions that are made and ended, management groups, what is registered with them."""

from typing import Any

import pytest

from tests.wire.arm.town import ADMIN, CONTOSO, OWNER, PROD, READER, WEB, Town, town

__all__ = ["town"]
FRONT = "2021-04-01"
MANAGEMENT = "2021-04-01"
LIFE = "2021-10-01"
GROUPS = "/providers/Microsoft.Management/managementGroups"


def life(town: Town, by: str, verb: str, body: Any = None, query: str = "") -> Any:
    return town.ask(by, "POST", f"{PROD}/providers/Microsoft.Subscription/{verb}{query}", body, LIFE)


def test_a_subscription_is_renamed_canceled_and_enabled(town: Town) -> None:
    """Microsoft.Subscription: rename, cancel (which refuses while resources are there), enable."""
    assert life(town, OWNER, "rename", {"subscriptionName": "Renamed"}).json == {"subscriptionId": PROD.split("/")[2]}
    assert town.ask(OWNER, "GET", PROD, version=FRONT).json["displayName"] == "Renamed"
    assert life(town, OWNER, "cancel").code == "SubscriptionNotEmpty"
    assert life(town, READER, "cancel", query="?IgnoreResourceCheck=true").status == 403
    assert life(town, OWNER, "cancel", query="?IgnoreResourceCheck=true").status == 200
    assert town.ask(OWNER, "GET", PROD, version=FRONT).json["state"] == "Disabled"
    assert (
        town.ask(OWNER, "DELETE", f"{WEB}/providers/Microsoft.Resources/tags/default", version=FRONT).code
        == "ReadOnlyDisabledSubscription"
    )
    assert life(town, OWNER, "enable").status == 200
    assert town.ask(OWNER, "GET", PROD, version=FRONT).json["state"] == "Enabled"


def test_an_alias_makes_a_subscription_whose_owner_is_who_asked(town: Town) -> None:
    """Aliases: PUT makes a subscription and its maker Owner; the same again gives the same one."""
    alias = "/providers/Microsoft.Subscription/aliases/new-one"
    body = {"properties": {"displayName": "New one", "workload": "Production", "billingScope": "/x"}}

    assert town.ask(OWNER, "PUT", alias, body, LIFE).status == 403
    town.rules_the_root(ADMIN)
    made = town.ask(ADMIN, "PUT", alias, body, LIFE)
    assert made.status == 201 and made.json["properties"]["displayName"] == "New one"
    subscription = f"/subscriptions/{made.json['properties']['subscriptionId']}"
    assert town.ask(ADMIN, "PUT", alias, body, LIFE).status == 200
    assert town.ask(ADMIN, "GET", alias, version=LIFE).json["properties"] == made.json["properties"]
    assert town.ask(ADMIN, "GET", "/providers/Microsoft.Subscription/aliases", version=LIFE).json["value"]
    assert town.ask(ADMIN, "PUT", f"{subscription}/resourceGroups/a", {"location": "westeurope"}, FRONT).status == 201
    assert town.ask(ADMIN, "DELETE", alias, version=LIFE).status == 200
    assert town.ask(ADMIN, "GET", subscription, version=FRONT).status == 200


def test_names_of_management_groups_and_everything_in_the_tree_can_be_asked_for(town: Town) -> None:
    """Microsoft.Management: checkNameAvailability and getEntities."""
    check = "/providers/Microsoft.Management/checkNameAvailability"

    assert town.ask(READER, "POST", check, {"name": "fresh"}, MANAGEMENT).json == {"nameAvailable": True}
    assert town.ask(READER, "POST", check, {"name": CONTOSO}, MANAGEMENT).json["reason"] == "AlreadyExists"
    assert town.ask(READER, "POST", check, {"name": "a b"}, MANAGEMENT).json["reason"] == "Invalid"
    seen = town.ask(READER, "POST", "/providers/Microsoft.Management/getEntities", version=MANAGEMENT).json
    assert [one["id"] for one in seen["value"]] == [PROD] and seen["count"] == 1
    assert seen["value"][0]["properties"]["parent"]["id"].endswith(CONTOSO)


def test_the_root_groups_settings_say_where_new_subscriptions_hang(town: Town) -> None:
    """Hierarchy settings: of the root group only; another group has none."""
    settings = f"/providers/Microsoft.Management/managementGroups/{CONTOSO}/settings/default"
    body = {"properties": {"requireAuthorizationForGroupCreation": True}}
    town.rules_the_root(ADMIN)

    assert town.ask(OWNER, "PUT", settings, body, MANAGEMENT).status == 403
    assert town.ask(ADMIN, "GET", settings, version=MANAGEMENT).status == 404
    put = town.ask(ADMIN, "PUT", settings, body, MANAGEMENT)
    assert put.status == 200 and put.json["properties"]["requireAuthorizationForGroupCreation"] is True
    assert town.ask(ADMIN, "PATCH", settings, {"properties": {}}, MANAGEMENT).json == put.json
    assert town.ask(ADMIN, "GET", settings.removesuffix("/default"), version=MANAGEMENT).json["value"] == [put.json]
    assert town.ask(ADMIN, "DELETE", settings, version=MANAGEMENT).status == 200
    assert town.ask(ADMIN, "DELETE", settings, version=MANAGEMENT).status == 200


def test_a_new_subscription_hangs_where_it_is_wanted_with_its_tags(town: Town) -> None:
    """Aliases: `additionalProperties` name a management group and tags; a group that is not there makes no subscription."""
    alias = "/providers/Microsoft.Subscription/aliases/placed"
    town.rules_the_root(ADMIN)
    town.ask(ADMIN, "PUT", f"{GROUPS}/labs", version=MANAGEMENT)

    def put(**more: Any) -> Any:
        return town.ask(ADMIN, "PUT", alias, {"properties": {"displayName": "P", "additionalProperties": more}}, LIFE)

    assert put(managementGroupId=f"{GROUPS}/nowhere").code == "NotFound"
    assert put(tags={"a<": "b"}).code == "InvalidTagNameCharacters"
    made = put(managementGroupId=f"{GROUPS}/labs", tags={"cost": "4711"})
    assert (made.status, made.json["properties"]["tags"]) == (201, {"cost": "4711"})
    below = town.ask(ADMIN, "GET", f"{GROUPS}/labs/subscriptions", version=MANAGEMENT).json["value"]
    assert [one["name"] for one in below] == [made.json["properties"]["subscriptionId"]]


def test_a_provider_is_registered_for_a_management_group(town: Town) -> None:
    """Providers: registering at a management group answers empty, is logged, and registers no subscription."""
    at = f"{GROUPS}/{CONTOSO}/providers/microsoft.SQL/register"
    town.rules_the_root(ADMIN)
    town.ask(ADMIN, "PUT", f"{GROUPS}/labs", version=MANAGEMENT)

    assert town.ask(OWNER, "POST", at, version=FRONT).status == 403
    done = town.ask(ADMIN, "POST", at, version=FRONT)
    assert (done.status, done.raw) == (200, b"")
    assert town.ask(ADMIN, "POST", at.replace("SQL", "Nothing"), version=FRONT).code == "InvalidResourceNamespace"
    assert town.ask(ADMIN, "POST", at.replace(CONTOSO, "nowhere"), version=FRONT).code == "NotFound"
    assert town.ask(ADMIN, "GET", at, version=FRONT).code == "HttpMethodNotAllowed"
    sql = town.ask(OWNER, "GET", f"{PROD}/providers/Microsoft.Sql", version=FRONT)
    assert sql.json["registrationState"] == "NotRegistered"
    assert "Microsoft.Sql/register/action" in [one["operationName"]["value"] for one in town.log(ADMIN, "")]


def test_a_tree_is_shown_without_its_subscriptions(town: Town) -> None:
    """Management groups: `$filter=children.childType ne Subscription`, and no other."""
    town.rules_the_root(ADMIN)
    town.ask(ADMIN, "PUT", f"{GROUPS}/labs", version=MANAGEMENT)

    def children(filter: str) -> Any:
        path = f"{GROUPS}/{CONTOSO}?$expand=children&$recurse=true&$filter={filter}"
        return town.ask(ADMIN, "GET", path, version=MANAGEMENT)

    everything = {one["type"] for one in children("").json["properties"]["children"]}
    assert everything == {"/subscriptions", "Microsoft.Management/managementGroups"}
    groups = children("children.childType ne Subscription").json["properties"]["children"]
    assert [one["name"] for one in groups] == ["labs"]
    assert children("name eq 'labs'").code == "InvalidFilterInQueryString"


@pytest.mark.parametrize(
    ("query", "names"),
    [("", 4), ("?$top=1", 1), ("?$skip=2", 2), ("?$skip=0&$top=2", 2), ("?$filter=name eq 'LABS'", 1)],
)
def test_some_of_the_tree_can_be_asked_for(town: Town, query: str, names: int) -> None:
    """Entities: `$filter` on the name, `$skip` and `$top`."""
    town.rules_the_root(ADMIN)
    town.ask(ADMIN, "PUT", f"{GROUPS}/labs", version=MANAGEMENT)

    found = town.ask(ADMIN, "POST", f"/providers/Microsoft.Management/getEntities{query}", version=MANAGEMENT)

    assert len(found.json["value"]) == names
