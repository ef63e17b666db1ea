"""Who may act for a publisher: its members, by the role table of account_rules.py; the operator may do everything."""

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Forbidden, NotFound
from lightkeeper.publishing import account_store
from lightkeeper.publishing.account import Publisher
from lightkeeper.publishing.account_rules import MAY, Action, may


def require(call: Call, publisher_id: str, action: Action) -> Publisher:
    """Return the account when the caller may do `action` for it.

    Raises `Forbidden` otherwise. A stranger hears the same whether or not there is such a publisher.
    """
    call.authorized = True
    publisher = account_store.find(call.connection, publisher_id)
    if call.caller.unrestricted:
        if publisher is None:
            raise NotFound("resourceNotFound", f"There is no publisher '{publisher_id}'.", target="publisherId")
        return publisher
    role = publisher.role_of(call.caller.object_id) if publisher else None
    if publisher is None or role is None:
        raise Forbidden(
            "forbidden", f"'{call.caller.name}' is not a member of publisher '{publisher_id}'. Ask one of its owners."
        )
    if not may(role, action):
        roles = ", ".join(str(other) for other in MAY if may(other, action))
        raise Forbidden(
            "forbidden", f"A {role} of publisher '{publisher_id}' may not do this ({action}). It takes: {roles}."
        )
    return publisher


def is_member(call: Call, publisher: Publisher) -> bool:
    """Return whether the caller has any role in the account; the operator counts as one."""
    return call.caller.unrestricted or publisher.role_of(call.caller.object_id) is not None


def require_operator(call: Call) -> None:
    """Return quietly when the operator of the marketplace asks; raise `Forbidden` otherwise."""
    call.authorized = True
    if not call.caller.unrestricted:
        raise Forbidden("forbidden", "Only the operator of this marketplace may do this.")
