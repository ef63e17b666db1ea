"""Values a database may choke on: too long for a column, characters that text cannot hold, numbers too large.

SQLite takes a text of any length and any character, PostgreSQL does not; people must not notice which one is there. Every
request here is answered, with the value kept as it was said or with a refusal, never with a fault of ours.
"""

from typing import Any

import httpx2
import pytest

from lightkeeper.kernel import ids
from tests.stories.cast import ARM_DEPLOYMENTS, ARM_GROUPS, ARM_MACHINES, ARM_MANAGED, MANAGED, READER, Cast

LONG = "x" * 3000
WORDS = "many words " * 300
NUL, WIDE = "a\x00b", "naïve \U0001f600 \u202e"
HARD = {"long": LONG, "words": WORDS, "nul": NUL, "wide": WIDE, "empty": "", "spaces": "   "}


@pytest.fixture(params=HARD)
def value(request: pytest.FixtureRequest) -> str:
    """One hard value after the other."""
    return HARD[request.param]


def fine(answer: httpx2.Response) -> httpx2.Response:
    """The answer, which is no fault of ours."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.json()["error"]["code"], answer.text
    return answer


def test_in_a_resource_group(cast: Cast, value: str) -> None:
    """Name, location, tags, `managedBy`."""
    base = f"{cast.subscription('prod')}/resourceGroups"
    for body in (
        {"location": value},
        {"location": "westeurope", "tags": {"a": value}},
        {"location": "westeurope", "tags": {value: "a"}},
        {"location": "westeurope", "managedBy": value},
    ):
        fine(cast.owner.ask("PUT", f"{base}/hard", body, ARM_GROUPS))
    fine(cast.owner.ask("PUT", f"{base}/{LONG[:200]}", {}, ARM_GROUPS))
    kept = cast.owner.ask("PUT", f"{base}/tagged", {"location": "westeurope", "tags": {"a": WIDE}}, ARM_GROUPS)
    assert kept.json()["tags"] == {"a": WIDE}


def test_in_a_resource(cast: Cast, value: str) -> None:
    """Everything a client may say about a resource of any type."""
    fields: list[dict[str, Any]] = [
        {"location": value},
        {"kind": value},
        {"tags": {"a": value}},
        {"sku": {"name": value}},
        {"plan": {"name": value, "publisher": value, "product": value}},
        {"zones": [value]},
        {"managedBy": value},
        {"properties": {"text": value, value: 1}},
        {"properties": {"number": 10**18, "fraction": 1e300}},
        {"extendedLocation": {"name": value, "type": "EdgeZone"}},
    ]
    for number, more in enumerate(fields):
        path = cast.machine("prod", "web", f"hard{number}")
        fine(cast.owner.ask("PUT", path, {"location": "westeurope", "properties": {}, **more}, ARM_MACHINES))
    for name in (LONG[:400], "a%00b", "%F0%9F%98%80"):
        fine(cast.owner.ask("PUT", cast.machine("prod", "web", name), {"location": "westeurope"}, ARM_MACHINES))
        fine(cast.owner.ask("GET", cast.machine("prod", "web", name), version=ARM_MACHINES))
    fine(cast.owner.ask("GET", cast.machine("prod", "web", "vm1"), version=f"2024-07-01-{'x' * 60}"))
    fine(cast.owner.ask("PUT", cast.machine("prod", "web", "v"), {"location": "westeurope"}, f"2024-07-01-{'x' * 60}"))


def test_in_a_role_assignment(cast: Cast, value: str) -> None:
    """Description, condition, principal, role, name."""
    base = f"{cast.subscription('prod')}/providers/Microsoft.Authorization/roleAssignments"
    good = {"roleDefinitionId": READER, "principalId": cast.user("customer", "nobody")}
    for number, more in enumerate(
        (
            {"description": value},
            {"condition": value, "conditionVersion": "2.0"},
            {"condition": "true", "conditionVersion": value},
            {"principalId": value},
            {"roleDefinitionId": value},
            {"principalType": value},
            {"delegatedManagedIdentityResourceId": value},
        )
    ):
        path = f"{base}/{ids.guid_of(cast.name, str(number))}"
        fine(cast.owner.ask("PUT", path, {"properties": {**good, **more}}, "2022-04-01"))
        fine(cast.owner.ask("DELETE", path, version="2022-04-01"))
    fine(cast.owner.ask("PUT", f"{base}/{LONG[:300]}", {"properties": good}, "2022-04-01"))


def test_in_a_registration(cast: Cast, value: str) -> None:
    """Definition and assignment, as a template's author may write them."""
    base = f"{cast.subscription('prod')}/providers/{MANAGED}"
    row = {"principalId": cast.group("outer"), "roleDefinitionId": READER}
    good = {
        "registrationDefinitionName": "By hand",
        "managedByTenantId": cast.tenant("msp"),
        "authorizations": [row],
    }
    plan = {"name": "operations", "publisher": cast.name, "product": "care", "version": "1.0.0"}
    for number, (more, top) in enumerate(
        (
            ({"registrationDefinitionName": value}, {}),
            ({"description": value}, {}),
            ({"managedByTenantId": value}, {}),
            ({"authorizations": [{**row, "principalIdDisplayName": value}]}, {}),
            ({"authorizations": [{**row, "principalId": value}]}, {}),
            ({"authorizations": [{**row, "roleDefinitionId": value}]}, {}),
            *(({}, {"plan": {**plan, part: value}}) for part in plan),
        )
    ):
        path = f"{base}/registrationDefinitions/{ids.guid_of(cast.name, str(number))}"
        fine(cast.owner.ask("PUT", path, {"properties": {**good, **more}, **top}, ARM_MANAGED))
    cast.register("prod")
    path = f"{base}/registrationAssignments/{ids.guid_of(cast.name)}"
    for said in (value, f"{base}/registrationDefinitions/{value}"):
        fine(cast.owner.ask("PUT", path, {"properties": {"registrationDefinitionId": said}}, ARM_MANAGED))


