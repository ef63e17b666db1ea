"""Scenes 1 to 3: a world, an offer file with every fault named, and the way from the file to the storefront."""

from pathlib import Path

from demo import names
from demo.stage import REPOSITORY, Person, Stage

OFFER = "fabrikam/managed-operations"
GOOD = REPOSITORY / "examples" / "offers" / "fabrikam" / "offer.yaml"
BROKEN = REPOSITORY / "examples" / "offers" / "broken" / "offer.yaml"
WORLD = REPOSITORY / "examples" / "worlds" / "demo.yaml"
STRIPPED = """\
tenants:
  fabrikam: {domain: fabrikam.example}
publishers:
  fabrikam: {tenant: fabrikam, displayName: Fabrikam, designations: []}
"""


def open_the_house(stage: Stage) -> None:
    """1. A server on free ports with its own certificate authority, and a world."""
    with stage.step("A server starts on free ports of 127.0.0.1, with its own certificate authority and a world"):
        stage.start(WORLD)
        stage.world = stage.run("world", "show")
        stage.table(
            ["Tenant", "Domain", "People", "Subscriptions"],
            [
                [
                    name,
                    tenant["domain"],
                    ", ".join(sorted(tenant["users"])),
                    ", ".join(sorted(n for n, s in stage.world["subscriptions"].items() if s["tenant"] == name)),
                ]
                for name, tenant in stage.world["tenants"].items()
            ],
        )
        stage.expect(set(stage.world["tenants"]) == {"fabrikam", "contoso", "northwind", "tailspin"}, "four tenants")
        again = stage.run("world", "apply", str(WORLD))
        stage.expect(again["changed"] == 0, "applying the same world again changes nothing")


def check_the_offer(stage: Stage) -> None:
    """2. Every fault of a broken file at once; none in the good one."""
    with stage.step(
        "`lightkeeper offer check` names every fault of a broken offer file at once, and none of a good one"
    ):
        findings = stage.run("offer", "check", str(BROKEN), ok=False)["findings"]
        stage.table(
            ["Line", "Rule", "What to do"],
            [[str(one["line"]), one["rule"], one["remedy"]] for one in findings],
        )
        stage.expect(len({one["rule"] for one in findings}) >= 10, "the broken offer breaks at least ten rules")
        stage.expect(
            all(one["file"] and one["line"] and one["remedy"] for one in findings), "place and remedy everywhere"
        )
        stage.expect(stage.run("offer", "check", str(GOOD))["findings"] == [], "the good offer has no fault")


def publish(stage: Stage) -> None:
    """3. Validation, certification, preview, sign-off, publish; eligibility is certified."""
    technician = stage.sign_in("technician@fabrikam.example", "correct horse staple")
    with stage.step("Without its designation, Fabrikam fails certification with the eligibility rule"):
        stripped = stage.folder / "without-designation.yaml"
        stripped.write_text(STRIPPED)
        stage.run("world", "apply", str(stripped))
        stage.run("login", "publisher@fabrikam.example", "--password-stdin", stdin="correct horse battery\n")
        status = stage.run("offer", "publish", str(GOOD), "--wait", "--as", "publisher@fabrikam.example", ok=False)
        stage.expect("700.4-eligibility" in str(status), f"the report names rule 700.4-eligibility: {status}")
        stage.say("[yellow]700.4-eligibility[/yellow]: the publisher holds no qualifying designation")
        stage.run("world", "apply", str(WORLD))

    with stage.step("`lightkeeper offer publish`: validation, certification and preview, as a durable workflow"):
        stage.show(
            "offer", "publish", str(GOOD.relative_to(REPOSITORY)), "--wait", "--as", "publisher@fabrikam.example"
        )
        owner = stage.notes["contoso"] = stage.sign_in("owner@contoso.example", "battery staple")
        publisher = stage.sign_in("publisher@fabrikam.example", "correct horse battery")
        _only_the_audience_sees_the_preview(stage, owner, publisher)

    with stage.step("The publisher looks at the preview and signs off; the offer goes live"):
        stage.show("offer", "go-live", OFFER, "--wait", "--as", "publisher@fabrikam.example")
        found = owner.portal("GET", "storefront?words=operations")["value"]
        stage.expect([one["displayName"] for one in found] == ["Fabrikam Managed Operations"], f"on the shelf: {found}")
        plans = [plan["plan"] for one in found for plan in one["plans"]]
        stage.expect(plans == ["operations"], f"the public plan only: {plans}")
    stage.notes["technician"] = technician


def _only_the_audience_sees_the_preview(stage: Stage, owner: Person, publisher: Person) -> None:
    audience = stage.world["subscriptions"]["fabrikam-preview"]["id"]
    stranger = stage.world["subscriptions"]["contoso-prod"]["id"]
    seen = publisher.portal("GET", f"storefront?words=operations&subscription={audience}")["value"]
    hidden = owner.portal("GET", f"storefront?words=operations&subscription={stranger}")["value"]
    stage.expect([one["preview"] for one in seen] == [True], f"the preview audience sees the preview: {seen}")
    stage.expect(len(seen[0]["plans"]) == 2, "preview viewers see all plans, private ones too")
    stage.expect(hidden == [], f"nobody else does: {hidden}")
    stage.table(
        ["Seen with", "Finds"],
        [
            ["fabrikam-preview (preview audience)", f"{seen[0]['displayName']}, 2 plans, preview"],
            ["contoso-prod", "nothing"],
        ],
    )


def new_version(stage: Stage, folder: Path) -> Path:
    """Return the path of a copy of the offer whose public plan is version 2.0.0 and asks for one role more."""
    text = GOOD.read_text()
    group = names.principal(stage.world, "fabrikam", "groups", "tier1")
    head, rule, rest = text.partition("      version: 1.0.0\n")
    assert rule
    row = (
        f"        - principalId: {group}\n          principalDisplayName: Tier 1 support\n          principalType: group\n"
        "          role: Virtual Machine Contributor\n          accessType: active\n"
    )
    before, authorizations, after = rest.partition("      authorizations:\n")
    folder.mkdir(parents=True, exist_ok=True)
    media = folder / "media"
    media.mkdir(exist_ok=True)
    for picture in (GOOD.parent / "media").iterdir():
        (media / picture.name).write_bytes(picture.read_bytes())
    file = folder / "offer.yaml"
    file.write_text(f"{head}      version: 2.0.0\n{before}{authorizations}{row}{after}")
    return file
