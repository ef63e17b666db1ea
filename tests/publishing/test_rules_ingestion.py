"""The Product Ingestion API, rule by rule: each of the thirteen codes on the wire, references, targets, limits.

Ids such as P9.3-invalidId are the section of the publisher's contract and what it names there.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.publishing import configuring, jobs, store, workflow
from lightkeeper.publishing.configuring import ERROR_CODES
from lightkeeper.publishing.ingestion.names import (
    DURABLE_ID,
    SCHEMA_HOSTS,
    VERSION,
    VERSIONS,
    plan_guid,
    product_guid,
    schema,
    schema_parts,
)
from lightkeeper.wire.ingestion.routes import PREFIX, ingestion_routes
from lightkeeper.wire.partner.desk import PartnerDesk
from tests.conftest import OpenGate
from tests.databases import furnish
from tests.publishing.conftest import DEVELOPER, Desk, publisher_in
from tests.publishing.offers import PRIVATE_SUBSCRIPTION, good_offer, with_private_plan

GUID = product_guid("fabrikam", "managed-operations")
PRODUCT = f"product/{GUID}"
OTHER = "66666666-6666-4666-8666-{:012d}"


class Api:
    """A client of the API, over an office in which the offer with its private plan is live."""

    def __init__(self, office: Office) -> None:
        self.office, self.number = office, 0
        app = Starlette(routes=ingestion_routes(PartnerDesk(office, lambda token: DEVELOPER)))
        self.client = TestClient(app, raise_server_exceptions=False)
        self.client.headers["authorization"] = "Bearer developer"

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(f"{PREFIX}/{path}", params={"$version": VERSION, **query}).json()

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"{PREFIX}/{path}", params={"$version": VERSION}, json=body)

    def accept(self, *resources: dict[str, Any]) -> str:
        answer = self.post("configure", {"$schema": schema("configure"), "resources": list(resources)})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["jobId"])

    def done(self, *resources: dict[str, Any]) -> Any:
        """Send a job, let the work be done, and return its status."""
        job = self.accept(*resources)
        configuring.run_job(self.office, job)
        return self.get(f"configure/{job}/status")

    def code(self, *resources: dict[str, Any]) -> str:
        """The code with which a job fails; empty when it does not."""
        status = self.done(*resources)
        return str(status["errors"][0]["code"]) if status["errors"] else ""

    def fresh(self) -> str:
        """An id nobody has taken."""
        self.number += 1
        return f"offer-{self.number}"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('ingestion')}/lightkeeper.db", durable=False)
    furnish(database)
    office = Office(database, Clock(), OpenGate())
    publisher_in(office)
    Desk(office).live(with_private_plan(good_offer()))
    yield Api(office)
    database.close()


def of(resource: str, **fields: Any) -> dict[str, Any]:
    return {"$schema": schema(resource), **fields}


def product(own: str, **fields: Any) -> dict[str, Any]:
    return of("product", identity={"externalId": own}, type="managedService", alias="Alias", **fields)


def plan(own: str, **fields: Any) -> dict[str, Any]:
    return of("plan", **{"product": PRODUCT, "identity": {"externalId": own}, "alias": "Alias", **fields})


def availability(**fields: Any) -> dict[str, Any]:
    return of(
        "price-and-availability-plan", product=PRODUCT, plan={"externalId": "vip"}, **{"audience": "private", **fields}
    )


def submission(target: str, **fields: Any) -> dict[str, Any]:
    return of("submission", product=PRODUCT, target={"targetType": target}, **fields)


def business(api: Api) -> str:
    return api.code(availability(pricing={"licenseModel": "payAsYouGo"}))


def too_many(api: Api) -> str:
    return api.code(*(plan(f"p{n}") for n in range(101)))


def invalid_id(api: Api) -> str:
    return api.code(product("-"))


def entity_status(api: Api) -> str:
    return api.code(plan("vip", lifecycleState="deleted"))


def invalid_request(api: Api) -> str:
    update = of(
        "price-and-availability-update-private-audiences",
        product=PRODUCT,
        plan={"externalId": "vip"},
        privateAudiences={"add": []},
    )
    return api.code(update, submission("preview"))


def invalid_resource(api: Api) -> str:
    return api.code({"$schema": "https://example.com/schema/product/2022-07-01"})


def invalid_state(api: Api) -> str:
    return api.code(submission("live", id=f"submission/{GUID}/99"))


def not_deployed(api: Api) -> str:
    own = api.fresh()
    api.done(product(own))
    return str(api.get(f"resource-tree/product/{product_guid('fabrikam', own)}", targetType="live")["error"]["code"])


def not_supported(api: Api) -> str:
    return api.code(of("virtual-machine-plan-technical-configuration", product=PRODUCT))


def canceled(api: Api) -> str:
    job = api.accept(product(api.fresh()))
    assert api.post(f"configure/{job}/cancel").json()["jobResult"] == "cancelled"
    return str(api.get(f"configure/{job}/status")["errors"][0]["code"])


def locked(api: Api) -> str:
    desk = Desk(api.office)
    running = desk.submit()
    try:
        return api.code(plan("later"))
    finally:
        workflow.run_preview(api.office, running)
        desk.sign_off()
        workflow.run_live(api.office, running)


def not_found(api: Api) -> str:
    return api.code(of("listing", product={"externalId": "nothing"}, languageId="en-us"))


def schema_fault(api: Api) -> str:
    return api.code(of("product", identity={"externalId": api.fresh()}, type="managedService"))


@pytest.mark.parametrize(
    ("contract", "provoke"),
    [
        ("P9.3-businessValidationError", business),
        ("P9.3-collectionLimitExceeded", too_many),
        ("P9.3-invalidId", invalid_id),
        ("P9.3-invalidEntityStatus", entity_status),
        ("P9.3-invalidRequest", invalid_request),
        ("P9.3-invalidResource", invalid_resource),
        ("P9.3-invalidState", invalid_state),
        ("P9.3-notDeployed", not_deployed),
        ("P9.3-notSupported", not_supported),
        ("P9.3-operationCanceled", canceled),
        ("P9.3-productLocked", locked),
        ("P9.3-resourceNotFound", not_found),
        ("P9.3-schemaValidationError", schema_fault),
    ],
)
def test_each_of_the_thirteen_codes_is_heard_on_the_wire(
    api: Api, contract: str, provoke: Callable[[Api], str]
) -> None:
    """Section 9.3: there are no others."""
    assert len(ERROR_CODES) == 13

    assert f"P9.3-{provoke(api)}" == contract


@pytest.mark.parametrize(
    ("contract", "within", "beyond", "code"),
    [
        ("P9.3-product", product("alias-120") | {"alias": "a" * 120}, product("alias-121") | {"alias": "a" * 121}, "schemaValidationError"),
        ("P9.3-plan", plan("a125", alias="a" * 125), plan("a126", alias="a" * 126), "schemaValidationError"),
        ("P9.3-plan", plan("-_9"), plan("Not an id"), "invalidId"),
        ("P9.3-plan", plan("x" * 50), plan("x" * 51), "invalidId"),
        ("P9.3-references", product("local-50") | {"resourceName": "n" * 50}, product("local-51") | {"resourceName": "n" * 51}, "invalidId"),
        ("P2.6-label", availability(privateAudiences=[{"type": "subscription", "id": PRIVATE_SUBSCRIPTION, "label": "l" * 1000}]),
         availability(privateAudiences=[{"type": "subscription", "id": PRIVATE_SUBSCRIPTION, "label": "l" * 1001}]), "schemaValidationError"),
        ("P2.6-audience-type", availability(privateAudiences=[{"type": "subscription", "id": PRIVATE_SUBSCRIPTION}]),
         availability(privateAudiences=[{"type": "tenant", "id": PRIVATE_SUBSCRIPTION}]), "schemaValidationError"),
        ("P9.3-sync", of("price-and-availability-update-private-audiences", product=PRODUCT, plan={"externalId": "vip"},
                                   privateAudiences={"add": [{"type": "subscription", "id": OTHER.format(1), "label": "l" * 1000}]}),
         of("price-and-availability-update-private-audiences", product=PRODUCT, plan={"externalId": "vip"},
            privateAudiences={"add": [{"type": "tenant", "id": OTHER.format(2)}]}), "schemaValidationError"),
        ("P2.6-byol", availability(pricing={"licenseModel": "byol"}), availability(pricing={"licenseModel": "payAsYouGo"}), "businessValidationError"),
        ("P2.6-hide", availability(visibility="visible"), availability(visibility="hidden"), "notSupported"),
        ("P0-5", of("price-and-availability-offer", product=PRODUCT, previewAudiences=[{"type": "subscription", "id": OTHER.format(n)} for n in range(100)]),
         of("price-and-availability-offer", product=PRODUCT, previewAudiences=[{"type": "subscription", "id": OTHER.format(n)} for n in range(101)]), "collectionLimitExceeded"),
        ("P2.3-standard-contract", of("property", product=PRODUCT, categories={"devops": []}, termsConditions="custom", termsOfUse="x"),
         of("property", product=PRODUCT, categories={"devops": []}, termsConditions="standardMicrosoft"), "notSupported"),
        ("P2.7-not-applicable", of("commercial-marketplace-setup", product=PRODUCT, enableTestDrive=False),
         of("commercial-marketplace-setup", product=PRODUCT, enableTestDrive=True), "notSupported"),
        ("P2.7-not-applicable", of("reseller", product=PRODUCT, resellerChannelState="none"),
         of("reseller", product=PRODUCT, resellerChannelState="all"), "notSupported"),
        ("P4-type", product("a-type"), product("a-type") | {"type": "azureApplication"}, "notSupported"),
    ],
)  # fmt: skip
def test_what_a_resource_may_hold(api: Api, contract: str, within: Any, beyond: Any, code: str) -> None:
    """The last value a resource takes, and the first it does not."""
    assert api.code(within) == "", contract
    assert api.code(beyond) == code, contract


def test_p9_3_ten_thousand_rows_and_no_more(api: Api) -> None:
    """P0-4 over the API: collectionLimitExceeded beyond the limit of a file."""
    many = [{"type": "subscription", "id": OTHER.format(n)} for n in range(10_001)]

    assert api.code(availability(privateAudiences=many)) == "collectionLimitExceeded"


def test_p9_3_both_hosts_and_every_version_of_the_schemas() -> None:
    """P9.3-schema: the old host still works; a version is a date, perhaps a preview with its number."""
    for host in SCHEMA_HOSTS:
        for version in VERSIONS:
            assert schema_parts(f"{host}product/{version}") == ("product", version)
    assert len(SCHEMA_HOSTS) == 2
    for wrong in (
        "product",
        f"{SCHEMA_HOSTS[0]}product",
        f"{SCHEMA_HOSTS[0]}product/latest",
        "http://x/product/2022-07-01",
    ):
        assert schema_parts(wrong) is None


def test_p9_3_durable_ids_have_one_form() -> None:
    """P9.3-durable-id: a type, then ids, in lower case."""
    for good in (PRODUCT, f"plan/{GUID}/{GUID}", f"submission/{GUID}/12", f"customer-leads/{GUID}"):
        assert DURABLE_ID.fullmatch(good)
    for wrong in ("product", f"Product/{GUID}", f"1product/{GUID}", f"product/{GUID}/Ä"):
        assert DURABLE_ID.fullmatch(wrong) is None


def test_p9_3_a_name_of_the_payload_is_good_inside_it_only(api: Api) -> None:
    """P9.3-references: three forms; a local name is not kept, and two resources do not share one."""
    own = api.fresh()
    assert api.code(product(own, resourceName="here"), plan("a", product={"resourceName": "here"})) == ""
    assert api.code(plan("b", product={"externalId": own})) == ""
    assert api.code(plan("c", product=f"product/{product_guid('fabrikam', own)}")) == ""

    assert api.code(plan("d", product={"resourceName": "here"})) == "invalidId"
    assert api.code(product(own, resourceName="x"), product(api.fresh(), resourceName="x")) == "invalidId"


def test_p12_one_request_says_once_what_a_product_or_a_plan_is(api: Api) -> None:
    """P12-duplicate-id: the second resource of an id would overwrite what the first one said."""
    own, other = api.fresh(), api.fresh()
    assert api.code(product(own), product(own) | {"alias": "Twice"}) == "invalidId"
    assert (
        api.code(product(own), plan("a", product={"externalId": own}), plan("a", product={"externalId": own}))
        == "invalidId"
    )
    here, there = (plan("a", product={"externalId": each}) for each in (own, other))
    assert api.code(product(own), product(other), here, there) == ""


def test_p9_3_a_reference_is_to_what_it_says(api: Api) -> None:
    """P9.3-references: a plan is one of the product beside it, and an id is that of the resource that carries it."""
    own, other = api.fresh(), api.fresh()
    api.done(product(own), product(other))
    theirs = plan("theirs", product={"externalId": other}, resourceName="theirs")
    mine = of("plan-listing", product={"externalId": own}, plan={"resourceName": "theirs"}, summary="Taken")
    assert api.code(theirs, mine) == "invalidId"

    guid, vip = product_guid("fabrikam", own), plan_guid("fabrikam", "managed-operations", "vip")
    assert api.code(plan("vip", id=f"plan/{GUID}/{vip}")) == ""
    for stray in (plan("other", id=f"plan/{GUID}/{vip}"), plan("vip", id=f"plan/{guid}/{vip}"), plan("vip", id="vip")):
        assert api.code(stray) == "invalidId"
    for value, code in ((12345, "schemaValidationError"), ("Upper-Case", "invalidId"), (None, "schemaValidationError")):
        assert api.code(product(own) | {"identity": {"externalId": value}}) == code


def test_p9_3_a_detail_names_everything_by_its_durable_id(api: Api) -> None:
    """P9.3-detail: whatever the request called it, so that the next request need not look it up."""
    own = api.fresh()
    job = api.accept(
        of("plan-listing", product={"resourceName": "p"}, plan={"externalId": "one"}, summary="One"),
        plan("one", product={"resourceName": "p"}),
        product(own, resourceName="p"),
    )
    configuring.run_job(api.office, job)

    listing, made, root = api.get(f"configure/{job}")["resources"]

    assert (root["id"], made["product"], listing["plan"]) == (made["product"], root["id"], made["id"])
    assert [api.get(one["id"])["id"] for one in (root, made, listing)] == [root["id"], made["id"], listing["id"]]


def test_p9_3_version_is_the_latest_an_answer_may_have(api: Api) -> None:
    """P9.3-version: `$version` is a maximum; a client of a preview is not answered in a later version."""
    for asked, spoken in (("2022-03-01-preview4", "2022-03-01-preview4"), ("2031-01-01", VERSION)):
        answer = api.get(f"resource-tree/product/{GUID}", **{"$version": asked})
        versions = {one["$schema"].split("/")[-1] for one in (answer, *answer["resources"])}
        assert versions == {spoken}


def test_p9_3_a_job_that_arrived_stays_so(api: Api) -> None:
    """P9.3-configure: a later preview takes the place of the first one, and the first job succeeded all the same."""
    desk = Desk(api.office)
    desk.save(with_private_plan(good_offer()))
    job = api.accept(submission("preview"))
    configuring.run_job(api.office, job)
    with api.office.database.read() as connection:
        found = jobs.find(connection, job)
    assert found is not None
    workflow.run_preview(api.office, str(found.submission_id))
    before = api.get(f"configure/{job}/status")

    workflow.run_preview(api.office, desk.submit())

    assert (before["jobStatus"], before["jobResult"]) == ("completed", "succeeded")
    assert api.get(f"configure/{job}/status") == before
    workflow.run_live(api.office, desk.sign_off())


def test_p9_3_a_product_is_found_by_its_id_without_a_search(api: Api) -> None:
    """The durable id stands in a column of its own, and comes of publisher and offer."""
    with api.office.database.read() as connection:
        found = store.find_product(connection, GUID.upper())
        assert store.find_product(connection, OTHER.format(0)) is None

    assert found is not None
    assert (found.publisher_id, found.id) == ("fabrikam", "managed-operations")


def test_p9_3_what_a_tree_shows_in_each_target(api: Api) -> None:
    """P9.3-tree, P9.3-submission: draft, preview and live; the draft's submission is number 0."""
    for target in ("draft", "preview", "live"):
        tree = api.get(f"resource-tree/product/{GUID}", targetType=target)
        kinds = {one["$schema"].split("/")[-2] for one in tree["resources"]}
        assert {"product", "plan", "listing", "managed-service-plan-technical-configuration", "submission"} <= kinds
    [draft] = api.get(f"submission/{GUID}", targetType="draft")["value"]

    assert draft["id"] == f"submission/{GUID}/0"
    assert api.get(f"resource-tree/product/{GUID}", targetType="flight")["error"]["code"] == "invalidRequest"


