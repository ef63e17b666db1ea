"""`lightkeeper publisher`, `lightkeeper admin` and `lightkeeper advise`: accounts, their operator, and which route to take."""

from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.failures import REFUSED, usage
from lightkeeper.cli.output import Column

_ID = Annotated[str, typer.Argument(help="The publisher id.", show_default=False)]
_MEMBER = Annotated[str, typer.Argument(help="The object id of a user or service principal.", show_default=False)]
_NOTE = Annotated[str, typer.Option(help="The reason, for the publisher to read.", show_default=False)]


def register(app: typer.Typer) -> None:
    """Register the commands."""
    own = group(app, "publisher", "A publisher's account: sign up, enrol, people, whether it may publish.")
    command(own, "sign-up")(sign_up)
    command(own, "enrol")(enrol)
    command(own, "list")(list_publishers)
    command(own, "show")(show)
    command(own, "eligible")(eligible)
    command(own, "appeal")(appeal)
    command(own, "set-member")(set_member)
    command(own, "remove-member")(remove_member)
    admin = group(app, "admin", "The marketplace operator's decisions on accounts, submissions and roles.")
    command(admin, "verify", anybody=False)(verify)
    command(admin, "designate", anybody=False)(designate)
    command(admin, "reviews", anybody=False)(reviews)
    command(admin, "review", anybody=False)(review)
    command(admin, "role-arrived", anybody=False)(role_arrived)
    command(app, "advise", anybody=False)(advise)


def sign_up(
    desk: Desk,
    publisher: _ID,
    name: Annotated[str, typer.Option(help="What customers read.")],
    legal_name: Annotated[str, typer.Option(help="The company's registered name.")],
    address: Annotated[str, typer.Option(help="Its registered address.")],
    contact: Annotated[str, typer.Option(help="The primary contact's name.")],
    email: Annotated[str, typer.Option(help="Their work address.")],
    phone: Annotated[str, typer.Option(help="Their telephone number.")],
) -> None:
    """Open an account in your organisation; you become its owner, and it waits for its verification."""
    body = {
        "id": publisher, "displayName": name, "legalName": legal_name, "address": address,
        "contact": {"name": contact, "email": email, "phone": phone},
    }  # fmt: skip
    _tell(desk, desk.partner("POST", "publishers", body=body))


def enrol(
    desk: Desk,
    publisher: _ID,
    accept: Annotated[bool, typer.Option("--accept-agreement", help="You accept the publisher agreement.")] = False,
    by: Annotated[str, typer.Option(help="Who accepts it, when the operator acts for them.", show_default=False)] = "",
) -> None:
    """Join the commercial marketplace; an owner accepts the publisher agreement and is remembered by name."""
    if not accept:
        raise usage("Enrolling means accepting the publisher agreement.", "Read it, then add --accept-agreement.")
    body = {"agreements": ["publisherAgreement"], **({"acceptedBy": by} if by else {})}
    _tell(desk, desk.partner("POST", f"publishers/{publisher}/enrol", body=body))


def list_publishers(desk: Desk) -> None:
    """List your accounts; the operator sees all."""
    desk.show(
        desk.partner("GET", "publishers")["value"],
        Column("PUBLISHER", "id", "bold"), Column("NAME", "displayName"), Column("VERIFICATION", "verification"),
        Column("DESIGNATIONS", lambda row: [one["name"] for one in row["designations"]]),
        empty="There is no account.",
    )  # fmt: skip


def show(desk: Desk, publisher: _ID) -> None:
    """Show an account."""
    desk.show(desk.partner("GET", f"publishers/{publisher}"))


def eligible(desk: Desk, publisher: _ID) -> None:
    """Say whether the account may publish Managed Service offers, and if not, why; exit code 1 when it may not."""
    answer = desk.partner("GET", f"publishers/{publisher}/eligibility")
    if not desk.for_people:
        desk.show(answer)
    elif answer["eligible"]:
        desk.say(f"{publisher} may publish Managed Service offers.")
    else:
        columns = (Column("RULE", "code", "bold"), Column("WHY", "message"), Column("WHAT TO DO", "remedy"))
        desk.show(answer["findings"], *columns, title=f"{publisher} may not publish Managed Service offers")
    if not answer["eligible"]:
        raise typer.Exit(REFUSED)


def appeal(desk: Desk, publisher: _ID, text: Annotated[str, typer.Argument(help="Why.", show_default=False)]) -> None:
    """Ask for another look at a rejected account."""
    _tell(desk, desk.partner("POST", f"publishers/{publisher}/appeal", body={"text": text}))


def set_member(
    desk: Desk, publisher: _ID, member: _MEMBER, role: Annotated[str, typer.Argument(help="owner, manager, developer.")]
) -> None:
    """Give a user or service principal a role in the account."""
    _tell(desk, desk.partner("PUT", f"publishers/{publisher}/members/{member}", body={"role": role}))


def remove_member(desk: Desk, publisher: _ID, member: _MEMBER) -> None:
    """Take somebody's role in the account away; the last owner stays."""
    desk.partner("DELETE", f"publishers/{publisher}/members/{member}")
    desk.say(f"{member} has no role in {publisher} any more.")


def verify(
    desk: Desk,
    publisher: _ID,
    verdict: Annotated[str, typer.Argument(help="authorized, rejected or pending.", show_default=False)],
    check: Annotated[
        str,
        typer.Option(
            help="emailOwnership, identity, employment, business or dueDiligence; the whole account when left out.",
            show_default=False,
        ),
    ] = "",
    note: _NOTE = "",
) -> None:
    """Decide a verification, as a whole or check by check."""
    body = {"verdict": verdict, "note": note, **({"check": check} if check else {})}
    _tell(desk, desk.partner("PUT", f"publishers/{publisher}/verification", body=body))


