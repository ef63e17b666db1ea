"""Scenes 4, 6, 8 and 9: a customer accepts, delegates, reviews an update, cannot take what is not for them, and parts."""

from demo import names, provider
from demo.stage import Stage

PLAN = "storefront/fabrikam/managed-operations/operations"
PREMIUM = "storefront/fabrikam/managed-operations/operations-premium"
MANAGED = "Microsoft.ManagedServices"


def accept_and_delegate(stage: Stage) -> None:
    """4. Accepting grants nothing; delegating does; a guest and a Reader may not; later subscriptions must register."""
    owner, technician, world = stage.notes["contoso"], stage.notes["technician"], stage.world
    prod, test, lab = (names.subscription(world, one) for one in ("contoso-prod", "contoso-test", "contoso-lab"))
    with stage.step("Contoso's Owner accepts the public plan; nothing is granted yet, and a notice says so"):
        owner.portal("POST", f"{PLAN}/accept", {"subscription": world["subscriptions"]["contoso-prod"]["id"]})
        [notice] = owner.portal("GET", "service-providers/notices")["value"]
        stage.notes["offer"] = notice["key"]
        stage.say(
            f"[yellow]notice[/yellow] {notice['offerName']} by {notice['providerName']}: accepted, nothing delegated"
        )
        stage.expect(technician.ask("GET", "/subscriptions").json()["value"] == [], "the provider sees nothing yet")
    held = f"service-providers/{stage.notes['offer']}"
    with stage.step("A guest and a Reader of Contoso may not delegate; who could is listed on request"):
        group = f"{test}/resourceGroups/shared"
        guest = stage.sign_in("owner@northwind.example", "north wind blows", tenant="contoso.example")
        reader = stage.sign_in("reader@contoso.example", "battery reads")
        body = {"scopes": [prod], "consent": True}
        refused = guest.portal("POST", f"{held}/delegate", body, code="InsufficientPrivilegesForManagedServiceResource")
        stage.say(f"[dim]{refused['error']['message']}[/dim]")
        reader.portal("POST", f"{held}/delegate", body, code="AuthorizationFailed")
        owners = owner.portal("GET", f"subscriptions/{prod.rpartition('/')[2]}/owners")["value"]
        stage.say(f"could delegate contoso-prod: {', '.join(one.get('displayName') or one['name'] for one in owners)}")
        stage.expect(
            [one.get("displayName") for one in owners] == ["Olga Owner"], f"the Owner, not the guest: {owners}"
        )
    with stage.step("The Owner delegates one subscription and one resource group of another"):
        owner.may("POST", f"{test}/providers/{MANAGED}/register", version="2021-04-01")
        stage.expect(_state(stage, prod) == "NotRegistered", "the provider is not registered on the first subscription")
        made = owner.portal("POST", f"{held}/delegate", {"scopes": [prod, group], "consent": True})["value"]
        stage.table(["Delegated"], [[one["scope"]] for one in made])
        stage.expect(
            _state(stage, prod) == "Registered", "the first delegation registers the provider on the first subscription"
        )
        stage.say(f"{MANAGED} is now registered on contoso-prod")
        stage.expect(owner.portal("GET", "service-providers/notices")["value"] == [], "the notice is gone")
    with stage.step(
        "A later delegation on a further subscription waits until the customer registers the provider there"
    ):
        further = {"scopes": [lab], "consent": True}
        refused = owner.portal("POST", f"{held}/delegate", further, code="MissingSubscriptionRegistration")
        stage.say(f"[dim]{refused['error']['message']}[/dim]")
        owner.may("POST", f"{lab}/providers/{MANAGED}/register", version="2021-04-01")
        owner.portal("POST", f"{held}/delegate", further)


def _state(stage: Stage, subscription: str) -> str:
    answer = stage.notes["contoso"].ask("GET", f"{subscription}/providers/{MANAGED}", version="2021-04-01")
    return str(answer.json()["registrationState"])


def review_the_update(stage: Stage) -> None:
    """6. Version 2.0.0 changes nothing until the customer has seen the difference and accepted it."""
    owner, technician, world = stage.notes["contoso"], stage.notes["technician"], stage.world
    held = f"service-providers/{stage.notes['offer']}"
    machine = names.virtual_machine(world, "contoso-prod", "web", "vm2")
    with stage.step("Fabrikam publishes version 2.0.0 of the plan, with one role more"):
        file = provider.new_version(stage, stage.folder / "version-2")
        stage.run("offer", "publish", str(file), "--wait", "--as", "publisher@fabrikam.example")
        stage.run("offer", "go-live", provider.OFFER, "--wait", "--as", "publisher@fabrikam.example")
    with stage.step("Contoso keeps version 1's rights, sees that an update is there, and what it would change"):
        technician.may_not("AuthorizationFailed", "DELETE", machine)
        offer = owner.portal("GET", held)
        stage.expect((offer["version"], offer["update"]) == ("1.0.0", "2.0.0"), f"1.0.0 held, 2.0.0 offered: {offer}")
        difference = owner.portal("GET", f"{held}/update")
        [change] = [one for one in difference["changes"] if one["rolesGained"]]
        gained = change["operationsGained"]
        stage.table(
            ["Who", "Roles gained", "Operations gained", "Operations lost", "For example"],
            [
                [
                    change["principalDisplayName"],
                    ", ".join(role["roleName"] for role in change["rolesGained"]),
                    str(len(gained)),
                    str(len(change["operationsLost"])),
                    "\n".join([one for one in gained if "virtualMachines/" in one][:4]),
                ]
            ],
        )
        stage.expect("Microsoft.Compute/virtualMachines/delete" in gained, "deleting virtual machines is gained")
    with stage.step("Contoso accepts; the new right works on every delegated scope"):
        owner.portal("POST", f"{held}/accept-update", {})
        technician.may("DELETE", machine)
        technician.may("DELETE", names.virtual_machine(world, "contoso-test", "shared", "build1"))
        stage.expect(owner.portal("GET", held)["version"] == "2.0.0", "version 2.0.0 is held now")


