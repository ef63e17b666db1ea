"""The only place that knows everything: ties the seams, opens the database, starts the work, serves the surfaces.

`seams` fills what lower contexts declared, `house` is everything behind the surfaces, `surfaces` the applications, `work`
what a node does beside answering, `serving` one server from start to stop.
"""

from lightkeeper.bootstrap.doors import doors_of
from lightkeeper.bootstrap.house import House, build
from lightkeeper.bootstrap.serving import DataFolderTaken, serve
from lightkeeper.bootstrap.surfaces import apps
from lightkeeper.bootstrap.work import workflows

__all__ = ["DataFolderTaken", "House", "apps", "build", "doors_of", "serve", "workflows"]