def test_p9_3_one_resource_is_read_from_the_draft(api: Api) -> None:
    """P9.3-resource: by its own address; what there is none of is not found."""
    listing = api.get(f"listing/{GUID}/main")
    guid = plan_guid("fabrikam", "managed-operations", "vip")

    assert listing["title"] == good_offer()["listing"]["name"]
    assert api.get(f"plan/{GUID}/{guid}")["identity"] == {"externalId": "vip"}
    assert api.get(f"listing/{GUID}/other")["error"]["code"] == "resourceNotFound"


def test_p9_3_a_job_ends_as_the_contract_writes_it(api: Api) -> None:
    """P9.3-configure: notStarted and pending at first, with the end of time's beginning as its end; completed, succeeded."""
    accepted = api.post("configure", {"$schema": schema("configure"), "resources": [product(api.fresh())]}).json()
    assert (accepted["jobStatus"], accepted["jobResult"], accepted["errors"]) == ("notStarted", "pending", [])
    assert accepted["jobEnd"] == "0001-01-01T00:00:00"
    assert api.get(f"configure/{accepted['jobId']}")["error"]["code"] == "invalidState"

    configuring.run_job(api.office, accepted["jobId"])

    done = api.get(f"configure/{accepted['jobId']}/status")
    assert (done["jobStatus"], done["jobResult"]) == ("completed", "succeeded")
    late = api.post(f"configure/{accepted['jobId']}/cancel")
    assert (late.status_code, late.json()["error"]["code"]) == (400, "badRequest")


