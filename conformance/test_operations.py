"""Every operation of the asked-for namespaces, called by somebody with all rights, and its answer against its description."""

from collections.abc import Callable

import pytest

from conformance.conftest import NOTED
from conformance.descriptions import PRESENT, Described, asked_for
from conformance.knocks import send
from conformance.knocks.finding import way_to
from conformance.not_served import NOT_SERVED
from conformance.town import Town
from conformance.validation import faults_of

ASKED = asked_for() if PRESENT else ()


@pytest.mark.parametrize("described", ASKED, ids=lambda one: one.label)
def test_an_operation_answers_as_described(
    town: Town, described: Described, record_property: Callable[[str, object], None]
) -> None:
    """A success comes back, with a declared status, the headers of the common contract and a body of the described shape."""
    if described.label in NOT_SERVED:
        reply = send(town, described, way_to(described)(town, described))
        refused = reply.status in (400, 404, 405)
        assert refused or faults_of(described, reply), f"it is served by now ({reply.status}): take it off the list"
        return
    record_property(NOTED, f"operations {described.namespace}")
    try:
        reply = send(town, described, way_to(described)(town, described))
    finally:
        town.house.busy = False

    assert reply.status < 300, f"{reply.status} {reply.raw.decode()[:1000]}"
    assert faults_of(described, reply) == []


def test_what_is_not_served_is_described() -> None:
    """The list of what is not served names operations that there are."""
    assert NOT_SERVED.keys() - {one.label for one in ASKED} == set()


def test_every_version_of_the_delegation_provider_is_asked() -> None:
    """Seven api-versions of Microsoft.ManagedServices, the one of Microsoft.ManagementPartner."""
    versions = {(one.namespace, one.version) for one in ASKED if one.namespace.startswith("Microsoft.Manage")}

    assert len({version for namespace, version in versions if namespace == "Microsoft.ManagedServices"}) == 7
    assert ("Microsoft.ManagementPartner", "2018-02-01") in versions
