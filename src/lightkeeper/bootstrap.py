"""The only file that knows everything: ties the seams, opens the database, starts the work, serves the surfaces."""

import fcntl
import ipaddress
import json
import os
import sys
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lightkeeper import __version__, migrations, reporting, server
from lightkeeper.access import operations as catalogue
from lightkeeper.access import service as access
from lightkeeper.access.gate import AccessGate, admits
from lightkeeper.access.index import AccessIndex
from lightkeeper.access.roles import built_in
from lightkeeper.access.sources import CUSTOM_ROLES, DENY_ASSIGNMENTS, MEMBERSHIPS, RESOURCE_TREE, RoleAssignments
from lightkeeper.delegation import shelf as delegation_shelf
from lightkeeper.delegation.projection import DelegationGrants
from lightkeeper.delegation.service import upkeep
from lightkeeper.deployments import seams as deployment_seams
from lightkeeper.deployments import service as deployments
from lightkeeper.deployments import workflow as deployment_workflow
from lightkeeper.directory.signing_keys import ensure_signing_key, known_keys
from lightkeeper.directory.verifier import Verifier
from lightkeeper.following import Follower
from lightkeeper.kernel import log
from lightkeeper.kernel.call import OPERATOR, PLATFORM, Call, Caller
from lightkeeper.kernel.certificates import Certificates, ensure_certificates
from lightkeeper.kernel.chores import Chores
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.nodes import Nodes
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Unauthenticated
from lightkeeper.kernel.workflows import Workflow, Workflows
from lightkeeper.outbound import settings as outbound_settings
from lightkeeper.outbound import workflow as outbound_workflow
from lightkeeper.outbound.chores import CHORES
from lightkeeper.partners import known as known_partners
from lightkeeper.publishing import configuring, lead_settings
from lightkeeper.publishing import settings as publishing_settings
from lightkeeper.publishing import workflow as publishing_workflow
from lightkeeper.publishing.partner_ids import PublishersAsPartners
from lightkeeper.publishing.shelf import PublishingShelf
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Subscription
from lightkeeper.settings import Settings
from lightkeeper.web.portal import portal_routes
from lightkeeper.wire import request_log
from lightkeeper.wire.arm import providers as provider_wire
from lightkeeper.wire.arm import subscriptions as subscription_wire
from lightkeeper.wire.arm.cloud import cloud_facts
from lightkeeper.wire.arm.dispatcher import ArmApp
from lightkeeper.wire.arm.failures import FailureLog
from lightkeeper.wire.arm.loopback import Loopback
from lightkeeper.wire.arm.routing import Routes
from lightkeeper.wire.arm.table import operations
from lightkeeper.wire.arm.throttling import Throttle
from lightkeeper.wire.catalog.routes import catalog_routes
from lightkeeper.wire.edge import edge, up_to_date
from lightkeeper.wire.entra.graph.app import graph_app
from lightkeeper.wire.entra.routes import entra_routes
from lightkeeper.wire.entra.settings import EntraSettings
from lightkeeper.wire.ingestion.routes import ingestion_routes
from lightkeeper.wire.operator.desk import OperatorDesk
from lightkeeper.wire.operator.key import ensure_key, is_operator
from lightkeeper.wire.operator.routes import operator_routes
from lightkeeper.wire.partner.desk import PartnerDesk
from lightkeeper.wire.partner.routes import partner_routes
from lightkeeper.wire.portal_api.routes import PortalApi, portal_api_routes
from lightkeeper.wire.request_log import noted
from lightkeeper.world import apply, time
from lightkeeper.world.beside import Folder

PARTNER_AUDIENCES = ("https://api.partner.microsoft.com", "https://cloudpartner.azure.com")


class DataFolderTaken(OSError):
    """Another server works in the data folder."""


@dataclass(frozen=True, slots=True)
class House:
    """Everything behind the surfaces."""

    office: Office
    index: AccessIndex
    verifier: Verifier
    follower: Follower


def build(database: Database, clock: Clock) -> House:
    """Bring the schema up to date, tie the seams and return the house, its readers as far as the log."""
    migrations.upgrade(database)
    index = AccessIndex(built_in())
    office = Office(database, clock, AccessGate(index))
    _tie()
    with office.writing(PLATFORM) as call:
        ensure_signing_key(call)

    def keys() -> Sequence[Any]:
        with office.database.read() as connection:
            return known_keys(connection, clock.now())

    verifier = Verifier(keys)
    with database.read() as connection:
        index.rebuild(
            connection,
            (MEMBERSHIPS, RESOURCE_TREE, RoleAssignments(), CUSTOM_ROLES, DENY_ASSIGNMENTS, DelegationGrants()),
        )
        verifier.load(connection)
        time.restore(connection, clock)
        head, _ = log.head_of(connection)
    follower = Follower(office, [index.follow, verifier.follow, lambda entries: _follow_clock(clock, entries)], head)
    office.revision = head
    office.readers.append(follower.told)
    if not database.local:
        office.before.append(follower.look)
    return House(office, index, verifier, follower)


