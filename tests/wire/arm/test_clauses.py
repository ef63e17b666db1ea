"""The common contract of Azure Resource Manager on the whole house, clause by clause (contract "arm", sections 1 and 2).

`test_contract.py` holds the clauses that a handful of operations can show; here are those that need the real ones.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from lightkeeper.kernel.ids import named
from lightkeeper.kernel.problems import Throttled
from lightkeeper.wire.arm.throttling import DELETES, READS, WRITES, Throttle
from tests.house import House, Reply
from tests.wire.arm.town import (
    CONTOSO,
    CONTRIBUTOR,
    FABRIKAM,
    HEAD,
    OWNER,
    PROD,
    READER,
    READER_ROLE,
    TEST,
    VM,
    WEB,
    WORLD,
    Town,
)

MANAGED = f"{PROD}/providers/Microsoft.ManagedServices"
STORES = f"{WEB}/providers/Microsoft.Storage/storageAccounts"
STORE = {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}}
THING = named("thing", "nobody has")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all clauses: what a clause writes has a name of its own."""
    folder: Path = tmp_path_factory.mktemp("clauses")
    house = House.of(folder, WORLD)
    yield Town(house, folder)
    house.close()


# --- 1.1 slashes and casing -----------------------------------------------------------------------------------------


def test_names_come_back_as_they_were_given_and_words_as_azure_spells_them(town: Town) -> None:
    """1.1: paths are compared without regard to case; names keep their casing; ids have the canonical words."""
    town.ask(
        OWNER,
        "PUT",
        f"{PROD.upper().replace('SUBSCRIPTIONS', 'subscriptions')}/RESOURCEGROUPS/MixedCase",
        {"location": "westeurope"},
        "2021-04-01",
    )

    found = town.ask(OWNER, "GET", f"/{PROD}//resourcegroups/mixedCASE/", version="2021-04-01")

    assert (found.status, found.json["name"], found.json["id"]) == (
        200,
        "MixedCase",
        f"{PROD}/resourceGroups/MixedCase",
    )


@pytest.mark.parametrize("scope", ["subscription/one", "nowhere", "subscriptionss/two/resourceGroups/x"])
def test_a_misspelled_scope_is_answered_by_arm(town: Town, scope: str) -> None:
    """1.1, 2.2: callers pass any text as a scope; the answer is ARM's envelope with ARM's headers."""
    reply = town.ask(
        OWNER, "GET", f"/{scope}/providers/Microsoft.ManagedServices/registrationDefinitions", version="2022-10-01"
    )

    assert 400 <= reply.status < 500 and reply.code
    assert reply.headers["x-ms-request-id"]


# --- 1.7 and 2.1 api-versions ---------------------------------------------------------------------------------------

CLIENTS_SEND = [
    *(("/tenants", version) for version in ("2022-12-01", "2024-11-01")),
    *((PROD, version) for version in ("2016-06-01", "2019-06-01", "2019-11-01", "2021-01-01", "2022-12-01")),
    *((f"{PROD}/locations", version) for version in ("2022-12-01",)),
    *((f"{PROD}/providers/Microsoft.Storage", version) for version in ("2016-02-01", "2021-04-01", "2024-11-01", "2025-04-01")),
    *((WEB, version) for version in ("2016-09-01", "2020-10-01", "2024-03-01", "2024-11-01", "2025-04-01")),
    *((f"{PROD}/providers/Microsoft.Resources/deployments", version) for version in ("2022-09-01", "2025-04-01", "2026-06-01")),
    *(
        (f"{MANAGED}/registrationDefinitions", version)
        for version in (
            "2018-06-01-preview", "2019-04-01-preview", "2019-06-01", "2019-09-01", "2020-02-01-preview",
            "2022-01-01-preview", "2022-10-01",
        )
    ),
    *((f"{PROD}/providers/Microsoft.Authorization/roleAssignments", v) for v in ("2015-07-01", "2020-04-01-preview", "2022-04-01")),
    *((f"{PROD}/providers/Microsoft.Authorization/roleDefinitions", v) for v in ("2015-07-01", "2022-04-01", "2022-05-01-preview")),
    *((f"{PROD}/providers/Microsoft.Authorization/denyAssignments", v) for v in ("2018-07-01-preview", "2022-04-01")),
    *(("/providers/Microsoft.Management/managementGroups", v) for v in ("2020-05-01", "2021-04-01", "2023-04-01")),
    (f"{PROD}/providers/Microsoft.Insights/eventtypes/management/values", "2015-04-01"),
    (f"{PROD}/providers/Microsoft.MarketplaceOrdering/agreements", "2021-01-01"),
    (f"{PROD}/providers/Microsoft.MarketplaceOrdering/agreements", "2015-06-01"),
    ("/providers/Microsoft.ManagementPartner/operations", "2018-02-01"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "version"), CLIENTS_SEND, ids=[f"{p.rpartition('/')[2]}-{v}" for p, v in CLIENTS_SEND]
)
def test_every_version_that_clients_send_is_taken(town: Town, path: str, version: str) -> None:
    """1.7: the union of what the clients send is served."""
    assert town.ask(OWNER, "GET", path, version=version).status == 200


