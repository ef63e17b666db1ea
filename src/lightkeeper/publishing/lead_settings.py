"""Where an offer's leads go, for those who send them: declared here, used by outbound, which lies above."""

from collections.abc import Callable
from typing import Any

from lightkeeper.delegation.model import PublishedPlan
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.office import Office
from lightkeeper.publishing import shelf, store
from lightkeeper.publishing.model import Environment, Submission

TryLeads = Callable[[Office, Submission], list[Finding]]


def _nobody_tries(_office: Office, _submission: Submission) -> list[Finding]:
    return []


class seams:
    """`try_leads` sends a test lead while a submission is validated and says why its destination cannot be reached."""

    try_leads: TryLeads = staticmethod(_nobody_tries)


def lead_settings(call: Call, publisher_id: str, offer_id: str, environment: Environment) -> dict[str, Any]:
    """Return `customerLeads` of an offer's environment with its secrets, empty when there is none.

    For services that have authorized already, and never for an answer. A live offer without a preview of its own
    shows the same in both.
    """
    offer = store.find(call.connection, publisher_id, offer_id)
    if offer is None:
        return {}
    if environment is Environment.DRAFT:
        document = offer.draft.document
    else:
        shown = store.environment_of(call.connection, offer, environment)
        document = shown[0].document if shown else {}
    found = document.get("customerLeads")
    return found if isinstance(found, dict) else {}


def live_versions(call: Call, publisher_id: str) -> list[PublishedPlan]:
    """Return every plan version of a publisher that was ever live; for services that have authorized already."""
    return [
        plan
        for offer_id in store.ids_of(call.connection, publisher_id)
        for plan in shelf.versions_of(call.connection, publisher_id.lower(), offer_id, preview=False)
    ]
