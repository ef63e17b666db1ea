"""The measure measured: each kind of fault is found, and nothing else."""

import json

from tests.house import Reply

from conformance.descriptions import asked_for
from conformance.knocks import send
from conformance.knocks.finding import way_to
from conformance.town import Town
from conformance.validation import faults_of


def _asked(town: Town, label: str) -> tuple[Reply, list[str]]:
    described = next(one for one in asked_for() if one.label == label)
    reply = send(town, described, way_to(described)(town, described))
    return reply, faults_of(described, reply)


def _faults(town: Town, label: str, reply: Reply) -> list[str]:
    return faults_of(next(one for one in asked_for() if one.label == label), reply)


DEFINITION = "Microsoft.ManagedServices/2022-10-01/RegistrationDefinitions_Get"


def test_a_fault_of_any_kind_is_found(town: Town) -> None:
    """Something missing, something null, something unknown, a wrong type, a closed enumeration, a wrong format."""
    reply, faults = _asked(town, DEFINITION)
    assert faults == []
    changes = [
        lambda body: body["properties"].pop("managedByTenantId"),
        lambda body: body["properties"].update(managedByTenantId=None),
        lambda body: body.update(colour="red"),
        lambda body: body.update(name=7),
        lambda body: body["properties"]["eligibleAuthorizations"][0]["justInTimeAccessPolicy"].update(
            maximumActivationDuration="8 hours"
        ),
        lambda body: body["systemData"].update(createdAt="yesterday"),
    ]
    for n, change in enumerate(changes):
        body = json.loads(reply.raw)
        change(body)

        found = _faults(town, DEFINITION, Reply(reply.status, reply.headers, json.dumps(body).encode()))

        assert len(found) == 1, (n, found)


def test_a_wrong_status_or_header_is_found(town: Town) -> None:
    """A status that is not declared, a common header that is missing, a 202 that says nothing of how it goes on."""
    reply, _ = _asked(town, DEFINITION)
    without = {name: value for name, value in reply.headers.items() if name != "x-ms-request-id"}

    assert _faults(town, DEFINITION, Reply(203, reply.headers, reply.raw)) == [
        "status 203 is not declared (200, default)"
    ]
    assert _faults(town, DEFINITION, Reply(200, without, reply.raw)) == ["there is no header x-ms-request-id"]
    group = "Microsoft.Resources/2024-03-01/ResourceGroups_Delete"
    assert len(_faults(town, group, Reply(202, reply.headers, b""))) == 2


def test_a_refusal_without_the_envelope_is_found(town: Town) -> None:
    """Whatever an older document says of errors, clients read the one envelope."""
    reply, _ = _asked(town, DEFINITION)
    bare = json.dumps({"code": "X", "message": "y"}).encode()

    assert _faults(town, DEFINITION, Reply(400, reply.headers, bare)) != []