def test_versions_are_compared_without_regard_to_case(town: Town) -> None:
    """2.1: `2020-02-01-Preview` is the version it looks like."""
    assert town.ask(OWNER, "GET", f"{MANAGED}/registrationDefinitions", version="2020-02-01-Preview").status == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (WEB, 400, "InvalidApiVersionParameter"),
        (f"{PROD}/providers/Microsoft.Storage", 400, "InvalidApiVersionParameter"),
        (f"{PROD}/providers/Microsoft.Storage/resourceTypes", 400, "InvalidApiVersionParameter"),
        ("/tenants", 400, "InvalidApiVersionParameter"),
        (f"{PROD}/providers/Microsoft.Resources/deployments", 400, "InvalidApiVersionParameter"),
        (f"{MANAGED}/registrationDefinitions", 400, "NoRegisteredProviderFound"),
        (f"{PROD}/providers/Microsoft.Authorization/roleAssignments", 400, "NoRegisteredProviderFound"),
    ],
)
def test_an_unknown_version_is_refused_by_whom_the_path_belongs_to(
    town: Town, path: str, status: int, code: str
) -> None:
    """2.1: the front door's own types name the versions that are left, newest first; a provider's type names the provider."""
    reply = town.ask(OWNER, "GET", path, version="1999-01-01")

    assert (reply.status, reply.code) == (status, code)
    [known] = re.findall(r"supported (?:api-)?versions are '([^']+)'", reply.json["error"]["message"])
    assert known.split(",") == sorted(known.split(","), reverse=True)


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (f"{WEB}/providers/Microsoft.Storage/spaceships/one", "InvalidResourceType"),
        (f"{WEB}/providers/Contoso.Nothing/things/one", "InvalidResourceNamespace"),
        ("/providers/Microsoft.Storage/storageAccounts", "MissingSubscription"),
        ("/nothing/providers/Microsoft.Storage/storageAccounts", "MissingSubscription"),
        (f"/subscriptions/{THING}/resourceGroups", "SubscriptionNotFound"),
        (f"{PROD}/resourceGroups/nowhere", "ResourceGroupNotFound"),
        (f"{PROD}/resourceGroups/nowhere/providers/Microsoft.Storage/storageAccounts/one", "ResourceGroupNotFound"),
        (f"{STORES}/nowhere", "ResourceNotFound"),
        (f"{PROD}/providers/Microsoft.Resources/deployments/nowhere", "DeploymentNotFound"),
    ],
)
def test_what_is_not_there_is_named(town: Town, path: str, code: str) -> None:
    """2.1, 2.2: 404 has a code for each thing that may be missing."""
    reply = town.ask(OWNER, "GET", path, version="2021-04-01")

    assert (reply.status, reply.code) == (404, code)


