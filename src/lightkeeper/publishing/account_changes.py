"""Changing an account: nobody else changes it meanwhile, and what was changed is stored and told to the log."""

from lightkeeper.kernel.call import Call
from lightkeeper.publishing import account_store, members
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.account_rules import Action
from lightkeeper.publishing.events import publisher_event


def held(call: Call, publisher_id: str, action: Action) -> Publisher:
    """Return the account for who may do `action`, as it is once nobody else changes it.

    Two owners must not remove each other at the same time, nor one decision undo another.
    """
    call.hold(f"publisher:{publisher_id.lower()}")
    return members.require(call, publisher_id, action)


def stored(call: Call, publisher: Publisher, kind: str, **facts: str) -> Publisher:
    """Store a changed account, record it as an event of this kind, and return it."""
    account_store.put(call.connection, publisher)
    call.record(publisher_event(kind, publisher, **facts))
    return publisher
