"""Delegations as the access index sees them: from the tables at start, then from the log.

Only active authorizations become grants; an eligible entry gives nothing until it is activated. A role that is
deprecated since it was delegated grants nothing either (L30).
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from lightkeeper.access.facts import DefinitionGone, DefinitionSet, Delegated, DelegationEnded, Fact
from lightkeeper.access.roles import role_of
from lightkeeper.delegation import documents, store
from lightkeeper.delegation.events import (
    ASSIGNMENT_DELETED,
    ASSIGNMENT_WRITTEN,
    DEFINITION_DELETED,
    DEFINITION_WRITTEN,
)
from lightkeeper.delegation.model import Authorization
from lightkeeper.kernel.log import Entry


class DelegationGrants:
    """The grant source for everything customers delegated."""

    def load(self, connection: Connection) -> Iterator[Fact]:
        """Yield every definition, then every delegation."""
        for definition in store.every_definition(connection):
            yield DefinitionSet(definition.key, definition.managed_by_tenant_id, _grants(definition.authorizations))
        for assignment in store.every_assignment(connection):
            yield Delegated(assignment.key, assignment.scope_key, assignment.definition_key)

    def facts_of(self, entry: Entry) -> Iterator[Fact]:
        """Yield what one log entry changes about delegated rights; nothing for entries of other kinds."""
        body = entry.body
        if entry.kind == DEFINITION_WRITTEN:
            granted = _grants(documents.authorizations_of(body["authorizations"]))
            yield DefinitionSet(body["key"], body["managed_by_tenant_id"], granted)
        elif entry.kind == DEFINITION_DELETED:
            yield DefinitionGone(body["key"])
        elif entry.kind == ASSIGNMENT_WRITTEN:
            yield Delegated(body["key"], body["scope_key"], body["definition_key"])
        elif entry.kind == ASSIGNMENT_DELETED:
            yield DelegationEnded(body["key"])


def _grants(authorizations: Iterable[Authorization]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    return tuple(
        (one.principal_id, one.role_id, one.delegated_role_ids)
        for one in authorizations
        if (role := role_of(one.role_id)) is not None and not role.deprecated
    )
