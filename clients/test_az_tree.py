"""`az` and what lies in a subscription: groups, resources, tags, locks, providers."""

from clients.conftest import PRODUCTION, Az

S = "/subscriptions/PROD"
HERE = f"/subscriptions/{PRODUCTION}"
VM = f"{HERE}/resourceGroups/web/providers/Microsoft.Compute/virtualMachines/vm1"
LOCKS = "providers/Microsoft.Authorization/locks"


def test_resource_groups(az: Az) -> None:
    """Create, look, ask, list, wait and delete: the deletion is over at the first look."""
    group = f"{S}/resourcegroups/from-az"
    assert az.line("group create -n from-az -l westeurope --tags a=b")["tags"] == {"a": "b"}
    assert (az.asked, az.versions) == ([f"PUT {group} 201"], ["2024-11-01"])
    assert az.line("group show -n from-az")["location"] == "westeurope"
    assert az.asked == [f"GET {group} 200"]
    assert az.line("group exists -n from-az") is True
    assert az.asked == [f"HEAD {group} 204"]
    assert az.line("group exists -n nowhere") is False
    assert az.asked == [f"HEAD {S}/resourcegroups/nowhere 404"]
    assert set(az.line("group list --query [].name")) == {"from-az", "web"}
    assert az.line("group list --tag a=b --query [].name") == ["from-az"]
    assert az.asked == [f"GET {S}/resourcegroups 200"]
    assert az.queries[0]["$filter"] == "tagname eq 'a' and tagvalue eq 'b'"
    assert az.line("group update -n from-az --set tags.c=d")["tags"] == {"a": "b", "c": "d"}
    assert az.asked == [f"GET {group} 200", f"PUT {group} 200"]
    az.line("group wait -n from-az --exists")
    assert az.asked == [f"GET {group} 200"]
    az.line("group delete -n from-az --yes")
    assert az.asked == [f"DELETE {group} 202", f"GET {S}/operationresults/* 200"]
    assert az.line("group exists -n from-az") is False
    assert "(ResourceGroupNotFound)" in az.fails("group show -n from-az").stderr


def test_resources(az: Az) -> None:
    """The newest api-version of a type is read from its provider."""
    assert VM in az.line("resource list --query [].id")
    assert (az.asked, az.versions) == ([f"GET {S}/resources 200"], ["2024-11-01"])
    assert az.queries[0] == {
        "$filter": "", "$expand": "createdTime,changedTime,provisioningState", "api-version": "2024-11-01",
    }  # fmt: skip
    assert az.line(f"resource show --ids {VM}")["name"] == "vm1"
    assert [line.split()[0] for line in az.asked] == ["GET", "GET"]
    assert az.line(f"resource tag --ids {VM} --tags k=v")["tags"] == {"k": "v"}
    assert az.line(f"resource tag --ids {VM} --tags m=n -i")["tags"] == {"k": "v", "m": "n"}
    assert az.line(f"resource update --ids {VM} --set tags.z=1")["tags"] == {"k": "v", "m": "n", "z": "1"}
    assert az.line("resource list --tag k=v --query [].name") == ["vm1"]
    assert az.queries[0]["$filter"] == "tagname eq 'k' and tagvalue eq 'v'"
    az.line(f"resource invoke-action --action restart --ids {VM}")
    assert az.asked[-1] == f"POST {VM.replace(PRODUCTION, 'PROD')}/restart 200"