def designate(
    desk: Desk,
    publisher: _ID,
    name: Annotated[str, typer.Argument(help="Such as solutionsPartner.infrastructureAzure.", show_default=False)],
    since: Annotated[str, typer.Option("--from", help="The first day (2026-01-31).", show_default=False)] = "",
    until: Annotated[str, typer.Option(help="The day it ends.", show_default=False)] = "",
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it away.")] = False,
) -> None:
    """Grant a designation with its dates, or take it away."""
    held = desk.partner("GET", f"publishers/{publisher}")["designations"]
    rows: list[dict[str, Any]] = [one for one in held if one["name"] != name]
    if not revoke:
        rows.append({"name": name, "from": since or None, "until": until or None})
    _tell(desk, desk.partner("PUT", f"publishers/{publisher}/designations", body={"designations": rows}))


def reviews(desk: Desk) -> None:
    """List the submissions that wait for a reviewer, the most urgent first."""
    desk.show(
        desk.partner("GET", "reviews")["value"],
        Column("SUBMISSION", "submissionId", "bold"), Column("PUBLISHER", "publisherId"), Column("OFFER", "offerId"),
        Column("DUE", "dueTime"), Column("OVERDUE", "overdue"), Column("NOTES", "notes"),
        empty="Nothing waits for a reviewer.",
    )  # fmt: skip


def review(
    desk: Desk,
    submission: Annotated[str, typer.Argument(help="The submission.", show_default=False)],
    decision: Annotated[str, typer.Argument(help="approve or return.", show_default=False)],
    note: _NOTE = "",
) -> None:
    """Approve a submission, or return it with reasons."""
    answer = desk.partner("POST", f"reviews/{submission}", body={"decision": decision, "notes": note})
    if desk.for_people:
        desk.say(f"{answer['publisherId']}/{answer['offerId']}: {'approved' if decision == 'approve' else 'returned'}.")
    else:
        desk.show(answer)


def role_arrived(desk: Desk, role: Annotated[str, typer.Argument(help="A built-in role, by name or GUID.")]) -> None:
    """Say that a built-in role is new: templates may use it now, offers after the catalogue's delay."""
    answer = desk.partner("POST", "roles/arrivals", body={"role": role})
    if desk.for_people:
        desk.say(f"Offers may name {answer['roleName']} from {answer['offersFrom'][:16].replace('T', ' ')}.")
    else:
        desk.show(answer)


def advise(
    desk: Desk,
    publisher_account: Annotated[
        bool, typer.Option("--publisher-account", help="There is a publisher account.")
    ] = False,
    qualified: Annotated[bool, typer.Option("--qualified", help="It holds a qualifying designation.")] = False,
    publisher: Annotated[str, typer.Option(help="Ask the server about this account instead.", show_default=False)] = "",
    new_customers: Annotated[bool, typer.Option("--new-customers", help="New customers shall find it.")] = False,
    chosen_customers: Annotated[bool, typer.Option("--chosen-customers", help="Only chosen customers get it.")] = False,
    through_reseller: Annotated[
        bool, typer.Option("--through-reseller", help="Their subscriptions come through a CSP reseller.")
    ] = False,
    leads: Annotated[bool, typer.Option("--leads", help="Leads shall reach a CRM.")] = False,
    customer_accepts: Annotated[bool, typer.Option("--customer-accepts", help="They accept in the portal.")] = False,
    many_subscriptions: Annotated[bool, typer.Option("--many-subscriptions", help="Many are onboarded.")] = False,
    newest_roles: Annotated[bool, typer.Option("--newest-roles", help="New roles are needed at once.")] = False,
    reviews_updates: Annotated[bool, typer.Option("--reviews-updates", help="Customers accept updates.")] = False,
) -> None:
    """Say, row by row, whether a Managed Service offer or a template fits a provider and its customers."""
    from lightkeeper.kernel import encoding
    from lightkeeper.publishing.advice import Situation
    from lightkeeper.publishing.advice import advise as advice_on

    if publisher:
        account = desk.partner("GET", f"publishers/{publisher}")
        publisher_account = True
        codes = {finding["code"] for finding in account["eligibility"]["findings"]}
        qualified = "700.4-eligibility" not in codes
    found = advice_on(
        Situation(
            publisher_account=publisher_account,
            qualified=qualified,
            new_customers=new_customers,
            chosen_customers=chosen_customers,
            through_reseller=through_reseller,
            leads=leads,
            customer_accepts=customer_accepts,
            many_subscriptions=many_subscriptions,
            newest_roles=newest_roles,
            customer_reviews_updates=reviews_updates,
        )
    )
    value = encoding.decode(encoding.encode(found))
    if not desk.for_people:
        desk.show(value)
        return
    desk.show(
        value["rows"],
        Column("CONSIDERATION", "consideration", "bold"), Column("OFFER", "offer"), Column("TEMPLATE", "template"),
        Column("SPEAKS FOR", "leaning"), Column("BECAUSE", "because"),
    )  # fmt: skip
    desk.say(f"{value['verdict'].capitalize()}: {value['because']} {' '.join(value['obstacles'])}".strip())


def _tell(desk: Desk, account: dict[str, Any]) -> None:
    if not desk.for_people:
        desk.show(account)
        return
    enrolled = "in the commercial marketplace" if account["programs"] else "not enrolled yet"
    desk.say(f"{account['id']} ({account['displayName']}): verification {account['verification']}, {enrolled}.")
    desk.say(f"Partner id {', '.join(account['partnerIds'])}: accounts link to it to have their work recognized.")
