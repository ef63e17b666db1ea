"""Who runs a command: signed-in accounts kept in the data folder (readable by their owner only), or the operator."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightkeeper.cli.client import Server, operator_key, succeed
from lightkeeper.cli.failures import Failure, usage

CLIENT_ID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"  # the public client id of the Azure command line
SCOPE = "https://management.azure.com/.default"
USER_SCOPE = f"{SCOPE} offline_access openid profile"
_EARLY = 120  # seconds before its end at which a token is renewed


class SignIns:
    """The accounts signed in with one data folder."""

    def __init__(self, data: Path) -> None:
        self.file = data / "cli" / "sign-ins.json"

    def all(self) -> dict[str, dict[str, Any]]:
        """Return every account, by the name `--as` takes."""
        try:
            found = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def find(self, name: str) -> dict[str, Any] | None:
        """Return an account by its name in any case."""
        return next((account for known, account in self.all().items() if known.lower() == name.lower()), None)

    def keep(self, name: str, account: Mapping[str, Any]) -> None:
        """Remember an account."""
        self._write({**{k: v for k, v in self.all().items() if k.lower() != name.lower()}, name: dict(account)})

    def forget(self, name: str) -> bool:
        """Forget an account; return whether there was one."""
        accounts = self.all()
        left = {known: account for known, account in accounts.items() if known.lower() != name.lower()}
        if len(left) == len(accounts):
            return False
        self._write(left)
        return True

    def _write(self, accounts: Mapping[str, Any]) -> None:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = self.file.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            json.dump(accounts, stream, indent=2)
        fresh.replace(self.file)


def request_token(server: Server, tenant: str, **fields: str) -> dict[str, Any]:
    """Return what the token endpoint of a tenant answers; raise its refusal."""
    form = {"client_id": CLIENT_ID, "client_info": "1", **fields}
    login = str(server.ready.get("login") or server.origin).rstrip("/")
    answer = succeed(server.ask("POST", f"{login}/{tenant}/oauth2/v2.0/token", form=form)).body
    return dict(answer)


def account_of(answer: Mapping[str, Any], tenant: str, **more: Any) -> dict[str, Any]:
    """Return what is kept of a token answer."""
    return {
        "tenant": tenant,
        "access_token": answer["access_token"],
        "expires_at": int(time.time()) + int(answer.get("expires_in", 3600)),
        "refresh_token": answer.get("refresh_token", ""),
        **more,
    }


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, without checking it: only to show it to its holder."""
    import base64

    try:
        part = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def token_of(data: Path, server: Server, name: str | None) -> str:
    """Return the bearer token a command is run with: of the account `name`, or the operator's secret without one."""
    name = name or os.environ.get("LIGHTKEEPER_AS") or None
    if name is None:
        return operator_token(data)
    sign_ins = SignIns(data)
    account = sign_ins.find(name)
    if account is None:
        known = ", ".join(sign_ins.all()) or "nobody"
        raise usage(f"'{name}' is not signed in (signed in: {known}).", f"Sign in: lightkeeper login {name}")
    if account["expires_at"] - _EARLY > time.time():
        return str(account["access_token"])
    renewed = renewed_token_of(data, server, name)
    if renewed is None:
        raise Failure(
            f"The sign-in of '{name}' has ended.", "SignInEnded", remedy=f"Sign in again: lightkeeper login {name}"
        )
    return renewed


def renewed_token_of(data: Path, server: Server, name: str | None) -> str | None:
    """Return a fresh token of a signed-in account; None for the operator, and for accounts that cannot be renewed."""
    name = name or os.environ.get("LIGHTKEEPER_AS") or None
    sign_ins = SignIns(data)
    account = sign_ins.find(name) if name else None
    if name is None or account is None or not account.get("refresh_token"):
        return None
    answer = request_token(
        server, account["tenant"], grant_type="refresh_token", refresh_token=account["refresh_token"], scope=USER_SCOPE
    )
    renewed = account_of(answer, account["tenant"], kind=account.get("kind", "user"))
    renewed["refresh_token"] = renewed["refresh_token"] or account["refresh_token"]
    sign_ins.keep(next(known for known in sign_ins.all() if known.lower() == name.lower()), renewed)
    return str(renewed["access_token"])


def operator_token(data: Path) -> str:
    """Return the operator's secret; refuse when this user cannot read it."""
    key = operator_key(data)
    if key is None:
        raise usage(
            f"The operator's key in {data} cannot be read.",
            "Run this as the server's user, or sign in and name --as USER.",
        )
    return key
