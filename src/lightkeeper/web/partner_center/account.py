"""The account: who the publisher is, whether it may publish and if not why, its verification, agreements and members."""

from typing import Any

from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call, CallerKind
from lightkeeper.kernel.problems import Invalid
from lightkeeper.publishing import service
from lightkeeper.publishing.account import MemberRole, Publisher, Verification
from lightkeeper.publishing.account_rules import COMMERCIAL_MARKETPLACE, DESIGNATIONS, QUALIFYING, Action, holding, may
from lightkeeper.publishing.opening import AGREEMENTS
from lightkeeper.publishing.verification import CHECK_TITLES, CHECKS, REQUIRED_CHECKS
from lightkeeper.web.frame import Asked, Deed, Page, View
from lightkeeper.wire.partner import guesses


def list_accounts(call: Call, _asked: Asked) -> View:
    """Show the accounts the visitor belongs to."""
    accounts = [
        {"publisher": one, "role": one.role_of(call.caller.object_id), "faults": service.why_ineligible(call, one.id)}
        for one in service.list_publishers(call)
    ]
    return View("accounts.html", {"accounts": accounts})


def ask_to_sign_up(call: Call, _asked: Asked) -> View:
    """Show the form that opens an account."""
    call.open_to_all("an empty form")
    return View("sign_up.html")


def sign_up(call: Call, asked: Asked) -> str:
    """Open an account."""
    form = {name: value.strip() for name, value in asked.form.items()}
    contact = {key: form.get(f"contact-{key}", "") for key in ("name", "email", "phone")}
    profile = {"legalName": form.get("legalName", ""), "address": form.get("address", ""), "contact": contact}
    call.open_to_all("anybody may open an account for the organisation they work for")
    guesses.insist_on_patience(call.caller, call.now)
    with guesses.counted(call.caller, call.now):
        made = service.sign_up(call, form.get("id", ""), form.get("displayName", ""), profile)
    return f"/portal/publishers/{made.id}"


def show_account(call: Call, asked: Asked) -> View:
    """Show an account: eligibility, verification, designations, agreements, members."""
    publisher = service.get_publisher(call, asked.path["publisher"])
    role = publisher.role_of(call.caller.object_id)
    names = {
        str(one.id): one for one in directory.principals_by_ids(call, [who for who, _ in publisher.members]).values()
    }
    holds = {one.name for one in holding(publisher.designations, call.now)}
    return View(
        "account.html",
        {
            "publisher": publisher,
            "tab": "account",
            "faults": service.why_ineligible(call, publisher.id),
            "checks": _checks(publisher),
            "designations": [
                (DESIGNATIONS.get(one.name, one.name), one, one.name in holds, one.name in QUALIFYING)
                for one in publisher.designations
            ],
            "enrolled": COMMERCIAL_MARKETPLACE in publisher.programs,
            "agreements": publisher.profile.get("agreements", []),
            "agreement_names": AGREEMENTS,
            "members": [
                {"id": who, "role": its, "name": names[who].display_name if who in names else who}
                for who, its in publisher.members
            ],
            "roles": list(MemberRole),
            "may_enrol": may(role, Action.ENROL) and call.caller.kind is CallerKind.USER,
            "may_appeal": may(role, Action.ENROL) and publisher.verification is Verification.REJECTED,
            "may_manage": may(role, Action.MANAGE_MEMBERS),
        },
    )


def _checks(publisher: Publisher) -> list[dict[str, Any]]:
    """Return the checks an account passes through, those not begun included."""
    known = publisher.profile.get("checks", {})
    waiting = {"state": str(Verification.PENDING), "note": ""}
    names = [name for name in CHECKS if name in known or name in REQUIRED_CHECKS]
    return [
        {"name": name, "title": CHECK_TITLES[name], "about": CHECKS[name], **known.get(name, waiting)} for name in names
    ]


def enrol(call: Call, asked: Asked) -> str:
    """Accept the agreement the form shows."""
    if asked.form.get("agree") != "yes":
        call.open_to_all("nothing is done without the tick")
        raise Invalid("agreementNotAccepted", "Tick that you accept the publisher agreement for the company.")
    return _back(service.enrol(call, asked.path["publisher"]))


def appeal(call: Call, asked: Asked) -> str:
    """Ask for another look at a rejected account."""
    return _back(service.appeal(call, asked.path["publisher"], asked.form.get("text", "")))


def put_member(call: Call, asked: Asked) -> str:
    """Give somebody a role in the account."""
    role, who = asked.form.get("role", ""), asked.form.get("member", "").strip()
    if role not in tuple(MemberRole):
        call.open_to_all("the form is not filled in")
        raise Invalid("badRequest", f"The role must be one of {', '.join(MemberRole)}.", target="role")
    return _back(service.set_member(call, asked.path["publisher"], who, MemberRole(role)))


def remove_member(call: Call, asked: Asked) -> str:
    """Take somebody's role in the account away."""
    return _back(service.remove_member(call, asked.path["publisher"], asked.path["member"]))


def _back(publisher: Publisher) -> str:
    return f"/portal/publishers/{publisher.id}"


_ACCOUNT = "/portal/publishers/{publisher}"

PAGES = [
    Page("/portal/publishers", list_accounts),
    Page("/portal/publishers/new", ask_to_sign_up),
    Page(_ACCOUNT, show_account),
]
DEEDS = [
    Deed("/portal/publishers/new", sign_up, "signed-up"),
    Deed(f"{_ACCOUNT}/enrol", enrol, "enrolled"),
    Deed(f"{_ACCOUNT}/appeal", appeal, "appealed"),
    Deed(f"{_ACCOUNT}/members", put_member, "member"),
    Deed(f"{_ACCOUNT}/members/{{member}}/remove", remove_member, "member-gone"),
]
SAID = {
    "signed-up": "The account is open. The marketplace now verifies it; you are its owner.",
    "enrolled": "The agreement is accepted in your name; the account is in the commercial marketplace.",
    "appealed": "The appeal is sent. The rejected checks wait for another look.",
    "member": "The member has the role now.",
    "member-gone": "The member has no role in the account any more.",
}
