"""The page that asks a person whether a program may act for them."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import Response

from lightkeeper.directory.consents import Asking, Wanted
from lightkeeper.directory.resource_applications import GRAPH, RESOURCE_MANAGER
from lightkeeper.wire.entra.desk import Desk
from lightkeeper.wire.entra.visit import Stage, Visitor, remember, staged

_PLAIN: Mapping[str, tuple[str, str]] = {
    "openid": ("Sign you in", "It learns who you are."),
    "profile": ("View your basic profile", "Your name and the organization you are in."),
    "email": ("View your sign-in name", "It is your mail address here as well."),
    "offline_access": ("Keep this access while you are away", "It can go on working when you are not there."),
    "user.read": ("Read your profile", "Your own entry in the directory."),
}
_EVERYTHING = ("user_impersonation", ".default")


async def consent_page(
    desk: Desk,
    request: Request,
    stage: Stage,
    visitor: Visitor,
    asking: Asking,
    wanted: Wanted,
    *,
    only_whole: bool = False,
) -> Response:
    """Return the page; `only_whole` asks an administrator for everybody in the tenant and for nobody alone."""
    page = staged(
        request,
        stage,
        "consent.html",
        account=visitor.account,
        tenant=asking.subject.tenant.display_name,
        publisher=asking.publisher,
        permissions=in_words(wanted),
        whole=asking.whole,
        only_whole=only_whole,
    )
    return remember(page, visitor.cookie)


def in_words(wanted: Wanted) -> list[tuple[str, str]]:
    """Return what a program wants as a person understands it: a line and a sentence each, the weightiest first."""
    name = resource_name(wanted.resource)
    said: dict[tuple[str, str], None] = {}
    for each in sorted(wanted.permissions, key=lambda one: one.lower() in _PLAIN):
        if each.lower() in _EVERYTHING:
            said[(f"Use {name} as you", "Whatever your roles let you do there, it may do as well.")] = None
        else:
            said[_PLAIN.get(each.lower(), (each, f"A permission on {name}."))] = None
    return list(said)


def resource_name(resource: str) -> str:
    """Return what people call a resource; its address when it has no other name."""
    return {RESOURCE_MANAGER: "Azure Resource Manager", GRAPH: "the directory"}.get(resource, resource)
