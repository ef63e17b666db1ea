"""The marketplace's public catalog: what anybody may read about public offers, without signing in."""

from lightkeeper.wire.catalog.routes import catalog_routes

__all__ = ["catalog_routes"]
