"""Where, by whom and how often a definition is given: the rules that the stories do not tell, each by its number."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lightkeeper.access.decide import decide
from lightkeeper.access.facts import DefinitionSet, Delegated, SubscriptionPlaced
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.model import CONTRIBUTOR, PermissionBlock, Role, RoleId, Subject
from lightkeeper.access.roles import Catalogue, role_of
from lightkeeper.delegation import service, shelf
from lightkeeper.delegation.assignment_rules import (
    RIGHTS_TO_DELEGATE,
    DelegationFacts,
    OnboardingFacts,
    why_not_assign,
    why_not_onboard,
)
from lightkeeper.delegation.definition_rules import CROSS_CLOUD, LICENSE_REQUIRED
from lightkeeper.delegation.eligibility import why_not_hold
from lightkeeper.delegation.model import Authorization, EligibleAuthorization
from lightkeeper.delegation.principal_rules import Named
from lightkeeper.delegation.settings import DelegationSettings
from lightkeeper.directory import service as directory
from lightkeeper.directory.model import Cloud, Tenant, User
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid
from lightkeeper.kernel.resource_id import parse
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import ResourceBody, Subscription, SubscriptionState
from lightkeeper.storefront import service as storefront
from tests.databases import furnish
from tests.delegation.market import (
    NOON,
    OWNER,
    READ_VM,
    READER,
    USER_ACCESS_ADMINISTRATOR,
    Market,
    asks_for,
    oid,
    plan,
    scope_of,
    sub,
    tid,
    vm,
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """One market for the module; each test delegates under a name of its own and cleans up after itself."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('rules')}/market.db", durable=False)
    furnish(database)
    yield Market(database)
    shelf.stock(shelf.EmptyShelf())
    database.close()


@pytest.fixture(autouse=True)
def nothing_stays(town: Market) -> Iterator[None]:
    yield
    with town.as_("operator") as call:
        for place in ("prod", "test", "csp", "own"):
            if resources.find_subscription(call, sub(place)) is None:
                continue
            for one in service.list_assignments(call, scope_of(place)):
                service.delete_assignment(call, one.assignment.scope, one.assignment.id)
            for definition in service.list_definitions(call, scope_of(place)):
                service.delete_definition(call, scope_of(place), definition.id)


def tenant(name: str, **changed: object) -> Tenant:
    return replace(Tenant(tid(name), name, f"{name}.example", name.title()), **changed)  # type: ignore[arg-type]


def put(town: Market, one: Tenant) -> None:
    with town.as_("operator") as call:
        directory.put_tenant(call, one)


def test_l30_a_role_that_gained_data_actions_keeps_its_control_plane() -> None:
    """L30: what was delegated before goes on; the data actions never work, and nobody can be given the role anew."""
    blob = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
    block = PermissionBlock(("Microsoft.Compute/virtualMachines/read",), data_actions=(blob,))
    grown = Role(RoleId(named("role", "grown")), "Grown", permissions=(block,))
    index = AccessIndex(Catalogue([grown]))
    index.apply(
        [
            SubscriptionPlaced("prod", "contoso"),
            DefinitionSet("care", "fabrikam", (("tech", grown.id, ()),)),
            Delegated("here", "/subscriptions/prod", "care"),
        ]
    )
    tech, at = Subject("tech", "fabrikam"), "/subscriptions/prod"

    assert decide(index.view, tech, "Microsoft.Compute/virtualMachines/read", at, NOON)
    assert not decide(index.view, tech, blob, at, NOON)
    objection = why_not_hold(grown.id, {grown.id: grown}.get, "care", "")
    assert objection is not None
    assert objection.rule == "L24"


def test_l30_nothing_more_is_delegated_with_a_deprecated_role(town: Market) -> None:
    """L30: until the definition is changed; what is assigned already may be written again."""
    definition = town.define(asks_for(("tech", READER), name="Old"))
    role = role_of(READER)
    assert role is not None
    asked = DelegationFacts(definition, named=Named({oid("tech"): User(oid("tech"), tid("fabrikam"))}))

    assert why_not_assign(scope_of("prod"), asked, role_of) == []
    [objection] = why_not_assign(scope_of("prod"), asked, {READER: replace(role, deprecated=True)}.get)

    assert objection.rule == "L30"


