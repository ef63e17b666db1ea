"""The identities that resources carry: written and deleted with their resources, on the authority of those verbs."""

from dataclasses import replace

from lightkeeper.directory import rules, store, writing
from lightkeeper.directory.model import ServicePrincipal, ServicePrincipalKind
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import refuse_if


def put_managed_identity(call: Call, identity: ServicePrincipal) -> ServicePrincipal:
    """Write the identity that a resource carries.

    Called by the verb that writes the resource and has authorized its caller; nobody needs a role in the directory for it.
    Raises `Invalid` for a service principal that is no managed identity.
    """
    refuse_if([*rules.check_principal(identity), *rules.check_managed_identity(identity)])
    call.hold(f"principals:{identity.tenant_id}")
    known = store.principal_by_id(call.connection, identity.id)
    if isinstance(known, ServicePrincipal):  # what it was given in the directory, no resource takes away
        identity = replace(identity, directory_roles=known.directory_roles, profile=known.profile)
    return writing.write(call, identity)


def remove_managed_identity(call: Call, object_id: str) -> None:
    """Delete the identity that a resource carried; nothing happens when there is none, or it is no managed identity.

    Called by the verb that deletes the resource, on that verb's authority.
    """
    found = store.principal_by_id(call.connection, object_id)
    if isinstance(found, ServicePrincipal) and found.kind is ServicePrincipalKind.MANAGED_IDENTITY:
        writing.remove(call, found, for_good=True)