def test_resources_of_other_types(az: Az) -> None:
    """Made by type and name, found by it, changed and deleted; a double slash before the type is the program's."""
    at = f"{S}/resourcegroups/web/providers/Microsoft.Storage"
    named = "-g web -n fromaz1 --resource-type Microsoft.Storage/storageAccounts"
    made = az.line(f'resource create {named} -l westeurope --properties \'{{"accessTier": "Hot"}}\'')
    assert az.asked == [f"GET {S}/providers/Microsoft.Storage 200", f"PUT {at}//storageAccounts/fromaz1 201"]
    changed = '{"properties": {"accessTier": "Cool"}}'
    patched = az.line(f"resource patch {named} --is-full-object --properties '{changed}'")
    assert patched["properties"]["accessTier"] == "Cool"
    for asked in ("-g web --name fromaz1", "--resource-type Microsoft.Storage/storageAccounts --location westeurope"):
        assert made["id"] in az.line(f"resource list {asked} --query [].id")
    az.line(f"resource wait {named} --exists")
    az.line(f"resource delete {named}")
    assert az.asked[-1] == f"DELETE {at}//storageAccounts/fromaz1 200"
    assert "(ResourceNotFound)" in az.fails(f"resource show {named}").stderr


def test_a_group_is_exported_and_its_resources_moved(az: Az) -> None:
    """The template names its parameters; a move takes effect with its answer."""
    for group in ("here", "there"):
        az.line(f"group create -n {group} -l westeurope")
    made = az.line(
        "resource create -g here -n mover1 -l westeurope --resource-type Microsoft.Storage/storageAccounts --properties '{}'"
    )
    template = az.line("group export -n here")
    assert az.asked == [f"POST {S}/resourcegroups/here/exportTemplate 200"]
    assert [one["type"] for one in template["resources"]] == ["Microsoft.Storage/storageAccounts"]
    assert template["parameters"]["storageAccounts_mover1_name"]["defaultValue"] == "mover1"

    az.line(f"resource move --destination-group there --ids {made['id']}")

    assert az.asked == [f"POST {S}/resourceGroups/here/moveResources 204"]
    assert az.line("resource list -g there --query [].name") == ["mover1"]
    assert az.line("resource list -g here --query [].name") == []
    for group in ("here", "there"):
        az.line(f"group delete -n {group} --yes --no-wait")
        assert az.asked == [f"DELETE {S}/resourcegroups/{group} 202"]


def test_tags_of_things(az: Az) -> None:
    """Given, merged, taken away and read at a scope."""
    at, tags = (
        f"--resource-id {HERE}/resourceGroups/web",
        f"{S}/resourceGroups/web/providers/Microsoft.Resources/tags/default",
    )
    assert az.line(f"tag create {at} --tags a=b c=d")["properties"]["tags"] == {"a": "b", "c": "d"}
    assert az.asked == [f"PUT {tags} 200"]
    merged = az.line(f"tag update {at} --operation Merge --tags e=f")
    assert merged["properties"]["tags"] == {"a": "b", "c": "d", "e": "f"}
    left = az.line(f"tag update {at} --operation Delete --tags c=d e=f")
    assert left["properties"]["tags"] == {"a": "b"}
    assert az.asked == [f"PATCH {tags} 200"]
    assert az.line(f"tag update {at} --operation Replace --tags team=shop")["properties"]["tags"] == {"team": "shop"}
    assert az.line(f"tag list {at}")["properties"]["tags"] == {"team": "shop"}
    az.line(f"tag delete {at} --yes")
    assert az.asked == [f"DELETE {tags} 200"]
    assert az.line("group show -n web")["tags"] in ({}, None)


def test_names_of_tags(az: Az) -> None:
    """A subscription keeps names and values that its tags may use."""
    assert az.line("tag create -n cost-centre")["tagName"] == "cost-centre"
    assert az.asked == [f"PUT {S}/tagNames/cost-centre 201"]
    assert az.line("tag add-value -n cost-centre --value 42")["tagValue"] == "42"
    [listed] = [one for one in az.line("tag list") if one["tagName"] == "cost-centre"]
    assert [one["tagValue"] for one in listed["values"]] == ["42"]
    assert az.asked == [f"GET {S}/tagNames 200"]
    az.line("tag remove-value -n cost-centre --value 42")
    assert az.asked == [f"DELETE {S}/tagNames/cost-centre/tagValues/42 200"]
    az.line("tag delete -n cost-centre --yes")
    assert az.asked == [f"DELETE {S}/tagNames/cost-centre 200"]
    assert "cost-centre" not in [one["tagName"] for one in az.line("tag list")]