def test_l38_the_clouds_of_both_tenants_are_compared(town: Market) -> None:
    """L38: what a tenant's directory says about its cloud decides."""
    put(town, tenant("rival", cloud=Cloud.CHINA))
    try:
        with pytest.raises(Invalid) as refused:
            town.define(asks_for(("spy", READER), name="Elsewhere", tenant="rival"))
    finally:
        put(town, tenant("rival"))

    assert refused.value.code == CROSS_CLOUD


def test_l41_an_application_is_no_principal(town: Market) -> None:
    """L41: the object id of the registration is refused with the exact text; its service principal's is taken."""
    app_id = named("app", "robot")
    with town.as_("operator") as call:
        call.open_to_all("a look-up of this test")
        registered = directory.find_application(call, app_id)
    assert registered is not None
    good = asks_for(("robot", READER), name="Robot")
    wrong = replace(good, name="Wrong", authorizations=(Authorization(registered.object_id, READER),))

    town.assign(town.define(good), "prod/web")
    with pytest.raises(Invalid) as refused:
        town.assign(town.define(wrong), "prod/data")

    assert refused.value.code == "InvalidRegistrationDefinitionCreateRequest"
    assert refused.value.message == "Principals of type Application cannot validly be used in role assignments."


def test_l57_the_providers_directory_says_whether_it_may_activate(town: Market) -> None:
    """L57: without a licence no eligible row; the customer's licences are not asked for."""
    asked = asks_for(
        ("tech", READER), name="On demand", eligible_authorizations=(EligibleAuthorization(oid("tech"), CONTRIBUTOR),)
    )
    put(town, tenant("contoso", licenses=()))
    town.define(asked)
    put(town, tenant("fabrikam", licenses=()))
    try:
        with pytest.raises(Invalid) as refused:
            town.define(asked)
    finally:
        put(town, tenant("fabrikam"))
        put(town, tenant("contoso"))

    assert refused.value.code == LICENSE_REQUIRED


def test_l61_several_offers_of_one_and_of_several_providers_at_one_scope(town: Market) -> None:
    """L61: each under its own name; each grants for itself."""
    town.assign(town.define(asks_for(("tech", READER), name="Watch")), "prod")
    town.assign(town.define(asks_for(("boss", READER), name="Backup")), "prod")
    town.assign(town.define(asks_for(("spy", READER), name="Audit", tenant="rival")), "prod")

    assert all(town.may(who, READ_VM, vm()) for who in ("tech", "boss", "spy"))


def test_l62_two_offers_of_one_name_are_not_given_at_one_scope(town: Market) -> None:
    """L62: whatever GUIDs their definitions have; at another scope, and for accepted plans, the name does not matter."""
    town.assign(town.define(asks_for(("tech", READER), name="Care"), name=named("definition", "one")), "prod/web")
    twin = town.define(asks_for(("spy", READER), name="CARE", tenant="rival"), name=named("definition", "two"))

    with pytest.raises(Conflict) as refused:
        town.assign(twin, "prod/web")
    town.assign(twin, "prod/data")

    assert refused.value.code == "MultipleRegistrationAssignmentsNotAllowed"


def test_l62_an_offer_does_not_take_the_name_of_another_beside_it(town: Market) -> None:
    """L62: a definition in force is not renamed to what would not have been assigned there."""
    town.assign(town.define(asks_for(("tech", READER), name="Care"), name=named("definition", "one")), "prod/web")
    twin = town.define(asks_for(("spy", READER), name="Other", tenant="rival"), name=named("definition", "two"))
    town.assign(twin, "prod/web")

    with pytest.raises(Conflict) as refused:
        town.define(asks_for(("spy", READER), name="care", tenant="rival"), name=named("definition", "two"))

    assert refused.value.code == "MultipleRegistrationAssignmentsNotAllowed"


def test_l70_rights_are_asked_at_the_subscription_even_for_one_group(town: Market) -> None:
    """L70: an Owner of the group alone cannot give the group away."""
    definition = town.define(asks_for(("tech", READER), name="One group"))
    town.gives(OWNER, "contributor", "prod/web")

    with pytest.raises(Forbidden) as refused:
        town.assign(definition, "prod/web", by="contributor")

    assert refused.value.code == "InsufficientPrivilegesForManagedServiceResource"


