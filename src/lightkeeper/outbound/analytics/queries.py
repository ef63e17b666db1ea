"""Queries: who asks, saved texts, and what they find."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from lightkeeper.kernel import ids
from lightkeeper.kernel.call import OPERATOR, Call
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Conflict, Forbidden, Invalid, NotFound
from lightkeeper.outbound import reports
from lightkeeper.outbound.analytics import store
from lightkeeper.outbound.analytics.datasets import dataset_named
from lightkeeper.outbound.analytics.model import SavedQuery
from lightkeeper.outbound.analytics.query import Query, run, span_of
from lightkeeper.outbound.analytics.query_parser import parse
from lightkeeper.outbound.analytics.rules import MOST_DESCRIPTION, MOST_NAME
from lightkeeper.outbound.tables import Report
from lightkeeper.publishing import members
from lightkeeper.publishing import service as publishing
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.account_rules import Action, may

MOST_QUERIES = 100
TRIED_ROWS = 10
WRITE = "Lightkeeper.Outbound/analytics/write"
DELETE = "Lightkeeper.Outbound/analytics/delete"


def account_of(call: Call, named: str = "") -> Publisher:
    """Return the account a request is for: the one it names, or the only one the caller belongs to."""
    if named:
        return members.require(call, named.lower(), Action.READ)
    mine = publishing.list_publishers(call)
    if not mine:
        raise Forbidden("forbidden", "You belong to no publisher's account.")
    if len(mine) > 1:
        known = ", ".join(one.id for one in mine)
        raise Invalid("badRequest", f"You belong to several accounts ({known}): say which with ?publisher=.")
    return mine[0]


def save_query(call: Call, publisher: str, name: Any, description: Any, text: Any) -> SavedQuery:
    """Keep a query under a name. Raises `Invalid` for one that would not run, `Conflict` beyond `MOST_QUERIES`."""
    account = account_of(call, publisher)
    if not isinstance(name, str) or not 0 < len(name.strip()) <= MOST_NAME:
        raise Invalid("badRequest", f"The query needs a name of at most {MOST_NAME} characters.", target="Name")
    description = description if isinstance(description, str) else ""
    if len(description) > MOST_DESCRIPTION:
        raise Invalid("badRequest", f"The description is longer than {MOST_DESCRIPTION:,} characters.")
    if not isinstance(text, str):
        raise Invalid("badRequest", "Give the query as a text.", target="Query")
    tried(call, account, text)
    call.hold(f"analytics:{account.id}")
    if len(store.queries_of(call.connection, account.id)) >= MOST_QUERIES:
        raise Conflict("collectionLimitExceeded", f"There are {MOST_QUERIES} queries already. Delete one first.")
    made = SavedQuery(ids.new_guid(), account.id, name.strip(), description, text, call.caller.object_id, call.now)
    store.add_query(call.connection, made)
    call.record(Event("AnalyticsQuerySaved", WRITE, body={"publisher_id": account.id, "query_id": made.id}))
    return made


def list_queries(call: Call, publisher: str, wanted: Mapping[str, str]) -> list[SavedQuery]:
    """Return the account's queries; `queryId` and `queryName` of `wanted` keep one."""
    found = store.queries_of(call.connection, account_of(call, publisher).id)
    query_id, name = wanted.get("queryId", "").lower(), wanted.get("queryName", "")
    return [one for one in found if (not query_id or one.id == query_id) and (not name or one.name == name)]


def delete_query(call: Call, publisher: str, query_id: str) -> SavedQuery:
    """Forget a query. Raises `Conflict` while a report runs it."""
    account = account_of(call, publisher)
    call.hold(f"analytics:{account.id}")
    found = query_of(call, account, query_id)
    if users := [one.name for one in store.reports_of(call.connection, account.id) if one.query_id == found.id]:
        raise Conflict("invalidState", f"The report '{users[0]}' runs this query. Delete the report first.")
    store.delete_query(call.connection, found.id)
    call.record(Event("AnalyticsQueryDeleted", DELETE, body={"publisher_id": account.id, "query_id": found.id}))
    return found


def try_query(call: Call, publisher: str, text: str) -> Report:
    """Return the first ten rows of what a query finds now."""
    account = account_of(call, publisher)
    if not text:
        raise Invalid("badRequest", "Give the query as ?exportQuery=.", target="exportQuery")
    found = found_by(call, account, tried(call, account, text), None, None)
    return replace(found, rows=found.rows[:TRIED_ROWS])


def query_of(call: Call, account: Publisher, query_id: str) -> SavedQuery:
    """Return a query of the account. Raises `NotFound`."""
    found = store.find_query(call.connection, query_id.lower())
    if found is None or found.publisher_id != account.id:
        raise NotFound("resourceNotFound", f"There is no query '{query_id[:40]}'.", target="QueryId")
    return found


def tried(call: Call, account: Publisher, text: str) -> Query:
    """Return the query when it would run for the caller: its data set, its columns, its reader are looked at."""
    query = parse(text)
    insist_on_reader(call, account, query)
    dataset = dataset_named(query.dataset)
    run(query, Report(dataset.report, "", dataset.columns, []), span_of(query.timespan, call.now), dataset.dated)
    return query


def insist_on_reader(call: Call, account: Publisher, query: Query) -> None:
    """Raise `Forbidden` when the caller may not read what the query selects."""
    if dataset_named(query.dataset).personal:
        members.require(call, account.id, Action.READ_CUSTOMERS)


def may_read(account: Publisher, object_id: str, query: Query) -> bool:
    """Return whether whoever scheduled a report may still read what it selects; the operator always may."""
    if object_id == OPERATOR.object_id:
        return True
    needed = Action.READ_CUSTOMERS if dataset_named(query.dataset).personal else Action.READ
    return may(account.role_of(object_id), needed)


def found_by(call: Call, account: Publisher, query: Query, start: datetime | None, end: datetime | None) -> Report:
    """Return what a query finds, between two times or in its own time span."""
    dataset = dataset_named(query.dataset)
    between = (start.date(), end.date()) if start and end else span_of(query.timespan, call.now)
    return run(query, reports.report(call, account.id, dataset.report), between, dataset.dated)
