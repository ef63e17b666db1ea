import pytest

from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound, PreconditionFailed, Problem
from lightkeeper.kernel.resource_id import ResourceId, parse
from lightkeeper.resources import service
from lightkeeper.resources.concurrency import Conditions
from lightkeeper.resources.model import RegistrationState, ResourceBody, Subscription, SubscriptionState
from lightkeeper.resources.seams import seams
from tests.resources.conftest import CONTOSO, PROD, House

GROUP = f"/subscriptions/{PROD}/resourceGroups/web"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm1"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/store1"
HERE = ResourceBody(location="West Europe")

pytestmark = pytest.mark.parametrize("house", ["sqlite", "postgresql"], indirect=True)


def code_of(raised: pytest.ExceptionInfo[Problem]) -> str:
    return raised.value.code


def furnish(house: House, *ids: str) -> None:
    with house.calling() as call:
        service.put_resource_group(call, PROD, "web", "westeurope")
        for each in ids:
            service.put_resource(call, parse(each), HERE, api_version="2024-07-01")


def id_of(text: str) -> ResourceId:
    return parse(text)


def test_a_group_is_made_once_and_never_moves(house: House) -> None:
    """Front door contract: changing a group's location is 409 InvalidResourceGroupLocation."""
    with house.calling() as call:
        assert service.put_resource_group(call, PROD, "Web", "West Europe").created
        again = service.put_resource_group(call, PROD, "WEB", "westeurope", tags={"a": "b"})

        assert (again.created, again.value.name, again.value.tags) == (False, "Web", {"a": "b"})
        with pytest.raises(Conflict) as refused:
            service.put_resource_group(call, PROD, "web", "northeurope")

    assert code_of(refused) == "InvalidResourceGroupLocation"


def test_all_faults_of_a_group_are_told_together(house: House) -> None:
    """A client who fixes one fault at a time is a client we have annoyed."""
    with house.calling() as call, pytest.raises(Invalid) as refused:
        service.put_resource_group(call, PROD, "web.", None, tags={"a?": "b"})

    assert [detail.code for detail in refused.value.details] == [
        "InvalidResourceGroup",
        "LocationRequired",
        "InvalidTagNameCharacters",
    ]


def test_the_same_group_again_writes_nothing(house: House) -> None:
    """Applying a world twice changes nothing."""
    furnish(house, VM)
    before = len(house.log())
    furnish(house, VM)

    assert len(house.log()) == before


def test_a_list_of_groups_shows_only_what_may_be_read(house: House) -> None:
    """L108: in a subscription of which one group is delegated, the user sees only that group."""
    with house.calling() as call:
        for name in ("a", "b"):
            service.put_resource_group(call, PROD, name, "westeurope")
    house.door.refuses(
        "Microsoft.Resources/subscriptions/resourceGroups/read", f"/subscriptions/{PROD}/resourceGroups/a"
    )
    with house.calling() as call:
        page = service.list_resource_groups(call, PROD)

    assert [group.name for group in page.items] == ["b"]


def test_deleting_a_group_takes_everything_in_it_and_tells_the_others(house: House) -> None:
    """L68: deleting a delegated resource group removes its registration assignment."""
    furnish(house, VM, f"{VM}/extensions/e1", f"{VM}/providers/Microsoft.Insights/diagnosticSettings/d1")
    told: list[str] = []
    seams.on_scope_deleted.append(lambda call, key: told.append(key))
    with house.calling() as call:
        token = service.delete_resource_group(call, PROD, "WEB")

        assert service.find_resource(call, VM) is None
        assert service.is_finished(call, PROD, token)
        with pytest.raises(NotFound) as refused:
            service.get_resource_group(call, PROD, "web")

    assert code_of(refused) == "ResourceGroupNotFound"
    assert told == [GROUP.lower()]
    assert [kind for kind, _ in house.log()][-4:] == ["ResourceDeleted"] * 3 + ["ResourceGroupDeleted"]


