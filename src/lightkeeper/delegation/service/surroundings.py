"""What a delegation is judged by besides itself: whom it names, and what is delegated at the same scope."""

from lightkeeper.delegation import store
from lightkeeper.delegation.model import RegistrationDefinition
from lightkeeper.delegation.principal_rules import Named, ids_in
from lightkeeper.directory import service as directory
from lightkeeper.kernel.call import Call


def named_in(call: Call, definition: RegistrationDefinition) -> Named:
    """Return what the directories know, now, of those the definition names (L41, L42)."""
    wanted = ids_in(definition)
    return Named(
        {str(key): found for key, found in directory.principals_by_ids(call, wanted).items()},
        directory.applications_among(call, wanted),
    )


def definitions_at(call: Call, scope: str) -> list[RegistrationDefinition]:
    """Return the definitions that are assigned at exactly this scope."""
    given = store.assignments_at(call.connection, scope.lower())
    found = (store.definition(call.connection, one.definition_key) for one in given)
    return [one for one in found if one is not None]