def test_locks_of_a_subscription(az: Az) -> None:
    """The program looks a lock up in the list before it reads, changes or deletes it."""
    made = az.line("account lock create -n keep --lock-type CanNotDelete --notes 'Ask first'")
    assert (made["level"], made["notes"]) == ("CanNotDelete", "Ask first")
    assert az.asked == [f"PUT {S}/{LOCKS}/keep 201"]
    assert [one["name"] for one in az.line("account lock list")] == ["keep"]
    assert az.line("lock show -n keep")["id"] == made["id"]
    assert az.asked == [f"GET {S}/{LOCKS} 200", f"GET {S}/{LOCKS}/keep 200"]
    assert az.line("account lock update -n keep --notes Really")["notes"] == "Really"
    assert az.asked[-1] == f"PUT {S}/{LOCKS}/keep 200"
    az.fails(f"resource delete --ids {VM}")  # the program keeps the reason to itself
    assert az.asked[-1] == f"DELETE {VM.replace(PRODUCTION, 'PROD')} 409"
    az.line("account lock delete -n keep")
    assert az.asked == [f"GET {S}/{LOCKS} 200", f"DELETE {S}/{LOCKS}/keep 200"]


def test_locks_of_groups_and_resources(az: Az) -> None:
    """A resource's locks are shown together with those above it; a lock for reading stops writing."""
    one = "-g web --resource-name vm1 --resource-type Microsoft.Compute/virtualMachines"
    az.line("group lock create -n still -g web --lock-type ReadOnly")
    assert az.asked == [f"PUT {S}/resourceGroups/web/{LOCKS}/still 201"]
    az.line(f"resource lock create -n keep {one} --lock-type CanNotDelete")
    assert {lock["name"] for lock in az.line("group lock list -g web")} == {"still", "keep"}
    assert {lock["name"] for lock in az.line(f"resource lock list {one}")} == {"still", "keep"}
    assert "(ScopeLocked)" in az.fails(f"resource tag --ids {VM} --tags never=stays").stderr
    assert az.line("group lock show -n still -g web")["level"] == "ReadOnly"
    az.line(f"resource lock delete -n keep {one}")
    az.line("group lock delete -n still -g web")
    assert az.line("lock list") == []


def test_providers(az: Az) -> None:
    """Registering and unregistering are done when they are answered, so `--wait` does not wait."""
    at = f"{S}/providers/Microsoft.Network"
    shown = az.line("provider show -n Microsoft.ManagedServices")
    assert "registrationDefinitions" in [one["resourceType"] for one in shown["resourceTypes"]]
    assert (az.asked, az.versions) == ([f"GET {S}/providers/Microsoft.ManagedServices 200"], ["2024-11-01"])
    for _ in range(2):  # also of one that was never registered
        az.line("provider unregister -n Microsoft.Network --wait")
        assert az.asked == [f"POST {at}/unregister 200"]
    az.line("provider register -n Microsoft.Network --wait")
    assert az.asked == [f"POST {at}/register 200"]
    assert az.line("provider show -n Microsoft.Network --query registrationState") == "Registered"
    assert "(InvalidResourceNamespace)" in az.fails("provider register -n Microsoft.Nowhere").stderr
    assert "CannotUnregister" in az.fails("provider unregister -n Microsoft.Compute").stderr
    assert az.line("provider permission list -n Microsoft.Compute") == {"nextLink": None, "value": []}


def test_all_providers(az: Az) -> None:
    """They come on several pages, every one with its types."""
    found = az.line("provider list")

    assert len(found) > 300
    assert all(one["resourceTypes"] is not None and one["registrationState"] for one in found)
    assert {"Microsoft.Compute", "Microsoft.ManagedServices"} <= {one["namespace"] for one in found}
    assert set(az.asked) == {f"GET {S}/providers 200"}
    assert len(az.asked) <= 8