def test_p9_3_an_end_of_sale_is_announced_on_the_live_submission(api: Api) -> None:
    """P9.3-lifecycle: it shows in the live tree, on the product and its submission, and in no other target."""
    [live] = api.get(f"submission/{GUID}", targetType="live")["value"]
    ending = {"lifecycleState": "deprecated", "deprecationSchedule": {"dateOffset": "P30D", "reason": "endOfSupport"}}
    assert api.code(submission("preview", id=live["id"], **ending)) == "invalidState"
    for reason in ("criticalSecurityIssue", "endOfSupport", "other"):
        schedule = {"dateOffset": "P30D", "reason": reason}
        assert api.code(submission("live", id=live["id"], **(ending | {"deprecationSchedule": schedule}))) == ""
    worse = {"deprecationSchedule": {"reason": "boredom"}}
    assert api.code(submission("live", id=live["id"], **(ending | worse))) == "schemaValidationError"

    def states(target: str) -> set[str]:
        tree = api.get(f"resource-tree/product/{GUID}", targetType=target)["resources"]
        return {one["lifecycleState"] for one in tree if one["$schema"].split("/")[-2] in ("product", "submission")}

    assert (states("draft"), states("live")) == ({"generallyAvailable"}, {"deprecated"})
    Desk(api.office).live(with_private_plan(good_offer()))
    assert states("live") == {"generallyAvailable"}
