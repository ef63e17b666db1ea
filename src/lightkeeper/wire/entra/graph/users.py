"""Users on the wire: `az ad user`, `az ad signed-in-user`."""

from collections.abc import Mapping
from typing import Any

from lightkeeper.directory import reading
from lightkeeper.directory import users as directory
from lightkeeper.directory.model import PrincipalType, User
from lightkeeper.kernel.call import Call, CallerKind
from lightkeeper.kernel.problems import Invalid
from lightkeeper.wire.entra.graph import properties, seeing
from lightkeeper.wire.entra.graph.asked import (
    NOTHING,
    Answer,
    Asked,
    Route,
    delete,
    get,
    one,
    patch,
    post,
    tenant_of,
    text,
)
from lightkeeper.wire.entra.graph.pages import page


def list_users(call: Call, asked: Asked) -> Answer:
    """Answer a page of users."""
    return page(asked, seeing.principals(call, PrincipalType.USER))


def get_user(call: Call, asked: Asked) -> Answer:
    """Answer a user, by object id or sign-in name."""
    found = reading.read_user(call, tenant_of(call), asked.named["id"])
    return one(asked, "users", seeing.shape_of(call, found))


def get_me(call: Call, asked: Asked) -> Answer:
    """Answer the caller, who must be a person."""
    return one(asked, "users", seeing.shape_of(call, me_of(call)))


def create_user(call: Call, asked: Asked) -> Answer:
    """Make a member."""
    wanted = properties.changes_in(asked.document, properties.USER, "User")
    password, profile = _password(asked.document)
    wanted = type(wanted)(wanted.fields, {**wanted.profile, **profile})
    made = directory.create_user(call, tenant_of(call), wanted, password, asked.hashing)
    return one(asked, "users", seeing.shape_of(call, made), made=True)


def change_user(call: Call, asked: Asked) -> Answer:
    """Change a user, or set another password."""
    wanted = properties.changes_in(asked.document, properties.USER, "User")
    password, profile = _password(asked.document)
    wanted = type(wanted)(wanted.fields, {**wanted.profile, **profile})
    directory.change_user(call, tenant_of(call), asked.named["id"], wanted, password, asked.hashing)
    return NOTHING


def delete_user(call: Call, asked: Asked) -> Answer:
    """Delete a user, who can be brought back for a while."""
    directory.delete_user(call, tenant_of(call), asked.named["id"])
    return NOTHING


def change_password(call: Call, asked: Asked) -> Answer:
    """Change the own password; that the caller knows the present one was asked before (`app`)."""
    directory.change_own_password(call, tenant_of(call), text(asked.document, "newPassword"), asked.hashing)
    return NOTHING


def me_of(call: Call) -> User:
    """Return the caller as a user; raise `Invalid` for a program."""
    if call.caller.kind is not CallerKind.USER:
        call.open_to_all("nothing is shown")
        raise Invalid("BadRequest", "/me request is only valid with delegated authentication flow.")
    return reading.read_user(call, tenant_of(call), call.caller.object_id)


def _password(document: Mapping[str, Any]) -> tuple[str | None, dict[str, Any]]:
    """Return the password that a body sets, and what of its profile is only kept."""
    said = document.get("passwordProfile")
    if said is None:
        return None, {}
    password = said.get("password") if isinstance(said, dict) else ""
    if not isinstance(said, dict) or not (password is None or isinstance(password, str)):
        message = "Invalid value specified for property 'passwordProfile' of resource 'User'."
        raise Invalid("Request_BadRequest", message, target="passwordProfile")
    flags = {name: said[name] for name in _FLAGS if isinstance(said.get(name), bool)}
    return password, {"passwordProfile": flags} if flags else {}


_FLAGS = ("forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa")

ROUTES: tuple[Route, ...] = (
    get("/me", get_me),
    Route("POST", "/me/changePassword", change_password, writes=True, proves=True),
    get("/users", list_users),
    post("/users", create_user),
    get("/users/{id}", get_user),
    patch("/users/{id}", change_user),
    delete("/users/{id}", delete_user),
)
