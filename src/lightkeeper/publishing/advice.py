"""Managed Service offer or template: the article's table, row by row, for one provider and its customers.

Pure. The two columns are the public documentation's; what each row means for this provider is ours to say.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Leaning(StrEnum):
    """Which route a row speaks for."""

    OFFER = "offer"
    TEMPLATE = "template"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Situation:
    """What matters about a provider and its customers."""

    publisher_account: bool = False
    qualified: bool = False
    new_customers: bool = False
    chosen_customers: bool = False
    through_reseller: bool = False
    leads: bool = False
    customer_accepts: bool = False
    many_subscriptions: bool = False
    newest_roles: bool = False
    customer_reviews_updates: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One consideration: both columns of the table, what it speaks for here, and why."""

    consideration: str
    offer: str
    template: str
    leaning: Leaning
    because: str


@dataclass(frozen=True, slots=True)
class Advice:
    """The table for a situation and its sum; `obstacles` are what keeps an offer from being possible at all."""

    rows: tuple[Row, ...]
    verdict: Leaning
    because: str
    obstacles: tuple[str, ...] = ()


def advise(situation: Situation) -> Advice:
    """Return which route fits, and why, row by row."""
    rows = tuple(_rows(situation))
    obstacles = tuple(
        text
        for missing, text in (
            (not situation.publisher_account, "There is no publisher account."),
            (not situation.qualified, "The provider holds no designation that Managed Service offers need."),
        )
        if missing
    )
    wants_offer = [row for row in rows[2:] if row.leaning is Leaning.OFFER]
    wants_template = [row for row in rows[2:] if row.leaning is Leaning.TEMPLATE]
    if obstacles:
        wish = "; until then only templates work" if wants_offer else ""
        return Advice(rows, Leaning.TEMPLATE, f"An offer cannot be published yet{wish}.", obstacles)
    if wants_offer and wants_template:
        both = "Publish an offer for new customers, and use templates where they do better; they can be combined."
        return Advice(rows, Leaning.EITHER, both)
    if wants_offer:
        return Advice(rows, Leaning.OFFER, "Only an offer gives what is asked for.")
    if wants_template:
        return Advice(rows, Leaning.TEMPLATE, "Only templates give what is asked for.")
    return Advice(rows, Leaning.EITHER, "Nothing asked for tells the two routes apart; templates ask for less.")


def _rows(s: Situation) -> Iterator[Row]:
    either, offer, template = Leaning.EITHER, Leaning.OFFER, Leaning.TEMPLATE

    def row(what: str, columns: tuple[str, str], says: Leaning, yes: str, asked: bool, no: str) -> Row:
        return Row(what, *columns, says if asked else either, yes if asked else no)

    yield row(
        "A publisher account is needed", ("yes", "no"), template,
        "You have no account; a template needs none.", not s.publisher_account, "You have one.",
    )  # fmt: skip
    yield row(
        "The partner must be qualified", ("yes", "no"), template,
        "You hold no qualifying designation; a template needs none.", not s.qualified, "You are.",
    )  # fmt: skip
    yield row(
        "New customers find it in the marketplace", ("yes", "no"), offer,
        "Only an offer is found there.", s.new_customers, "You do not look for new customers.",
    )  # fmt: skip
    if s.chosen_customers and s.through_reseller:
        chosen = Row(
            "It can be limited to chosen customers", "private plans only", "yes", template,
            "Private plans are invisible to subscriptions bought through a reseller.",
        )  # fmt: skip
    else:
        why = "A private plan or a template both do it." if s.chosen_customers else "Everybody may have it."
        chosen = Row("It can be limited to chosen customers", "private plans only", "yes", either, why)
    yield chosen
    yield row(
        "Leads reach your CRM", ("yes", "no"), offer,
        "Only an offer gives leads.", s.leads, "You do not ask for leads.",
    )  # fmt: skip
    yield row(
        "The customer accepts in the portal", ("yes", "no"), offer,
        "With a template the customer deploys instead of accepting.", s.customer_accepts, "You do not ask for it.",
    )  # fmt: skip
    yield row(
        "Many subscriptions can be onboarded automatically", ("no", "yes"), template,
        "Each acceptance of an offer is a person's act; a template is deployed by a script or a policy.",
        s.many_subscriptions, "There are few subscriptions.",
    )  # fmt: skip
    yield row(
        "New roles and features can be used at once", ("may lag behind", "yes"), template,
        "The offer catalogue may lag behind new roles.", s.newest_roles, "You use established roles.",
    )  # fmt: skip
    yield row(
        "The customer reviews and accepts updates", ("yes", "no"), offer,
        "Customers of an offer compare versions and accept.", s.customer_reviews_updates, "You do not ask for it.",
    )  # fmt: skip
