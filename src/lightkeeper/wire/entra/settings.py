"""Where the surfaces of one server are, as its clients call them."""

from dataclasses import dataclass

from lightkeeper.directory.resource_applications import GRAPH, RESOURCE_MANAGER

ARM_AUDIENCES = ("https://management.core.windows.net/", "https://management.azure.com/")
GRAPH_AUDIENCES = ("https://graph.microsoft.com/", GRAPH)


@dataclass(frozen=True, slots=True)
class EntraSettings:
    """The origins, `https://host:port` without a trailing slash and in lower case (az lower-cases what it is given)."""

    login_url: str
    arm_url: str
    graph_url: str
    portal_url: str
    cloud_name: str = "Lightkeeper"

    @property
    def arm_audiences(self) -> tuple[str, ...]:
        """Return what an access token for Azure Resource Manager may be addressed to; az asks for the first."""
        return (*ARM_AUDIENCES, f"{self.arm_url}/")

    @property
    def graph_audiences(self) -> tuple[str, ...]:
        """Return what an access token for Microsoft Graph may be addressed to."""
        return (f"{self.graph_url}/", *GRAPH_AUDIENCES)

    def resource_of(self, audience: str) -> str:
        """Return how a resource is remembered: by its application where it is one of ours, whatever its address is today."""
        plain = audience.rstrip("/").lower()
        for app_id, audiences in ((RESOURCE_MANAGER, self.arm_audiences), (GRAPH, self.graph_audiences)):
            if plain in (each.rstrip("/").lower() for each in audiences):
                return app_id
        return audience