def _follow_clock(clock: Clock, entries: list[log.Entry]) -> None:
    if any(entry.kind == "ClockAdvanced" for entry in entries):
        last = [entry for entry in entries if entry.kind == "ClockAdvanced"][-1]
        clock.shift = max(clock.shift, timedelta(seconds=last.body["shift_seconds"]))


def _tie() -> None:
    """Fill what lower contexts declared and upper ones know."""
    resources.seams.catalogue = catalogue
    resources.seams.may_see = access.may_see
    resources.seams.on_scope_deleted[:] = [
        access.on_scope_deleted,
        upkeep.on_scope_deleted,
        deployments.on_scope_deleted,
    ]
    resources.seams.on_subscription_created[:] = [access.on_subscription_created]
    resources.seams.on_subscription_moved[:] = [access.on_subscription_moved, upkeep.on_subscription_moved]
    subscription_wire.views.visible_subscriptions = _visible_subscriptions
    subscription_wire.views.managing_tenants_of = access.managing_tenants_of
    provider_wire.OWN_VERSIONS.update(
        {one.key.type: one.versions for one in operations() if one.versions and one.key.form == "item"}
    )
    delegation_shelf.stock(PublishingShelf())
    known_partners.consult(PublishersAsPartners())
    lead_settings.seams.try_leads = staticmethod(outbound_workflow.check_submission)


def _visible_subscriptions(call: Call) -> Sequence[tuple[Subscription, Sequence[str]]]:
    found = resources.get_subscriptions(call, access.list_subscription_ids(call))
    return [(one, access.managing_tenants_of(call, one.id)) for one in found]


def workflows() -> list[Workflow]:
    """Return the durable work of every context."""
    return [
        *publishing_workflow.WORKFLOWS,
        *configuring.WORKFLOWS,
        *deployment_workflow.WORKFLOWS,
        *outbound_workflow.WORKFLOWS,
    ]


