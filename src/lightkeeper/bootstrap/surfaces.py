"""The applications that are served: one for the main origin, one for Graph's."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lightkeeper import __version__
from lightkeeper.bootstrap.callers import Callers
from lightkeeper.bootstrap.house import House
from lightkeeper.deployments import seams as deployment_seams
from lightkeeper.settings import Settings
from lightkeeper.web.portal import portal_routes
from lightkeeper.wire.arm.cloud import cloud_facts
from lightkeeper.wire.arm.dispatcher import ArmApp
from lightkeeper.wire.arm.failures import FailureLog
from lightkeeper.wire.arm.loopback import Loopback
from lightkeeper.wire.arm.routing import Routes
from lightkeeper.wire.arm.table import operations
from lightkeeper.wire.arm.throttling import Throttle
from lightkeeper.wire.catalog.routes import catalog_routes
from lightkeeper.wire.edge import edge
from lightkeeper.wire.entra.graph.app import graph_app
from lightkeeper.wire.entra.routes import entra_routes
from lightkeeper.wire.entra.settings import EntraSettings
from lightkeeper.wire.ingestion.routes import ingestion_routes
from lightkeeper.wire.operator.desk import OperatorDesk
from lightkeeper.wire.operator.key import ensure_key
from lightkeeper.wire.operator.readiness import readiness_route
from lightkeeper.wire.operator.routes import operator_routes
from lightkeeper.wire.partner.desk import PartnerDesk
from lightkeeper.wire.partner.routes import partner_routes
from lightkeeper.wire.portal_api.routes import PortalApi, portal_api_routes
from lightkeeper.wire.request_log import noted

PARTNER_AUDIENCES = ("https://api.partner.microsoft.com", "https://cloudpartner.azure.com")


def apps(house: House, settings: Settings, doors: dict[str, Any]) -> tuple[Any, Any]:
    """Return the application of the main origin and that of Graph's."""
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
            *portal_api_routes(PortalApi(house.office, callers.of_request, login)),
            *portal_routes(  # everything else below /portal, pages that are not there included
                house.office, callers.of_token, key, {name: str(value) for name, value in doors.items()}, __version__
            ),
            *operator_routes(desk),
            readiness_route(house.office),
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