def test_a_type_nobody_knows_is_refused_with_the_versions_of_its_namespace(town: Town) -> None:
    """2.1: `InvalidResourceType` names the namespace, the version asked for and those there are."""
    reply = town.ask(OWNER, "GET", f"{WEB}/providers/Microsoft.Storage/spaceships/one", version="2021-04-01")

    message = reply.json["error"]["message"]
    assert "in the namespace 'Microsoft.Storage' for api version '2021-04-01'" in message
    assert re.search(r"The supported api-versions are '\d{4}-\d\d-\d\d", message)


# --- 2.2 errors and the order of checks -----------------------------------------------------------------------------


def test_the_checks_come_in_the_order_of_the_contract(town: Town) -> None:
    """2.2: token, version there, subscription there, tenant admitted, version served, registered, rights, locks."""
    path = f"/subscriptions/{THING}/providers/Microsoft.ManagedServices/registrationDefinitions/x"
    send = town.house.send

    assert send("PUT", path, by=None).code in ("AuthenticationFailed", "SubscriptionNotFound")
    assert send("PUT", path, by="nonsense").code == "InvalidAuthenticationToken"
    assert send("PUT", path, by=OWNER).code == "MissingApiVersionParameter"
    assert send("PUT", f"{path}?api-version=1999-01-01", by=OWNER).code == "SubscriptionNotFound"
    own = path.replace(THING, PROD.rpartition("/")[2])
    assert send("PUT", f"{own}?api-version=1999-01-01", by=HEAD).code == "InvalidAuthenticationTokenTenant"
    assert send("PUT", f"{own}?api-version=1999-01-01", by=READER).code == "NoRegisteredProviderFound"
    unregistered = f"{TEST}/providers/Microsoft.ManagedServices/registrationDefinitions/{THING}"
    body = {"properties": {"managedByTenantId": FABRIKAM, "authorizations": []}}
    assert town.ask(OWNER, "PUT", unregistered, body, "2022-10-01").code == "MissingSubscriptionRegistration"
    registered = f"{MANAGED}/registrationDefinitions/{THING}"
    assert town.ask(READER, "PUT", registered, body, "2022-10-01").code == "AuthorizationFailed"


def test_a_refused_action_names_who_what_and_where(town: Town) -> None:
    """2.2: clients and people read client, object id, action and scope out of this one sentence."""
    reply = town.ask(READER, "DELETE", WEB, version="2021-04-01")

    assert reply.status == 403
    assert reply.json["error"] == {
        "code": "AuthorizationFailed",
        "message": f"The client 'reader@contoso.example' with object id '{town.object_id(READER)}' does not have authorization "
        "to perform action 'Microsoft.Resources/subscriptions/resourceGroups/delete' over scope "
        f"'{WEB}' or the scope is invalid. If access was recently granted, please refresh your credentials.",
    }


def test_an_unregistered_provider_is_the_last_quoted_word(town: Town) -> None:
    """1.6: clients register what they read between the last two quotes, and then try again; the details target it."""
    path = f"{TEST}/resourceGroups/spare/providers/Microsoft.Storage/storageAccounts/one"
    reply = town.ask(OWNER, "PUT", path, STORE, "2023-05-01")

    error = reply.json["error"]
    assert (reply.status, error["code"]) == (409, "MissingSubscriptionRegistration")
    assert re.findall(r".*'(.*)'", error["message"]) == ["Microsoft.Storage"]
    assert error["details"][0]["target"] == "Microsoft.Storage"


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("PUT", f"{PROD}/resourceGroups/new", {}, "LocationRequired"),
        ("PUT", f"{PROD}/resourceGroups/new", {"location": "atlantis"}, "LocationNotAvailableForResourceGroup"),
        ("PUT", f"{STORES}/store1", {}, "LocationRequired"),
        ("PUT", f"{STORES}/store1", b"{no json", "InvalidRequestContent"),
        ("PUT", f"{STORES}/store1", [], "InvalidRequestContent"),
        ("PUT", f"{STORES}/store%23", STORE, "InvalidResourceName"),
        ("GET", f"{PROD}/resources?$filter=colour eq 'red'", None, "InvalidFilterInQueryString"),
        ("GET", f"{PROD}/resources?$top=none", None, "InvalidQueryParameterValue"),
        ("GET", "/subscriptions/mine", None, "InvalidSubscriptionId"),
    ],
)
def test_a_request_that_makes_no_sense_has_a_code_of_its_own(
    town: Town, method: str, path: str, body: Any, code: str
) -> None:
    """2.2: 400 says which part was wrong."""
    reply = town.ask(OWNER, method, path.replace(" ", "%20"), body, "2021-04-01")

    assert (reply.status, reply.code) == (400, code)


