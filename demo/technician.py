"""Scene 5: the provider's technician works from the provider's tenant, with exactly the delegated rights."""

from demo import names
from demo.stage import Stage


def work(stage: Stage) -> None:
    """5. Lists, reads, restarts; may not delete, nor work outside what was delegated; both answers are explained."""
    technician, world = stage.notes["technician"], stage.world
    prod, test = names.subscription(world, "contoso-prod"), names.subscription(world, "contoso-test")
    machine = names.virtual_machine(world, "contoso-prod", "web", "vm1")
    with stage.step("Fabrikam's technician, signed in to Fabrikam's tenant, finds Contoso's subscriptions"):
        found = technician.may("GET", "/subscriptions", version="2022-12-01")["value"]
        stage.table(
            ["Subscription", "Home tenant", "Managed by"],
            [
                [
                    one["displayName"],
                    _name(world, one["tenantId"]),
                    ", ".join(_name(world, m["tenantId"]) for m in one["managedByTenants"]),
                ]
                for one in found
            ],
        )
        mine = {one["displayName"]: one for one in found}
        stage.expect(set(mine) == {"contoso-prod", "contoso-test", "contoso-lab"}, f"Contoso's three: {sorted(mine)}")
        stage.expect(mine["contoso-prod"]["tenantId"] == names.tenant(world, "contoso"), "Contoso is the home tenant")
        managers = [one["tenantId"] for one in mine["contoso-prod"]["managedByTenants"]]
        stage.expect(managers == [names.tenant(world, "fabrikam")], "Fabrikam manages it")
    with stage.step("The technician reads a virtual machine, restarts it, and may not delete it"):
        document = technician.may("GET", machine)
        stage.expect(document["properties"]["hardwareProfile"]["vmSize"] == "Standard_B1s", "the machine as it is")
        technician.may("POST", f"{machine}/restart")
        message = technician.may_not("AuthorizationFailed", "DELETE", machine)
        stage.say(f"[dim]{message}[/dim]")
    with stage.step("Outside what was delegated there is nothing for Fabrikam"):
        technician.may("GET", f"{test}/resourceGroups/shared", version="2021-04-01")
        technician.may_not("AuthorizationFailed", "GET", f"{test}/resourceGroups/private", version="2021-04-01")
        groups = technician.may("GET", f"{test}/resourceGroups", version="2021-04-01")["value"]
        stage.expect([one["name"] for one in groups] == ["shared"], f"the delegated group only: {groups}")
        foreign = names.subscription(world, "northwind-main")
        technician.may_not("InvalidAuthenticationTokenTenant", "GET", f"{foreign}/resourceGroups", version="2021-04-01")
        stage.expect(prod in found[0]["id"] or len(found) == 3, "three subscriptions")
    with stage.step("`lightkeeper access explain` says why for both answers"):
        for action, allowed in (("restart/action", True), ("delete", False)):
            answer = stage.run(
                "access",
                "explain",
                "technician@fabrikam.example",
                f"Microsoft.Compute/virtualMachines/{action}",
                machine,
            )
            stage.expect(answer["allowed"] is allowed, f"{action}: {answer}")
            reasons = answer["because"] if allowed else answer["nearest"]
            for reason in reasons[:2]:
                stage.say(
                    f"[{'green' if allowed else 'yellow'}]{'because' if allowed else 'nearest'}[/] {reason['sentence']}"
                )
            stage.expect(reasons and reasons[0]["sentence"], "a sentence for people")


def _name(world: names.World, tenant_id: str) -> str:
    return next((name for name, one in world["tenants"].items() if one["id"] == tenant_id), tenant_id)
