"""What this context needs from those above it; bootstrap fills it in.

Until it does, nothing is known of any provider, so that no resource can be written and no action run.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from lightkeeper.kernel.call import Call
from lightkeeper.resources.model import Catalogue


class NoCatalogue:
    """A catalogue in which nothing is."""

    def namespaces(self) -> Sequence[str]:
        """Return nothing."""
        return ()

    def types_of(self, namespace: str) -> Sequence[str]:
        """Return nothing."""
        return ()

    def is_known(self, action: str) -> bool:
        """Return False."""
        return False


@dataclass(slots=True)
class Seams:
    """The open ends.

    `catalogue` names the providers, their types and operations. `may_see` says whether the caller may know of a
    subscription because of a right somewhere below it. `on_scope_deleted` is told the lower-case id of a deleted group
    or resource, so that what others keep there goes with it. `on_subscription_created` is told of a subscription
    the caller made, `on_subscription_moved` of one that changed tenants, with the new tenant. `identity_carriers` tell which managed identities a resource
    of somebody else's keeping carries.
    """

    catalogue: Catalogue = field(default_factory=NoCatalogue)
    may_see: Callable[[Call, str], bool] = lambda call, subscription_id: False
    on_scope_deleted: list[Callable[[Call, str], None]] = field(default_factory=list)
    on_subscription_created: list[Callable[[Call, str], None]] = field(default_factory=list)
    on_subscription_moved: list[Callable[[Call, str, str], None]] = field(default_factory=list)
    identity_carriers: list[Callable[[Call, str], Collection[str]]] = field(default_factory=list)


seams = Seams()
