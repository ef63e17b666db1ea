"""`lightkeeper storefront`: a customer's side: find an offer, accept it, delegate, review updates, remove the provider."""

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from lightkeeper.cli.desk import Desk, command, group
from lightkeeper.cli.failures import Failure, usage
from lightkeeper.cli.output import Column
from lightkeeper.cli.places import scope_id, subscription_id

_PLAN = Annotated[str, typer.Argument(help="PUBLISHER.OFFER.PLAN.", show_default=False)]
_OFFER = Annotated[
    str, typer.Argument(help="The accepted offer: its key as `storefront offers` lists it.", show_default=False)
]
_FOR = Annotated[
    str, typer.Option("--subscription", "-s", help="Seen with this subscription: id or name.", show_default=False)
]


def register(app: typer.Typer) -> None:
    """Register the commands."""
    commands = group(app, "storefront", "The storefront: find, accept, delegate, update, remove.")
    command(commands, "search")(search)
    command(commands, "show")(show)
    command(commands, "accept")(accept)
    command(commands, "delegate")(delegate)
    command(commands, "offers")(offers)
    command(commands, "diff")(diff)
    command(commands, "update")(update)
    command(commands, "remove")(remove)
    command(commands, "why-not")(why_not)
    command(commands, "owners")(owners)


def search(
    desk: Desk,
    words: Annotated[
        list[str] | None, typer.Argument(help="Beginnings of words the offer's texts contain.", show_default=False)
    ] = None,
    subscription: _FOR = "",
    category: Annotated[str, typer.Option(help="A category.", show_default=False)] = "",
) -> None:
    """Find offers: public ones, and with --subscription also what is private to it."""
    query = {"words": " ".join(words or ()), "category": category, **_seen_with(desk, subscription)}
    asked = {key: value for key, value in query.items() if value}
    answer = desk.portal("GET", "storefront", query=asked)
    found = list(answer["value"])
    while "next" in answer:
        answer = desk.portal("GET", "storefront", query={**asked, "skip": answer["next"]})
        found += answer["value"]
    desk.show(
        found,
        Column("OFFER", "id", "bold"), Column("NAME", "displayName"), Column("BY", "publisherDisplayName"),
        Column("PLANS", lambda row: [_plan_line(plan) for plan in row["plans"]]), Column("SUMMARY", "summary"),
        empty="No offer fits.",
    )  # fmt: skip


def show(
    desk: Desk,
    offer: Annotated[str, typer.Argument(help="PUBLISHER.OFFER.", show_default=False)],
    subscription: _FOR = "",
) -> None:
    """Show an offer with its plans, and the roles each asks for."""
    publisher, product = _parts(offer, 2, "PUBLISHER.OFFER")
    answer = desk.portal("GET", f"storefront/{publisher}/{product}", query=_seen_with(desk, subscription))
    if not desk.for_people:
        desk.show(answer)
        return
    desk.show({"Offer": answer["displayName"], "By": answer["publisherDisplayName"], "Summary": answer["summary"]})
    for plan in answer["plans"]:
        desk.show(
            plan["authorizations"],
            Column("WHO", lambda row: row["principalDisplayName"] or row["principalId"], "bold"), Column("ROLE", "roleName"),
            Column("ACCESS", "accessType"), title=f"Plan {_plan_line(plan)}",
        )  # fmt: skip


def accept(desk: Desk, plan: _PLAN, subscription: _FOR = "") -> None:
    """Accept a plan in a subscription. It grants nothing; delegate something next."""
    publisher, product, name = _parts(plan, 3, "PUBLISHER.OFFER.PLAN")
    if not subscription:
        raise usage("Name the subscription to accept it in: --subscription.")
    body = {"subscription": subscription_id(desk, subscription)}
    answer = desk.portal("POST", f"storefront/{publisher}/{product}/{name}/accept", body=body)
    if desk.for_people:
        desk.say(f"Accepted {plan}, version {answer['version']}. Nothing is granted yet: delegate something to it.")
    else:
        desk.show(answer)


def delegate(
    desk: Desk,
    offer: _OFFER,
    scope: Annotated[
        list[str], typer.Option("--scope", help="A subscription, subscription/group or ARM id; several are possible.")
    ],
    consent: Annotated[bool, typer.Option("--consent", help="You have read which roles the provider gets.")] = False,
) -> None:
    """Delegate subscriptions and resource groups to the provider of an accepted offer, all of them or none."""
    body = {"scopes": [scope_id(desk, one) for one in scope], "consent": consent}
    answer = desk.portal("POST", f"service-providers/{offer}/delegate", body=body)
    desk.show(answer["value"], Column("DELEGATED", "scope", "bold"), Column("ID", "id", "dim"))