def test_a_verb_that_is_not_served_is_not_allowed(town: Town) -> None:
    """2.2: 405 for a known type and an unknown verb."""
    assert town.ask(OWNER, "PATCH", f"{MANAGED}/registrationDefinitions/{THING}", {}, "2022-10-01").status == 405


# --- 2.3 headers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "path"), [("GET", PROD), ("HEAD", WEB), ("GET", f"{PROD}/resourceGroups/nowhere")])
def test_every_answer_has_the_headers_of_the_contract(town: Town, method: str, path: str) -> None:
    """2.3: successes and refusals alike; a body says what it is, a GET varies by encoding."""
    reply = town.ask(OWNER, method, path, version="2022-12-01")

    assert {name: reply.headers[name] for name in ("cache-control", "pragma", "expires")} == {
        "cache-control": "no-cache",
        "pragma": "no-cache",
        "expires": "-1",
    }
    assert reply.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    assert reply.headers["x-content-type-options"] == "nosniff"
    correlation = reply.headers["x-ms-correlation-request-id"]
    assert re.fullmatch(rf"[A-Z0-9]+:\d{{8}}T\d{{6}}Z:{correlation}", reply.headers["x-ms-routing-request-id"])
    assert reply.headers["x-ms-request-id"] != correlation
    if method == "GET":
        assert reply.headers["vary"] == "Accept-Encoding"
        assert reply.headers["content-type"] == "application/json; charset=utf-8"


def test_each_verb_and_scope_is_counted_by_itself(town: Town) -> None:
    """2.3: reads, writes and deletes of a subscription and of the tenant, each caller's own share and everybody's."""
    kinds = {
        "GET": ("subscription-reads", "subscription-global-reads"),
        "PUT": ("subscription-writes", "subscription-global-writes"),
        "DELETE": ("subscription-deletes", "subscription-global-deletes"),
    }
    for method, names in kinds.items():
        path = f"{STORES}/counted"
        before = town.ask(CONTRIBUTOR, method, path, STORE if method == "PUT" else None, "2023-05-01")
        after = town.ask(CONTRIBUTOR, method, path, STORE if method == "PUT" else None, "2023-05-01")
        for name in names:
            header = f"x-ms-ratelimit-remaining-{name}"
            assert int(before.headers[header]) == int(after.headers[header]) + 1, header
    first, second = (town.ask(CONTRIBUTOR, "GET", "/tenants", version="2022-12-01") for _ in range(2))
    header = "x-ms-ratelimit-remaining-tenant-reads"
    assert int(first.headers[header]) == int(second.headers[header]) + 1


# --- 2.4 paging -----------------------------------------------------------------------------------------------------


def _walk(town: Town, path: str, version: str, **headers: str) -> tuple[list[Any], int]:
    found, pages, link = [], 0, f"{path}{'&' if '?' in path else '?'}api-version={version}"
    while link:
        reply: Reply = town.house.send("GET", link, by=OWNER, headers=headers)
        assert reply.status == 200, reply.raw
        found += reply.json["value"]
        pages += 1
        following = reply.json.get("nextLink")
        host = headers.get("host", "localhost:8443")
        assert following is None or following.startswith(f"https://{host}/"), following
        assert following is None or "api-version=" in following
        link = following.removeprefix(f"https://{host}") if following else ""
    return found, pages