class Callers:
    """Who a bearer token speaks for, on every surface but Graph."""

    def __init__(self, house: House, operator_key: str, audiences: Sequence[str]) -> None:
        self._house = house
        self._key = operator_key
        self._audiences = tuple(audiences)

    def home_tenant(self, subscription_id: str) -> str | None:
        """Return the tenant a subscription belongs to, None when there is no such subscription."""
        placed = self._house.index.view.tables.subscriptions.get(subscription_id)
        return placed.tenant_id if placed is not None else None

    def admits(self, caller: Caller, subscription_id: str) -> bool:
        """Return whether a token of the caller's tenant is accepted on the subscription."""
        return admits(self._house.index, caller, subscription_id, self._house.office.clock.now())

    def caller_of(self, token: str, now: datetime) -> Caller:
        """Return who the token speaks for. Raises `Unauthenticated`."""
        if token.startswith("lko-") and is_operator(f"Bearer {token}", self._key):
            return OPERATOR
        return self._house.verifier.verify_access_token(token, now, self._audiences)

    def of_token(self, token: str) -> Caller:
        """Return who the token speaks for now. Raises `Unauthenticated`."""
        return self.caller_of(token, self._house.office.clock.now())

    def of_request(self, request: Request) -> Caller:
        """Return who the request's bearer token speaks for. Raises `Unauthenticated`."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise Unauthenticated(
                "AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing."
            )
        return self.of_token(token.strip())


def serve(settings: Settings) -> None:
    """Serve until a signal. Raises `DataFolderTaken`, `PortTaken`, `NewerSchema`, or `Invalid` for a faulty world."""
    os.umask(0o077)  # keys, hashes of passwords and the log are their owner's, in a folder that others may enter too
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone_in(settings.data):
        request_log.seams.write = reporting.report_to(settings.data).write
        port = server.free_port(settings.host, settings.port)
        graph_port = server.free_port(settings.host, settings.graph_port)
        clock = Clock()
        certificates = ensure_certificates(settings.data / "tls", [settings.host], clock.now())
        publishing_settings.use(
            publishing_settings.PublishingSettings(
                phase_seconds=settings.phase_takes.total_seconds(),
                leads_required=settings.leads_required,
                human_review=settings.human_review,
                review_within=settings.review_within,
                role_delay=settings.role_delay,
            )
        )
        outbound_settings.use(
            outbound_settings.OutboundSettings(
                local_targets=settings.local_targets,
                ca_file=settings.trust_ca,
                connect_to=outbound_settings.connections_of(settings.connect_to),
                smtp=settings.smtp,
                mail_from=settings.mail_from,
            )
        )
        database = Database(settings.database_url)
        house = build(database, clock)
        if settings.world is not None:
            _apply_world(house.office, settings.world)
        doors = _doors(settings, port, graph_port, certificates)
        main, graph = _apps(house, settings, doors)
        node = _node_name(settings.data)
        durable = Workflows(house.office, workflows(), url=settings.workflows_url, node=node)
        durable.launch()
        nodes = Nodes(database, node, durable.take_over)
        if not database.local:
            main, graph = up_to_date(main, house.follower.look_now), up_to_date(graph, house.follower.look_now)
            nodes.start()
        chores = Chores(house.office, CHORES)
        chores.start()
        try:
            server.serve(
                [(main, port), (graph, graph_port)],
                host=settings.host,
                certificate=certificates.cert_file,
                key=certificates.key_file,
                ready=lambda: _tell(settings, doors),
            )
        finally:
            chores.close()
            nodes.close()
            durable.close()
            database.close()
            for file in _ready_files(settings):
                file.unlink(missing_ok=True)


def _apps(house: House, settings: Settings, doors: dict[str, Any]) -> tuple[Any, Any]:
    login = doors["login"]
    entra = EntraSettings(login_url=login, arm_url=doors["arm"], graph_url=doors["graph"], portal_url=doors["portal"])
    key = ensure_key(settings.data)
    audiences = (*entra.arm_audiences, *entra.graph_audiences, *PARTNER_AUDIENCES, f"{login}/")
    arm_callers = Callers(house, key, entra.arm_audiences)
    callers = Callers(house, key, audiences)
    loopback = Loopback(
        lambda: routes,
        cloud_facts(
            entra.cloud_name, arm=doors["arm"], login=login, portal=doors["portal"], audiences=entra.arm_audiences
        ),
        FailureLog(house.office),
        settings.template_hosts,
    )
    deployment_seams.install(loopback.seams())
    table = list(operations())
    routes = Routes(table)
    arm = ArmApp(house.office, table, arm_callers, login=login, throttle=Throttle(refuse=settings.production))
    desk = OperatorDesk(house.office, house.index, key, settings.production)
    ingestion = ingestion_routes(PartnerDesk(house.office, callers.of_token))
    others = Starlette(
        routes=[
            *portal_routes(
                house.office, callers.of_token, key, {name: str(value) for name, value in doors.items()}, __version__
            ),
            *operator_routes(desk),
            *portal_api_routes(PortalApi(house.office, callers.of_request, login)),
            *catalog_routes(house.office, "/catalog"),
            *partner_routes(PartnerDesk(house.office, callers.of_token)),
            *ingestion,
            *entra_routes(house.office, entra),
        ],
        exception_handlers={404: _not_found, 405: _not_found},
    )
    graph = graph_app(house.office, house.verifier, entra)
    graph.router.routes += ingestion  # clients of the original know it on Graph's origin
    return edge(arm, noted(others, "portal")), noted(graph, "graph", query=True)


async def _not_found(request: Request, _error: Exception) -> Response:
    message = f"Nothing is served at '{request.method} {request.url.path[:300]}'."
    return JSONResponse({"error": {"code": "NotFound", "message": message}}, 404)


def _apply_world(office: Office, file: Path) -> None:
    with office.writing(OPERATOR) as call:
        apply.apply_text(call, file.read_text(encoding="utf-8-sig"), str(file), beside=Folder(file.parent))


def _doors(settings: Settings, port: int, graph_port: int, certificates: Certificates) -> dict[str, Any]:
    host = "localhost" if _is_local(settings.host) else settings.host.lower()
    origin = f"https://{host}:{port}"
    return {
        "arm": origin,
        "login": origin,
        "graph": f"https://{host}:{graph_port}",
        "partner": f"{origin}/api",
        "catalog": f"{origin}/catalog",
        "portal": f"{origin}/portal",
        "ca_file": str(certificates.ca_file.resolve()),
        "ca_bundle": str(certificates.ca_bundle.resolve()),
        "data": str(settings.data.resolve()),
        "pid": os.getpid(),
    }


def _is_local(host: str) -> bool:
    """Return whether clients on this machine reach the server as localhost: a loopback address, or all addresses."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _ready_files(settings: Settings) -> list[Path]:
    own = settings.data / "ready.json"
    return [own] if settings.ready_file is None else [own, settings.ready_file]


def _tell(settings: Settings, doors: dict[str, Any]) -> None:
    """Say that the server is ready: a file that appears whole, and a line for people."""
    for file in _ready_files(settings):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.{uuid.uuid4().hex}")
        part.write_text(json.dumps(doors, indent=2) + "\n")
        part.replace(file)
    print(f"Lightkeeper {__version__} is ready at {doors['portal']} (data in {doors['data']}). Stop it with Ctrl-C.")
    sys.stdout.flush()


def _node_name(data: Path) -> str:
    """Return this node's stable name: a restarted process resumes the work of its own name only."""
    file = data / "node"
    if not file.exists():
        file.write_text(uuid.uuid4().hex + "\n")
    return file.read_text().strip()


@contextmanager
def _alone_in(data: Path) -> Iterator[IO[str]]:
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise DataFolderTaken(
                f"Another server works in '{data}'. Stop it, or name another folder with --data."
            ) from fault
        yield lock