@pytest.mark.parametrize("missing", RIGHTS_TO_DELEGATE)
def test_l70_write_delete_and_read_of_role_assignments_are_all_needed(missing: str) -> None:
    """L70: any one that is missing refuses, with the text of L71 and the missing right in the remedy."""
    facts = OnboardingFacts(in_home_tenant=True, is_guest=False)
    assert why_not_onboard(facts, DelegationSettings()) == []

    [objection] = why_not_onboard(replace(facts, missing_rights=(missing,)), DelegationSettings())

    assert objection.finding.code == "InsufficientPrivilegesForManagedServiceResource"
    assert missing in objection.finding.remedy


def test_l70_a_setting_lets_guests_onboard() -> None:
    """L70: the article refuses guests, later texts do not mention them."""
    guest = OnboardingFacts(in_home_tenant=True, is_guest=True)

    assert len(why_not_onboard(guest, DelegationSettings())) == 1
    assert why_not_onboard(guest, DelegationSettings(reject_guest_onboarding=False)) == []


def test_l73_who_may_only_give_access_cannot_write_definitions(town: Market) -> None:
    """L73: User Access Administrator holds the rights of L70; the right to write the resource comes from another role."""
    town.gives(USER_ACCESS_ADMINISTRATOR, "reader", "test")
    town.register("test")
    with pytest.raises(Forbidden) as refused:
        town.define(asks_for(("tech", READER), name="By administrator"), place="test", by="reader")
    assert refused.value.code == "AuthorizationFailed"

    town.gives(CONTRIBUTOR, "reader", "test")

    assert town.define(asks_for(("tech", READER), name="By administrator"), place="test", by="reader").name


@pytest.mark.parametrize("state", [SubscriptionState.DISABLED, SubscriptionState.WARNED])
def test_l74_nothing_is_delegated_in_a_subscription_that_is_not_active(town: Market, state: SubscriptionState) -> None:
    """L74: neither a definition is written nor an assignment."""
    definition = town.define(asks_for(("tech", READER), name="Before"))

    def become(new: SubscriptionState) -> None:
        with town.as_("operator") as call:
            resources.put_subscription(call, Subscription(sub("prod"), tid("contoso"), "prod", new))

    become(state)
    try:
        for attempt in (
            lambda: town.define(asks_for(("tech", READER), name="After")),
            lambda: town.assign(definition, "prod"),
        ):
            with pytest.raises(Conflict) as refused:
                attempt()
            assert refused.value.code == "ReadOnlyDisabledSubscription"
    finally:
        become(SubscriptionState.ENABLED)


def test_l79_subscriptions_with_databricks_are_delegated_like_others(town: Market) -> None:
    """L79: an older text forbade it; control-plane rights reach the workspace resource."""
    workspace = f"{scope_of('prod/data')}/providers/Microsoft.Databricks/workspaces/lake"
    with town.as_("operator") as call:
        resources.register(call, sub("prod"), "Microsoft.Databricks")
        body = ResourceBody(location="westeurope", properties={}, sku={"name": "premium"})
        resources.put_resource(call, parse(workspace), body, api_version="2024-05-01")

    town.assign(town.define(asks_for(("tech", READER), name="Lake")), "prod")

    assert town.may("tech", "Microsoft.Databricks/workspaces/read", workspace)


def test_l84_every_customer_of_a_plan_gets_the_same_rows(town: Market) -> None:
    """M15: L84: principals and roles come from the plan, whoever accepts it."""
    town.shelf.plans = [plan("1.0.0", ("tier1", READER), ("boss", CONTRIBUTOR))]

    with town.as_("owner") as call:
        ours = storefront.accept(call, plan().plan, sub("prod"))
    with town.as_("reseller-owner") as call:
        theirs = storefront.accept(call, plan().plan, sub("csp"))

    town.shelf.plans = []
    assert ours.authorizations == theirs.authorizations
    assert {one.principal_id for one in ours.authorizations} == {oid("tier1"), oid("boss")}


def test_l88_a_template_may_name_a_published_plan_and_must_repeat_it(town: Market) -> None:
    """L88: with the plan's values it is the accepted plan; with others it is refused."""
    town.shelf.plans = [plan()]

    written = town.define(plan().asked)
    with pytest.raises(Invalid) as refused:
        town.define(replace(plan().asked, authorizations=asks_for(("boss", READER)).authorizations))

    town.shelf.plans = []
    assert written.plan == plan().plan
    assert refused.value.code == "MarketplaceRegistrationDefinitionMismatch"


