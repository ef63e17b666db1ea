"""Where the surfaces of these tests are."""

from lightkeeper.wire.entra.settings import EntraSettings

LOGIN = "https://localhost:8443"
GRAPH = "https://localhost:8444"
SETTINGS = EntraSettings(login_url=LOGIN, arm_url=LOGIN, graph_url=GRAPH, portal_url=f"{LOGIN}/portal")