def what_is_not_for_everybody(stage: Stage) -> None:
    """8. A private plan outside its audience, and a subscription from a CSP reseller: invisible, refused, explained."""
    northwind = stage.sign_in("owner@northwind.example", "north wind blows")
    tailspin = stage.sign_in("owner@tailspin.example", "tail spins fast")
    ids = {name: one["id"] for name, one in stage.world["subscriptions"].items()}
    with stage.step("The private plan is invisible outside its audience, and a CSP subscription cannot take it"):
        for person, name in ((northwind, "northwind-main"), (tailspin, "tailspin-shop")):
            found = person.portal("GET", f"storefront?words=operations&subscription={ids[name]}")["value"]
            plans = [plan["plan"] for one in found for plan in one["plans"]]
            stage.expect(plans == ["operations"], f"{name} sees the public plan only: {plans}")
            body = {"subscription": ids[name]}
            person.portal("POST", f"{PREMIUM}/accept", body, code="MarketplacePurchaseEligibilityFailed")
            why = person.portal("GET", f"{PREMIUM}/why-not?subscription={ids[name]}")
            stage.expect(not why["allowed"] and why["reasons"], f"why not has an answer: {why}")
            for reason in why["reasons"]:
                stage.say(f"[yellow]why not[/yellow] {reason['message']}")
        reasons = " ".join(reason["message"] for reason in why["reasons"])
        stage.expect("CSP" in reasons or "reseller" in reasons, f"Tailspin hears of its reseller: {reasons}")


def part(stage: Stage) -> None:
    """9. The customer removes the provider; the next request is refused; both logs show it; the chain is intact."""
    owner, technician, world = stage.notes["contoso"], stage.notes["technician"], stage.world
    machine = names.virtual_machine(world, "contoso-prod", "web", "vm1")
    with stage.step("Contoso removes Fabrikam; the technician's very next request is refused"):
        technician.may("GET", machine)
        owner.portal("POST", f"service-providers/{stage.notes['offer']}/remove", {})
        technician.may_not("InvalidAuthenticationTokenTenant", "GET", machine)
        left = technician.ask("GET", "/subscriptions").json()["value"]
        stage.expect([one["displayName"] for one in left] == ["northwind-main"], f"only Northwind's is left: {left}")


def read_the_logs(stage: Stage) -> None:
    """9. Both tenants' activity logs show their side, and the log's chain is intact."""
    owner, world = stage.notes["contoso"], stage.world
    prod = names.subscription(world, "contoso-prod")
    since = "$filter=eventTimestamp%20ge%20'2020-01-01T00:00:00Z'"
    with stage.step("Both tenants' activity logs show their side"):
        values = f"{prod}/providers/Microsoft.Insights/eventtypes/management/values?{since}"
        events = owner.may("GET", values, version="2015-04-01")["value"]
        told = [(one["operationName"]["value"], one["caller"]) for one in events]
        stage.table(["Contoso's log of contoso-prod", "Caller"], [list(one) for one in told[:8]])
        stage.expect(
            ("Microsoft.Compute/virtualMachines/restart/action", "technician@fabrikam.example") in told, f"{told}"
        )
        watcher = stage.sign_in("approver@fabrikam.example", "correct horse approves")
        values = f"/providers/Microsoft.Insights/eventtypes/management/values?{since}"
        events = watcher.may("GET", values, version="2015-04-01")["value"]
        told = [(one["operationName"]["value"], one["description"]) for one in events if one["description"]]
        stage.table(["Fabrikam's tenant log", "Description"], [list(one) for one in told[:6]])
        kinds = {operation for operation, _ in told}
        stage.expect(
            {"Microsoft.Resources/tenants/register/action", "Microsoft.Resources/tenants/unregister/action"} <= kinds,
            f"delegations added and removed: {kinds}",
        )
    with stage.step("`lightkeeper log verify` finds the hash chain intact"):
        verdict = stage.run("log", "verify")
        stage.expect(verdict["intact"], f"{verdict}")
        stage.say(f"{verdict['rows']} entries, head {verdict['hash'][:16]}…")
