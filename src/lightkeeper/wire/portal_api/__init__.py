"""Our own JSON API: what the pages Storefront, Service providers and My customers do, for scripts and the command line."""

from lightkeeper.wire.portal_api.routes import PortalApi, portal_api_routes

__all__ = ["PortalApi", "portal_api_routes"]