def test_in_an_offer(cast: Cast, value: str) -> None:
    """A draft may be as incomplete as its author likes: it is saved or refused, and checked either way."""
    publisher = cast.person("msp", "publisher")
    for number, (section, key) in enumerate(
        (("offer", "alias"), ("listing", "name"), ("listing", "description"), ("properties", "terms"), ("offer", "id"))
    ):
        offer = cast.offer()
        place = f"publishers/{cast.name}/offers/hard{number}"
        offer["offer"]["id"] = f"hard{number}"
        offer[section][key] = value
        fine(publisher.partner("PUT", place, {"definition": offer}))
        fine(
            publisher.partner("POST", f"{place}/publish", {"metadata": {"notes": value, "notification-emails": value}})
        )
        fine(publisher.partner("POST", f"{place}/check", {}))
    offer = cast.offer()
    offer["plans"][0]["id"] = value
    offer["plans"][1]["manifest"]["version"] = value
    fine(publisher.partner("PUT", cast.place, {"definition": offer}))
    fine(publisher.partner("POST", f"{cast.place}/publish", {}))
    fine(publisher.partner("PUT", f"publishers/{cast.name}/offers/{LONG[:200]}", {"definition": cast.offer()}))
    audience = {"planId": value, "add": [{"subscriptionId": cast.id("prod"), "description": value}]}
    fine(publisher.partner("POST", f"{cast.place}/audience", audience))


def test_in_a_deployment(cast: Cast, value: str) -> None:
    """Name, location, tags, parameters, outputs."""
    base = f"{cast.subscription('prod')}/providers/Microsoft.Resources/deployments"
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
        "contentVersion": "1.0.0.0",
        "parameters": {"said": {"type": "string"}},
        "resources": [],
        "outputs": {"said": {"type": "string", "value": "[parameters('said')]"}},
    }
    properties = {"mode": "Incremental", "template": template, "parameters": {"said": {"value": value}}}
    fine(cast.owner.ask("PUT", f"{base}/hard", {"location": "westeurope", "properties": properties}, ARM_DEPLOYMENTS))
    more = {"tags": {"a": value}, "location": value}
    fine(cast.owner.ask("PUT", f"{base}/hard2", {"properties": properties, **more}, ARM_DEPLOYMENTS))
    fine(
        cast.owner.ask(
            "PUT", f"{base}/{LONG[:200]}", {"location": "westeurope", "properties": properties}, "2022-09-01"
        )
    )
    debug = {"debugSetting": {"detailLevel": value}}
    fine(
        cast.owner.ask(
            "PUT", f"{base}/hard3", {"location": "westeurope", "properties": {**properties, **debug}}, ARM_DEPLOYMENTS
        )
    )