@pytest.mark.parametrize(
    ("path", "version", "top"),
    [
        (f"{PROD}/resourceGroups", "2021-04-01", "$top=1"),
        (f"{PROD}/resources", "2021-04-01", "$top=1"),
        (f"{WEB}/resources", "2021-04-01", "$top=1"),
        (f"{PROD}/providers", "2021-04-01", "$top=25"),
        (f"{PROD}/providers/Microsoft.Resources/deployments", "2022-09-01", "$top=1"),
        (f"{PROD}/providers/Microsoft.Insights/eventtypes/management/values", "2015-04-01", "$top=3"),
    ],
)
def test_pages_make_up_the_whole_list(town: Town, path: str, version: str, top: str) -> None:
    """2.4: following nextLink as given, on whatever host was asked, gives everything once; the last page has no link."""
    for n in range(2):
        town.ask(OWNER, "PUT", f"{STORES}/paged{n}", STORE, "2023-05-01")
        body = {"location": "westeurope", "properties": {"mode": "Incremental", "template": {
            "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
            "contentVersion": "1.0.0.0", "resources": []}}}  # fmt: skip
        town.ask(OWNER, "PUT", f"{PROD}/providers/Microsoft.Resources/deployments/paged{n}", body, "2022-09-01")

    whole, _ = _walk(town, path, version)
    parts, pages = _walk(town, f"{path}?{top}", version, host="arm.contoso.example:9443")

    assert pages > 1
    assert [one["id"] for one in parts] == [one["id"] for one in whole]


def test_a_filter_goes_along_from_page_to_page(town: Town) -> None:
    """2.4: the link keeps what was asked for."""
    for n in range(3):
        town.ask(OWNER, "PUT", f"{STORES}/filtered{n}", {**STORE, "tags": {"kept": "yes"}}, "2023-05-01")

    wanted = "$filter=tagName%20eq%20'kept'%20and%20tagValue%20eq%20'yes'"
    found, pages = _walk(town, f"{PROD}/resources?{wanted}&$top=2", "2021-04-01")

    assert ([one["name"] for one in found], pages) == (["filtered0", "filtered1", "filtered2"], 2)


def test_a_filter_may_be_empty(town: Town) -> None:
    """2.4: `az resource list` sends `$filter=`."""
    assert town.ask(OWNER, "GET", f"{PROD}/resources?$filter=", version="2024-11-01").status == 200


@pytest.mark.parametrize(
    "asked",
    [
        f"managedByTenantId eq '{FABRIKAM}'",
        f"managedByTenantId in ('{FABRIKAM}', '{THING}')",
        f"managedByTenantId in ({FABRIKAM}, {THING})",
        f"%24filter%3DmanagedByTenantId+eq+'{FABRIKAM}'",
    ],
)
def test_delegations_are_filtered_in_every_form_the_public_examples_have(town: Town, asked: str) -> None:
    """The examples of Microsoft.ManagedServices: plain, with and without quotes, and encoded twice with its own name."""
    town.delegate(WEB, {"principalId": town.object_id(HEAD), "roleDefinitionId": READER_ROLE}, name="filtered")
    path = f"{MANAGED}/registrationDefinitions"

    found = town.ask(OWNER, "GET", f"{path}?$filter={quote(asked)}", version="2022-10-01")
    others = town.ask(OWNER, "GET", f"{path}?$filter={quote(asked.replace(FABRIKAM, CONTOSO))}", version="2022-10-01")

    assert found.status == 200 and found.json["value"] != []
    assert (others.status, others.json["value"]) == (200, [])


@pytest.mark.parametrize(
    ("name", "status"),
    [("Azure", "Reserved"), ("azure-shop", "Allowed"), ("my-windows-vm", "Reserved"), ("LoginPage", "Reserved"),
     ("my-login", "Allowed"), ("web.config", "Reserved"), ("shop", "Allowed")],
)  # fmt: skip
def test_some_words_are_reserved_whole_some_anywhere_one_in_front(town: Town, name: str, status: str) -> None:
    """Documentation "Resolve errors for reserved resource names"."""
    body = {"name": name, "type": "Microsoft.Web/sites"}
    path = "/providers/Microsoft.Resources/checkResourceName"

    assert town.ask(READER, "POST", path, body, "2022-12-01").json["status"] == status