def offers(desk: Desk) -> None:
    """List the accepted offers, their delegations, and what asks for attention."""
    answer = desk.portal("GET", "service-providers")
    desk.show(
        answer["value"],
        Column("KEY", "key", "bold"), Column("OFFER", "offerName"), Column("PROVIDER", "providerName"),
        Column("VERSION", "version"), Column("SUBSCRIPTIONS", "subscriptionsDelegated"),
        Column("GROUPS", "resourceGroupsDelegated"), Column("NOTICE", _notice), empty="No provider has been let in.",
    )  # fmt: skip


def diff(desk: Desk, offer: _OFFER) -> None:
    """Show what accepting the newest version would change: roles, and operations gained and lost."""
    from lightkeeper.cli.offer.report import grouped

    answer = desk.portal("GET", f"service-providers/{offer}/update")
    if not desk.for_people:
        desk.show(answer)
        return
    desk.say(f"Version {answer['heldVersion']} → {answer['offeredVersion']}")
    rows = [
        {
            "who": change["principalDisplayName"] or change["principalId"],
            "change": word,
            "roles": [role["roleName"] for role in change[f"roles{word.capitalize()}"]],
            "operations": grouped(change[f"operations{word.capitalize()}"]),
        }
        for change in answer["changes"]
        for word in ("gained", "lost")
        if change[f"roles{word.capitalize()}"] or change[f"operations{word.capitalize()}"]
    ]
    desk.show(
        rows,
        Column("WHO", "who", "bold"), Column("CHANGE", "change"), Column("ROLES", "roles"), Column("OPERATIONS", "operations"),
        empty="Nobody's rights change.",
    )  # fmt: skip


def update(desk: Desk, offer: _OFFER) -> None:
    """Accept the newest version on every scope that is delegated."""
    answer = desk.portal("POST", f"service-providers/{offer}/accept-update", body={})
    if desk.for_people:
        versions = ", ".join(sorted({one["version"] for one in answer["value"] if one.get("version")}))
        desk.say(f"Accepted version {versions} of {offer} on every delegated scope.")
    else:
        desk.show(answer)


def remove(
    desk: Desk, offer: _OFFER, yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False
) -> None:
    """Remove the provider: every delegation of the offer ends at once."""
    if not yes and desk.for_people and not typer.confirm(f"End every delegation of {offer}?"):
        raise Failure("Nothing was removed.", "NotConfirmed")
    answer = desk.portal("POST", f"service-providers/{offer}/remove", body={})
    if desk.for_people:
        desk.say(f"Removed. Delegations ended: {answer['delegationsEnded']}.")
    else:
        desk.show(answer)


def why_not(desk: Desk, plan: _PLAN, subscription: _FOR = "") -> None:
    """Say why a subscription cannot take a plan, or you cannot take it there; exit code 1 when there is a reason."""
    publisher, product, name = _parts(plan, 3, "PUBLISHER.OFFER.PLAN")
    if not subscription:
        raise usage("Name the subscription: --subscription.")
    answer = desk.portal(
        "GET", f"storefront/{publisher}/{product}/{name}/why-not", query=_seen_with(desk, subscription)
    )
    reasons = answer["reasons"]
    if reasons and desk.for_people:
        raise Failure(f"{subscription} cannot take {plan}.", "NotPossible", reasons)
    if desk.for_people:
        desk.say(f"Nothing stands in the way of {plan} in {subscription}.")
    else:
        desk.show(answer)
    if reasons:
        raise typer.Exit(1)


def owners(
    desk: Desk,
    subscription: Annotated[str, typer.Argument(help="The subscription: id or name.", show_default=False)],
) -> None:
    """List who could delegate in a subscription."""
    answer = desk.portal("GET", f"subscriptions/{subscription_id(desk, subscription)}/owners")
    desk.show(
        answer["value"],
        Column("NAME", "displayName", "bold"), Column("SIGN-IN", "signInName"), Column("KIND", "type"),
        empty="Nobody could.",
    )  # fmt: skip


def _notice(row: Mapping[str, Any]) -> str:
    if row.get("notice"):
        return str(row["notice"])
    return f"Version {row['update']} is there: see `storefront diff`." if row.get("update") else ""


def _plan_line(plan: Mapping[str, Any]) -> str:
    private = " (private)" if plan.get("visibility") == "private" else ""
    return f"{plan['plan']} {plan['version']}{private}"


def _seen_with(desk: Desk, subscription: str) -> dict[str, str]:
    return {"subscription": subscription_id(desk, subscription)} if subscription else {}


def _parts(text: str, count: int, form: str) -> list[str]:
    parts = text.replace("/", ".").split(".")
    if len(parts) != count or not all(parts):
        raise usage(f"'{text}' is no {form}.", f"Write {form}.")
    return parts