def test_in_what_is_searched_for(cast: Cast, value: str) -> None:
    """Filters, words, headers and the portal's bodies."""
    quoted = str(httpx2.QueryParams({"q": value}))[2:]
    for path in (f"storefront?words={quoted}", f"storefront?category={quoted}", f"storefront?subscription={quoted}"):
        fine(cast.owner.portal("GET", path))
    for body in (
        {"scopes": [value], "consent": True},
        {"scopes": [f"{cast.subscription('prod')}/{value}"], "consent": True},
    ):
        fine(cast.owner.portal("POST", f"service-providers/{cast.name}.care.operations/delegate", body))
    fine(cast.owner.portal("POST", f"{cast.plan()}/accept", {"subscription": value}))
    log = f"{cast.subscription('prod')}/providers/microsoft.insights/eventtypes/management/values?$filter={quoted}"
    fine(cast.owner.ask("GET", log, version="2015-04-01"))
    fine(cast.owner.ask("GET", f"{cast.subscription('prod')}/resources?$filter={quoted}", version=ARM_GROUPS))
    fine(cast.owner.ask("GET", f"{cast.subscription('prod')}/resources?$skiptoken={quoted}", version=ARM_GROUPS))
    path = f"{cast.subscription('prod')}/resourceGroups/headed"
    said = {"x-ms-correlation-request-id": "x" * 400, "x-ms-client-request-id": "y" * 4000, "user-agent": "z" * 4000}
    fine(cast.owner.ask("PUT", path, {"location": "westeurope"}, ARM_GROUPS, **said))


def test_in_a_world(cast: Cast, value: str) -> None:
    """A world file is refused or applied."""
    for world in (
        {"tenants": {value: {}}},
        {"tenants": {f"{cast.name}-t": {"displayName": value, "domain": f"{cast.name}-t.example"}}},
        {"tenants": {f"{cast.name}-u": {"users": {value: {"password": "p"}}}}},
        {"tenants": {f"{cast.name}-v": {"users": {"a": {"displayName": value, "mail": value}}}}},
        {"tenants": {f"{cast.name}-w": {"groups": {"g": {"displayName": value, "description": value}}}}},
        {"tenants": {f"{cast.name}-x": {}}, "subscriptions": {value: {"tenant": f"{cast.name}-x"}}},
        {
            "tenants": {f"{cast.name}-y": {}},
            "publishers": {f"{cast.name}y"[:50]: {"tenant": f"{cast.name}-y", "displayName": value}},
        },
        {"tenants": {f"{cast.name}-z": {}}, "managementGroups": {value: {"tenant": f"{cast.name}-z"}}},
    ):
        key = (cast.server.data / "operator.key").read_text().strip()
        fine(
            cast.server.send(
                "POST",
                f"{cast.server.ready['login']}/operator/world",
                json=world,
                headers={"authorization": f"Bearer {key}"},
            )
        )


def test_half_of_a_character_is_refused(cast: Cast) -> None:
    """JSON can spell half a surrogate pair; no text can hold it."""
    url = f"{cast.server.ready['arm']}{cast.subscription('prod')}/resourceGroups/half?api-version={ARM_GROUPS}"
    token = cast.server.token(cast.owner.user, cast.owner.password, cast.owner.tenant)
    content = b'{"location": "westeurope", "tags": {"a": "x\\ud800y"}}'

    answer = cast.server.send(
        "PUT", url, content=content, headers={"authorization": f"Bearer {token}", "content-type": "application/json"}
    )

    assert fine(answer).status_code in (200, 201, 400)