def test_a_list_shows_what_is_expanded(town: Town) -> None:
    """8.2: `$expand` adds times and state to a list of resources, and only those asked for."""
    plain = town.ask(OWNER, "GET", f"{WEB}/resources", version="2021-04-01").json["value"][0]
    expanded = town.ask(OWNER, "GET", f"{WEB}/resources?$expand=createdTime,provisioningState", version="2021-04-01")

    assert expanded.json["value"][0].keys() - plain.keys() == {"createdTime", "provisioningState"}


# --- 2.5 operations that take their time ----------------------------------------------------------------------------


def test_a_deletion_is_waited_for_at_its_location(town: Town) -> None:
    """2.5: 202 without a body, an absolute Location with its api-version, Retry-After a number above 0, then 200."""
    town.ask(OWNER, "PUT", f"{PROD}/resourceGroups/doomed", {"location": "westeurope"}, "2021-04-01")

    gone = town.ask(OWNER, "DELETE", f"{PROD}/resourceGroups/doomed", version="2021-04-01")

    assert (gone.status, gone.raw, gone.headers["retry-after"]) == (202, b"", "1")
    assert gone.headers["location"].startswith("https://localhost:8443/subscriptions/")
    polled = town.house.send("GET", gone.headers["location"].removeprefix("https://localhost:8443"), by=OWNER)
    assert polled.status in (200, 204) and "location" not in polled.headers


def test_a_deployment_is_waited_for_at_its_status(town: Town) -> None:
    """2.5: 201 with a body in a state that is not final, Azure-AsyncOperation, and a status that is always 200."""
    body = {"properties": {"mode": "Incremental", "template": {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "contentVersion": "1.0.0.0", "resources": []}}}  # fmt: skip
    path = f"{WEB}/providers/Microsoft.Resources/deployments/waited"
    town.house.busy = True

    started = town.ask(OWNER, "PUT", path, body, "2022-09-01")

    assert (started.status, started.headers["retry-after"]) == (201, "1")
    assert started.json["properties"]["provisioningState"] not in ("Succeeded", "Failed", "Canceled")
    status = started.headers["azure-asyncoperation"].removeprefix("https://localhost:8443")
    waiting = town.house.send("GET", status, by=OWNER)
    assert (waiting.status, waiting.headers["retry-after"]) == (200, "1")
    town.house.busy = False
    town.house.work()
    done = town.house.send("GET", status, by=OWNER)
    assert (done.status, done.json["status"]) == (200, "Succeeded") and "retry-after" not in done.headers
    assert town.ask(OWNER, "GET", path, version="2022-09-01").json["properties"]["provisioningState"] == "Succeeded"


def test_what_is_done_at_once_says_so(town: Town) -> None:
    """2.5: 201 with provisioningState Succeeded and no header ends a client's waiting before it begins."""
    body = {"properties": {"managedByTenantId": FABRIKAM, "registrationDefinitionName": "n", "authorizations": [
        {"principalId": town.object_id(HEAD), "roleDefinitionId": "acdd72a7-3385-48ef-bd42-f606fba81ae7"}]}}  # fmt: skip
    made = town.ask(OWNER, "PUT", f"{MANAGED}/registrationDefinitions/{named('clause', 'one')}", body, "2022-10-01")

    assert (made.status, made.json["properties"]["provisioningState"]) == (201, "Succeeded")
    assert not {"location", "azure-asyncoperation", "retry-after"} & made.headers.keys()


# --- 2.6 and 2.7 ----------------------------------------------------------------------------------------------------


