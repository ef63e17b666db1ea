"""Whether requests should come here at all: asked by balancers and orchestrators, who have no key and learn nothing else."""

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lightkeeper.kernel import log
from lightkeeper.kernel.office import Office

READY = "/ready"


def readiness_route(office: Office) -> Route:
    """Return `GET /ready`: 200 while everybody is served, 503 while the office is closed or its database does not answer."""

    def is_ready() -> bool:
        if office.closed_because:
            return False
        try:
            with office.database.read() as connection:
                log.head_of(connection)
        except SQLAlchemyError:
            return False
        return True

    async def ready(_request: Request) -> Response:
        is_open = await to_thread.run_sync(is_ready)
        status, word = (200, "ready") if is_open else (503, "unavailable")
        return JSONResponse({"status": word}, status, {"cache-control": "no-store"})

    return Route(READY, ready)
