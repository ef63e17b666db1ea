"""The same story and the same races on every database."""

import threading

from lightkeeper.delegation import service
from lightkeeper.delegation.model import RegistrationDefinition
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.ids import named
from lightkeeper.kernel.problems import Conflict
from lightkeeper.storefront import service as storefront
from tests.delegation.market import (
    READ_VM,
    READER,
    RESTART,
    VM_CONTRIBUTOR,
    Market,
    asks_for,
    plan,
    scope_of,
    sub,
    tid,
    vm,
)

KEY = "fabrikam.care.gold"


def test_story_is_the_same(database: Database) -> None:
    """Accept, delegate, update, remove."""
    market = Market(database)
    market.shelf.plans = [plan("1.0.0", ("tier1", READER))]
    with market.as_("owner") as call:
        storefront.accept(call, plan().plan, sub("prod"))
        storefront.delegate(call, tid("contoso"), KEY, [scope_of("prod/web")], consent=True)
    assert market.may("tech", READ_VM, vm())
    market.shelf.plans.append(plan("1.1.0", ("tier1", VM_CONTRIBUTOR)))
    with market.as_("owner") as call:
        storefront.accept_update(call, tid("contoso"), KEY)
    assert market.may("tech", RESTART, vm())
    with market.as_("owner") as call:
        storefront.remove_provider(call, tid("contoso"), KEY)
    assert not market.may("tech", RESTART, vm())


def test_l60_of_two_writers_at_once_one_wins(database: Database) -> None:
    """Two people delegate the same scope to the same offer under different GUIDs at the same moment."""
    market = Market(database)
    definition = market.define(asks_for(("tech", READER)))
    barrier, outcomes = threading.Barrier(4), []

    def write(n: int) -> None:
        barrier.wait()
        outcomes.append(_assign(market, definition, named("assignment", str(n))))

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    assert sorted(outcomes) == ["MultipleRegistrationAssignmentsNotAllowed"] * 3 + ["won"]


def _assign(market: Market, definition: RegistrationDefinition, name: str) -> str:
    try:
        with market.as_("owner") as call:
            service.put_assignment(call, scope_of("prod"), name, definition.resource_id)
    except Conflict as refused:
        return refused.code
    return "won"