def test_tags_of_a_resource_decide_who_may_write(town: Town) -> None:
    """2.6: no tag writes; `*` demands that there is or is not something; a stale tag is refused; deleting nothing is 204."""
    path, version = f"{STORES}/tagged", "2023-05-01"

    assert town.ask(OWNER, "PUT", path, STORE, version, if_match="*").status == 412
    made = town.ask(OWNER, "PUT", path, STORE, version, if_none_match="*")
    assert made.status == 201 and made.headers["etag"] == made.json["etag"]
    assert town.ask(OWNER, "PUT", path, STORE, version, if_none_match="*").code == "PreconditionFailed"
    changed = {**STORE, "tags": {"a": "b"}}
    assert town.ask(OWNER, "PUT", path, changed, version, if_match='"stale"').status == 412
    assert town.ask(OWNER, "PATCH", path, {"tags": {"c": "d"}}, version, if_match='"stale"').status == 412
    assert town.ask(OWNER, "DELETE", path, None, version, if_match='"stale"').status == 412
    assert town.ask(OWNER, "PUT", path, changed, version, if_match=made.headers["etag"]).status == 200
    assert town.ask(OWNER, "DELETE", path, None, version).status == 200
    assert town.ask(OWNER, "DELETE", path, None, version).status == 204


def test_who_wrote_something_is_told_to_the_seventh_digit(town: Town) -> None:
    """2.7: systemData names who and when, seven fractional digits and a Z; older versions of a provider have none."""
    shown = town.ask(OWNER, "GET", VM, version="2024-07-01").json["systemData"]

    assert shown.keys() == {
        "createdBy", "createdByType", "createdAt", "lastModifiedBy", "lastModifiedByType", "lastModifiedAt",
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", shown["createdAt"])


def test_head_says_whether_something_is_there(town: Town) -> None:
    """8.2: HEAD is 204 or 404, never with a body."""
    for path, version, status in (
        (WEB, "2021-04-01", 204),
        (f"{PROD}/resourceGroups/nowhere", "2021-04-01", 404),
        (VM, "2024-07-01", 204),
        (f"{STORES}/nowhere", "2023-05-01", 404),
        (f"{PROD}/providers/Microsoft.Resources/deployments/nowhere", "2022-09-01", 404),
    ):
        reply = town.ask(OWNER, "HEAD", path, version=version)
        assert (reply.status, reply.raw) == (status, b""), path


def test_a_tenant_is_found_without_a_token(town: Town) -> None:
    """2.2: the challenge of an existing subscription names its home tenant, in quotes that a parser can read."""
    reply = town.house.send("GET", f"{PROD}?api-version=2022-12-01")

    assert re.search(rf'authorization_uri="https://[^"]+/{CONTOSO}"', reply.headers["www-authenticate"])
    assert (
        'error="invalid_token"' in reply.headers["www-authenticate"]
        and "claims=" not in reply.headers["www-authenticate"]
    )


@pytest.mark.parametrize(
    ("subscription_id", "method", "most", "code"),
    [
        ("s", "GET", READS, "SubscriptionRequestsThrottled"),
        ("s", "PUT", WRITES, "SubscriptionRequestsThrottled"),
        ("s", "DELETE", DELETES, "SubscriptionRequestsThrottled"),
        (None, "GET", READS, "TenantRequestsThrottled"),
        (None, "DELETE", WRITES, "TenantRequestsThrottled"),
    ],
)
def test_past_the_share_of_an_hour_one_waits_for_the_next(
    subscription_id: str | None, method: str, most: int, code: str
) -> None:
    """2.2, 2.3: 429 with the seconds until the hour is over; another caller and the next hour are not concerned."""
    throttle = Throttle(refuse=True)
    for _ in range(most + 1):
        throttle.count("me", subscription_id, method, 7200.0)

    with pytest.raises(Throttled) as refused:
        throttle.count("me", subscription_id, method, 7200.0 + 3000)

    assert (refused.value.code, refused.value.retry_after) == (code, 601)
    throttle.count("somebody else", subscription_id, method, 7200.0 + 3000)
    throttle.count("me", subscription_id, method, 7200.0 + 3600)