def test_l91_both_providers_keep_access_until_the_old_delegation_is_removed(town: Market) -> None:
    """L91: another managing tenant takes another offer name, and ends nothing by itself."""
    old = town.define(asks_for(("tech", READER), name="First provider"))
    name = town.assign(old, "prod")
    town.assign(town.define(asks_for(("spy", READER), name="Second provider", tenant="rival")), "prod")
    assert town.may("tech", READ_VM, vm())

    with town.as_("owner") as call:
        service.delete_assignment(call, scope_of("prod"), name)

    assert (town.may("tech", READ_VM, vm()), town.may("spy", READ_VM, vm())) == (False, True)


def test_l92_a_renamed_offer_is_another_offer_with_access_of_its_own(town: Market) -> None:
    """L92: when both share a principal, taking the old one away leaves what the new one gives (see L96)."""
    old = town.assign(town.define(asks_for(("tech", READER), name="Old name")), "prod")
    town.assign(town.define(asks_for(("tech", READER), name="New name")), "prod")

    with town.as_("owner") as call:
        assert len(service.list_definitions(call, scope_of("prod"))) == 2
        service.delete_assignment(call, scope_of("prod"), old)

    assert town.may("tech", READ_VM, vm())


def test_l93_the_old_definition_can_go_once_its_assignments_are_gone(town: Market) -> None:
    """L93: then the same name may be used for another provider, which L39 refuses before."""
    guid = named("definition", "reused")
    definition = town.define(asks_for(("tech", READER), name="Reused"), name=guid)
    name = town.assign(definition, "prod")
    with town.as_("owner") as call:
        service.delete_assignment(call, scope_of("prod"), name)
    with pytest.raises(Invalid):
        town.define(asks_for(("spy", READER), name="Reused", tenant="rival"), name=guid)

    with town.as_("owner") as call:
        assert service.delete_definition(call, scope_of("prod"), guid) is True

    assert town.define(asks_for(("spy", READER), name="Reused", tenant="rival"), name=guid).id == guid


def test_l122_a_renamed_subscription_shows_its_new_name(town: Market) -> None:
    """L122: names are read when they are shown, not kept with the delegation."""
    town.assign(town.define(asks_for(("tech", READER), name="Names")), "prod")
    with town.as_("operator") as call:
        resources.put_subscription(call, Subscription(sub("prod"), tid("contoso"), "renamed"))

    with town.as_("tech") as call:
        [row] = storefront.my_delegations(call, tid("fabrikam"))

    with town.as_("operator") as call:
        resources.put_subscription(call, Subscription(sub("prod"), tid("contoso"), "prod"))
    assert row.subscription_name == "renamed"


def test_l131_resources_are_reached_wherever_they_are(town: Market) -> None:
    """L131: a delegation has no region."""
    town.assign(town.define(asks_for(("tech", READER), name="Everywhere")), "prod")
    for n, region in enumerate(("westeurope", "japaneast", "brazilsouth")):
        disk = f"{scope_of('prod/data')}/providers/Microsoft.Storage/storageAccounts/keep{n}"
        with town.as_("operator") as call:
            resources.register(call, sub("prod"), "Microsoft.Storage")
            body = ResourceBody(location=region, properties={}, sku={"name": "Standard_LRS"})
            resources.put_resource(call, parse(disk), body, api_version="2023-05-01")

        assert town.may("tech", "Microsoft.Storage/storageAccounts/read", disk)


def test_l132_a_vendor_delegates_its_own_subscription_to_a_customer(town: Market) -> None:
    """L132: roles reversed, the same rules; two tenants of one organisation are like any two."""
    with town.as_("operator") as call:
        resources.put_subscription(call, Subscription(sub("own"), tid("fabrikam"), "own"))
        resources.ensure_registered(call, sub("own"), "Microsoft.ManagedServices")
    town.gives(OWNER, "boss", "own")

    definition = town.define(asks_for(("reader", READER), name="Reversed", tenant="contoso"), place="own", by="boss")
    town.assign(definition, "own", by="boss")

    assert town.may("reader", READ_VM, vm("own/any"))
    assert not town.may("owner", READ_VM, vm("own/any"))
