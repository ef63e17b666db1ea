"""Whether the one who asked for a deployment is still somebody when its next step is done."""

from lightkeeper.directory import service as directory
from lightkeeper.directory.model import ServicePrincipal, User
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import Forbidden


def insist_on_account(call: Call) -> None:
    """Return quietly while the caller's account exists and is enabled, here and at home; raise `Forbidden` otherwise.

    A request proves that with its token; a step of a deployment has no token, only the name of who asked.
    """
    caller = call.caller
    if caller.unrestricted:
        return
    for object_id in {caller.object_id, caller.home_object_id}:
        account = directory.find_principal(call, object_id)
        if not isinstance(account, (User, ServicePrincipal)) or not account.enabled:
            raise Forbidden(
                "AuthorizationFailed",
                f"The client '{caller.name}' with object id '{object_id}' was deleted or disabled after it asked for this "
                "deployment.",
            )