def test_a_read_only_subscription_refuses_changes(house: House) -> None:
    """L74: a disabled or warned subscription answers 409 ReadOnlyDisabledSubscription."""
    with house.calling(OPERATOR) as call:
        service.set_subscription_state(call, PROD, SubscriptionState.DISABLED)
    with house.calling() as call, pytest.raises(Conflict) as refused:
        service.put_resource_group(call, PROD, "web", "westeurope")

    assert code_of(refused) == "ReadOnlyDisabledSubscription"


def test_a_resource_is_found_in_any_spelling_and_shown_in_the_public_one(house: House) -> None:
    """Paths compare without case; names keep the spelling they were created with."""
    with house.calling() as call:
        service.put_resource_group(call, PROD, "Web", "westeurope")
        spelled = f"/SUBSCRIPTIONS/{PROD}/resourcegroups/WEB/PROVIDERS/microsoft.compute/VIRTUALMACHINES/vm1"
        written = service.put_resource(call, parse(spelled), HERE, api_version="2024-07-01")

    expected = f"/subscriptions/{PROD}/resourceGroups/Web/providers/Microsoft.Compute/virtualMachines/vm1"
    assert written.created
    assert (written.value.id, written.value.type, written.value.location) == (
        expected,
        "Microsoft.Compute/virtualMachines",
        "westeurope",
    )


