"""`lightkeeper login`, `logout`, `whoami`: sign-ins kept in the data folder, for `--as`."""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from lightkeeper.cli import session
from lightkeeper.cli.desk import Desk, command
from lightkeeper.cli.failures import Failure, usage
from lightkeeper.cli.output import Column


def register(app: typer.Typer) -> None:
    """Register the commands."""
    command(app, "login", anybody=False)(login)
    command(app, "logout", anybody=False)(logout)
    command(app, "whoami")(whoami)


def login(
    desk: Desk,
    account: Annotated[
        str, typer.Argument(help="A sign-in name, or an application id with --service-principal.", show_default=False)
    ] = "",
    tenant: Annotated[
        str,
        typer.Option(
            help="The directory to sign in to (domain or id); the account's own when left out.", show_default=False
        ),
    ] = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    password_file: Annotated[
        Path | None, typer.Option(help="Read the password from a file.", show_default=False)
    ] = None,
    service_principal: Annotated[
        bool, typer.Option("--service-principal", help="Sign in an application with its secret.")
    ] = False,
    browser: Annotated[bool, typer.Option("--browser", help="Sign in on the server's page, in a browser.")] = False,
) -> None:
    """Sign in and keep the sign-in in the data folder; other commands use it with --as ACCOUNT."""
    if browser:
        from lightkeeper.cli.browser import sign_in

        answer = sign_in(desk.server, tenant or "organizations")
        claims = session.claims_of(answer["access_token"])
        name = account or str(claims.get("upn") or claims.get("unique_name") or claims.get("oid"))
        _keep(desk, name, answer, tenant or str(claims.get("tid", "")), "user")
        return
    if not account:
        raise usage("Name the account to sign in, or use --browser.")
    password = _password(account, password_stdin, password_file)
    if service_principal:
        if not tenant:
            raise usage("An application signs in to a tenant: name it with --tenant.")
        answer = session.request_token(
            desk.server,
            tenant,
            grant_type="client_credentials",
            client_id=account,
            client_secret=password,
            scope=session.SCOPE,
        )
        _keep(desk, account, answer, tenant, "servicePrincipal")
        return
    home = account.rpartition("@")[2]
    if not home or home == account:
        raise usage(f"'{account}' is no sign-in name.", "Write name@domain, or use --service-principal.")
    answer = session.request_token(
        desk.server, home, grant_type="password", username=account, password=password, scope=session.USER_SCOPE
    )
    where = home
    if tenant and tenant.lower() != home.lower():
        where = tenant
        answer = session.request_token(
            desk.server,
            tenant,
            grant_type="refresh_token",
            refresh_token=str(answer.get("refresh_token", "")),
            scope=session.USER_SCOPE,
        )
    _keep(desk, account if where == home else f"{account}:{where}", answer, where, "user")


def _password(account: str, from_stdin: bool, file: Path | None) -> str:
    if from_stdin and file is not None:
        raise usage("Use one of --password-stdin and --password-file.")
    if file is not None:
        from lightkeeper.cli.world import read_text

        return read_text(file).rstrip("\r\n")
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise usage("There is no terminal to ask for the password on.", "Use --password-stdin or --password-file.")
    import getpass

    return getpass.getpass(f"Password of {account}: ")


def _keep(desk: Desk, name: str, answer: dict[str, Any], tenant: str, kind: str) -> None:
    session.SignIns(desk.data).keep(name, session.account_of(answer, tenant, kind=kind))
    claims = session.claims_of(answer["access_token"])
    told = {
        "account": name,
        "tenant": tenant,
        "tenantId": claims.get("tid"),
        "objectId": claims.get("oid"),
        "kind": kind,
    }
    if desk.for_people:
        desk.say(f"Signed in as {name} to {tenant}. Use it with --as {name}")
    else:
        desk.show(told)


def logout(
    desk: Desk,
    account: Annotated[str, typer.Argument(help="The account; all of them when left out.", show_default=False)] = "",
) -> None:
    """Forget a sign-in, or all of them."""
    sign_ins = session.SignIns(desk.data)
    gone = [account] if account else list(sign_ins.all())
    forgotten = [sign_ins.forget(name) for name in gone]
    if not all(forgotten):
        raise Failure(f"'{account}' is not signed in.", "NotSignedIn")
    if desk.for_people:
        desk.say(f"Signed out: {', '.join(gone)}." if gone else "Nobody was signed in.")
    else:
        desk.show({"signedOut": gone})


def whoami(desk: Desk) -> None:
    """Show who is signed in with this data folder, or with --as what that account's token says."""
    accounts = session.SignIns(desk.data).all()
    if desk.account:
        claims = session.claims_of(session.token_of(desk.data, desk.server, desk.account))
        wanted = ("upn", "unique_name", "appid", "oid", "tid", "idtyp", "aud", "exp")
        desk.show({key: claims[key] for key in wanted if key in claims})
        return
    desk.show(
        [
            {
                "account": name,
                "tenant": account["tenant"],
                "kind": account.get("kind", "user"),
                "expires": datetime.fromtimestamp(account["expires_at"], UTC).isoformat(),
                "renewable": bool(account.get("refresh_token")) or account["expires_at"] > time.time(),
            }
            for name, account in accounts.items()
        ],
        Column("ACCOUNT", "account", "bold"), Column("TENANT", "tenant"), Column("KIND", "kind"), Column("TOKEN EXPIRES", "expires"),
        empty="Nobody is signed in; commands run as the operator.",
    )  # fmt: skip
