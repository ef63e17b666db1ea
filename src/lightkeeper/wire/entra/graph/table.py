"""Every operation of Graph that is served."""

from lightkeeper.wire.entra.graph import (
    applications,
    belonging,
    credentials,
    groups,
    organization,
    permission_grants,
    roles,
    users,
)
from lightkeeper.wire.entra.graph.asked import Route

ROUTES: tuple[Route, ...] = (
    *users.ROUTES,
    *groups.ROUTES,
    *belonging.ROUTES,
    *applications.ROUTES,
    *credentials.ROUTES,
    *roles.ROUTES,
    *permission_grants.ROUTES,
    *organization.ROUTES,
)