@pytest.mark.parametrize(
    ("id_", "code"),
    [
        (f"{GROUP}/providers/Microsoft.Nowhere/things/t", "InvalidResourceNamespace"),
        (f"{GROUP}/providers/Microsoft.Compute/things/t", "InvalidResourceType"),
        (f"/subscriptions/{PROD}/resourceGroups/no/providers/Microsoft.Compute/disks/d", "ResourceGroupNotFound"),
        (f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s", "ParentResourceNotFound"),
        (f"{VM}/providers/Microsoft.Insights/diagnosticSettings/d", "ResourceNotFound"),
        ("/providers/Microsoft.Compute/disks/d", "MissingSubscription"),
    ],
)
def test_a_write_says_what_is_missing(house: House, id_: str, code: str) -> None:
    """Error table of the contract: each absence has its code."""
    furnish(house)
    with house.calling() as call, pytest.raises(NotFound) as refused:
        call.open_to_all("the id alone may be refused")
        service.put_resource(call, parse(id_), HERE, api_version="2024-07-01")

    assert code_of(refused) == code


def test_a_stale_tag_never_wins(house: House) -> None:
    """ARM contract, ETag: a mismatched tag answers 412 and writes nothing."""
    furnish(house, VM)
    with house.calling() as call:
        first = service.get_resource(call, id_of(VM)).etag
        service.patch_resource(call, id_of(VM), ResourceBody(tags={"a": "1"}), api_version="2024-07-01")
        with pytest.raises(PreconditionFailed):
            service.put_resource(call, id_of(VM), HERE, api_version="2024-07-01", conditions=Conditions(first))
        with pytest.raises(PreconditionFailed):
            service.delete_resource(call, id_of(VM), conditions=Conditions(first))

        assert service.get_resource(call, id_of(VM)).tags == {"a": "1"}


def test_a_patch_merges_tags_and_properties(house: House) -> None:
    """RFC 7396 on tags and properties."""
    body = ResourceBody("westeurope", {"a": "1", "b": "2"}, {"x": {"y": 1, "z": 2}})
    with house.calling() as call:
        service.put_resource_group(call, PROD, "web", "westeurope")
        service.put_resource(call, id_of(ACCOUNT), body, api_version="2024-01-01")
        patch = ResourceBody(tags={"A": None, "c": "3"}, properties={"x": {"y": None}})
        changed = service.patch_resource(call, id_of(ACCOUNT), patch, api_version="2024-01-01")

    assert changed.tags == {"b": "2", "c": "3"}
    assert changed.properties == {"x": {"z": 2}, "provisioningState": "Succeeded"}


def test_a_write_needs_the_provider_registered(house: House) -> None:
    """L75: not registered -> 409 MissingSubscriptionRegistration, and az reads the last quoted word."""
    with house.calling(OPERATOR) as call:
        service.unregister(call, PROD, "microsoft.storage")
    with house.calling() as call:
        service.put_resource_group(call, PROD, "web", "westeurope")
        with pytest.raises(Conflict) as refused:
            service.put_resource(call, id_of(ACCOUNT), HERE, api_version="2024-01-01")

        assert code_of(refused) == "MissingSubscriptionRegistration"
        assert refused.value.details[0].target == "Microsoft.Storage"
        assert service.register(call, PROD, "Microsoft.Storage").state is RegistrationState.REGISTERED
        assert service.put_resource(call, id_of(ACCOUNT), HERE, api_version="2024-01-01").created


def test_a_provider_in_use_stays_registered(house: House) -> None:
    """Unregistering is refused while resources of the namespace exist."""
    furnish(house, VM)
    with house.calling() as call, pytest.raises(Conflict):
        service.unregister(call, PROD, "Microsoft.Compute")


def test_a_provider_never_registered_can_be_unregistered(house: House) -> None:
    """`az provider unregister --wait` asks until it reads `Unregistered`, and for nothing else."""
    with house.calling(OPERATOR) as call:
        for _ in range(2):
            assert service.unregister(call, PROD, "Microsoft.Network").state is RegistrationState.UNREGISTERED


def test_some_providers_need_no_registration(house: House) -> None:
    """Contract 8.3: RegistrationFree namespaces are always registered."""
    with house.calling() as call:
        provider = service.get_provider(call, PROD, "microsoft.authorization")

    assert (provider.free, provider.state) == (True, RegistrationState.REGISTERED)


def test_a_machine_does_as_told_and_shows_it(house: House) -> None:
    """Virtual machines: deallocate and restart change the power state that instanceView shows."""
    furnish(house, VM)
    with house.calling() as call:
        assert _power(service.instance_view_of(call, id_of(VM))) == "PowerState/running"
        service.act_on_resource(call, id_of(VM), "Deallocate", {})
        assert _power(service.instance_view_of(call, id_of(VM))) == "PowerState/deallocated"
        service.act_on_resource(call, id_of(VM), "restart", {})
        assert _power(service.instance_view_of(call, id_of(VM))) == "PowerState/running"

    kind, body = house.log()[-1]
    assert (kind, body["id"]) == ("ResourceActed", VM)
    assert body["by"]["name"] == "ann@contoso.example"  # type: ignore[index]


def _power(view: object) -> object:
    return view["statuses"][-1]["code"]  # type: ignore[index]


def test_an_action_nobody_knows_is_not_found(house: House) -> None:
    """Only what the provider's operation list names can be done."""
    furnish(house, VM)
    with house.calling() as call:
        assert service.act_on_resource(call, id_of(VM), "capture", {}).body is None
        with pytest.raises(NotFound):
            service.act_on_resource(call, id_of(VM), "explode", {})


def test_storage_keys_are_stable_until_renewed_and_never_logged(house: House) -> None:
    """ListKeys gives the same two keys each time; regenerateKey changes the named one only."""
    furnish(house, ACCOUNT)
    with house.calling() as call:
        first = service.act_on_resource(call, id_of(ACCOUNT), "listKeys", {}).body
        again = service.act_on_resource(call, id_of(ACCOUNT), "listKeys", {}).body
        renewed = service.act_on_resource(call, id_of(ACCOUNT), "regenerateKey", {"keyName": "key2"}).body
        with pytest.raises(Invalid):
            service.act_on_resource(call, id_of(ACCOUNT), "regenerateKey", {"keyName": "key9"})

    assert first == again
    assert first["keys"][0] == renewed["keys"][0]  # type: ignore[index]
    assert first["keys"][1]["value"] != renewed["keys"][1]["value"]  # type: ignore[index]
    assert first["keys"][0]["value"] not in str(house.log())  # type: ignore[index]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_paging_shows_each_resource_exactly_once(house: House, size: int) -> None:
    """Paging contract: follow the token until it is absent."""
    ids = [f"{GROUP}/providers/Microsoft.Compute/disks/d{n:02}" for n in range(7)]
    furnish(house, *ids)
    shown, token = [], None
    with house.calling() as call:
        while True:
            page = service.list_resources(call, PROD, top=size, skip=token)
            shown += [resource.id for resource in page.items]
            token = page.next
            if token is None:
                break

    assert shown == ids


def test_lists_know_type_group_parent_and_filter(house: House) -> None:
    """Lists per type in a subscription, a group and below a parent."""
    net = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v"
    furnish(house, VM, net, f"{net}/subnets/s1", f"{VM}/providers/Microsoft.Insights/diagnosticSettings/d1")
    with house.calling() as call:

        def names(path: str) -> list[str]:
            return [one.name for one in service.list_resources_of_type(call, parse(path)).items]

        assert names(f"/subscriptions/{PROD}/providers/Microsoft.Compute/virtualMachines") == ["vm1"]
        assert names(f"{net}/subnets") == ["s1"]
        assert names(f"{VM}/providers/Microsoft.Insights/diagnosticSettings") == ["d1"]
        wanted = "resourceType eq 'Microsoft.Network/virtualNetworks'"
        assert [one.name for one in service.list_resources(call, PROD, group="web", filter=wanted).items] == ["v"]


def test_the_root_of_the_tree_is_named_like_the_tenant(house: House) -> None:
    """Contract 10: root group, name = tenant id, Tenant Root Group; new groups and subscriptions hang there."""
    with house.calling() as call:
        group = service.put_management_group(call, CONTOSO, "platform", display_name="Platform").value
        root = service.get_management_group(call, CONTOSO, CONTOSO)
        subscription = service.get_subscription(call, PROD)

    assert (root.display_name, root.parent, group.parent, subscription.management_group) == (
        "Tenant Root Group",
        None,
        CONTOSO,
        CONTOSO,
    )


def test_the_tree_stays_a_tree(house: House) -> None:
    """No group below itself, six levels, nothing deleted that holds anything."""
    with house.calling() as call:
        for n in range(1, 7):
            service.put_management_group(call, CONTOSO, f"g{n}", parent=f"g{n - 1}" if n > 1 else None)
        for refusal in (
            lambda: service.put_management_group(call, CONTOSO, "g7", parent="g6"),
            lambda: service.put_management_group(call, CONTOSO, "g1", parent="g3"),
            lambda: service.delete_management_group(call, CONTOSO, "g5"),
            lambda: service.delete_management_group(call, CONTOSO, CONTOSO),
        ):
            with pytest.raises(Conflict):
                refusal()
        service.add_subscription(call, CONTOSO, "G2", PROD)
        assert service.get_member(call, CONTOSO, "g2", PROD).management_group == "g2"
        assert service.remove_subscription(call, CONTOSO, "g2", PROD)
        assert service.delete_management_group(call, CONTOSO, "g6")
        assert not service.delete_management_group(call, CONTOSO, "g6")


def test_a_subscription_is_shown_to_whoever_holds_a_right_below_it(house: House) -> None:
    """L108: for a resource-group delegation the user selects the containing subscription."""
    house.door.refuses("Microsoft.Resources/subscriptions/read", f"/subscriptions/{PROD}")
    with house.calling() as call, pytest.raises(Forbidden):
        service.get_subscription(call, PROD)
    old, seams.may_see = seams.may_see, lambda call, subscription_id: subscription_id == PROD
    try:
        with house.calling() as call:
            assert service.get_subscription(call, PROD).display_name == "Production"
    finally:
        seams.may_see = old


def test_a_subscription_never_changes_its_tenant_by_a_write(house: House) -> None:
    """Moving between tenants is a verb of its own (L130)."""
    other = type(CONTOSO)("30000000-0000-0000-0000-000000000000")
    with house.calling(OPERATOR) as call, pytest.raises(Conflict):
        service.put_subscription(call, Subscription(PROD, other, "Production"))


def test_a_lock_that_would_not_hold_is_not_kept(house: House) -> None:
    """What governs others is either obeyed or refused, never stored without effect."""
    furnish(house)
    with house.calling() as call, pytest.raises(Invalid) as refused:
        service.put_resource(
            call, parse(f"{GROUP}/providers/Microsoft.Authorization/locks/l"), ResourceBody(), api_version="2020-05-01"
        )

    assert code_of(refused) == "ResourceTypeNotSupported"
