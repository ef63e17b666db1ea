"""From a scope to the audience of the token.

az asks for `https://management.core.windows.net//.default`: the audience is what is left without `/.default`, so it
keeps the slash of its own.
"""

import re

from lightkeeper.directory.consents import SIGN_IN_PERMISSIONS, Wanted
from lightkeeper.kernel import ids
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.settings import EntraSettings

DEFAULT = "/.default"
_RESOURCE = re.compile(r"(https?|api)://[^\s/?#]+[^\s?#]*", re.IGNORECASE)


def audience_of(scope: str, default: str) -> str:
    """Return whom a person's token is for: the resource of the first scope that names one, else `default`.

    Raises AADSTS70011 when a scope is not of the form `resource/permission`.
    """
    for each in scope.split():
        if each.lower() in SIGN_IN_PERMISSIONS:
            continue
        resource, slash, _ = each.rpartition("/")
        if not slash:
            return default  # a bare permission such as User.Read belongs to Graph
        return _checked(resource, scope)
    return default


def wanted_of(scope: str, settings: EntraSettings) -> Wanted:
    """Return what a person is asked to consent to: the resource of `audience_of`, and every permission on it.

    A permission on another resource keeps its whole name.
    """
    resource = audience_of(scope, f"{settings.graph_url}/")
    permissions: dict[str, None] = {}
    for each in scope.split():
        named, slash, permission = each.rpartition("/")
        own = not slash or named.rstrip("/").lower() == resource.rstrip("/").lower()
        permissions[each.lower() if each.lower() in SIGN_IN_PERMISSIONS else (permission if own else each)] = None
    return Wanted(settings.resource_of(resource), tuple(permissions))


def application_audience_of(scope: str) -> str:
    """Return whom an application's token is for. Raises AADSTS1002012 unless the scope is `resource/.default`."""
    wanted = [each for each in scope.split() if each.lower() not in SIGN_IN_PERMISSIONS]
    if len(wanted) != 1 or not wanted[0].endswith(DEFAULT):
        raise Invalid(
            "AADSTS1002012",
            f"The provided value for scope {scope[:256]} is not valid. Client credential flows must have a scope value "
            "with /.default suffixed to the resource identifier (application ID URI).",
            target="scope",
        )
    return _checked(wanted[0].removesuffix(DEFAULT), scope)


def resource_audience(resource: str) -> str:
    """Return the audience of the older endpoint, which names the resource itself. Raises AADSTS500011 for no resource."""
    if not _is_resource(resource):
        raise Invalid(
            "AADSTS500011",
            f"The resource principal named {resource[:256]} was not found in the tenant. This can happen if the "
            "application has not been installed by the administrator of the tenant.",
            target="resource",
        )
    return resource


def _is_resource(text: str) -> bool:
    return len(text) <= 512 and (ids.is_guid(text) or _RESOURCE.fullmatch(text) is not None)


def _checked(resource: str, scope: str) -> str:
    if not _is_resource(resource):
        raise Invalid(
            "AADSTS70011",
            f"The provided request must include a 'scope' input parameter. The provided value for the input parameter "
            f"'scope' is not valid. The scope {scope[:256]} is not valid.",
            target="scope",
        )
    return resource
