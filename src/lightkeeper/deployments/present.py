"""Resources as a running deployment finds them: those it has deployed by what their providers answered, all others by reading."""

from collections.abc import Mapping
from typing import Any

from lightkeeper.deployments.faults import Misspelled, NotYetKnown
from lightkeeper.deployments.planned import Plan, Planned
from lightkeeper.deployments.preparing import Prepared
from lightkeeper.deployments.seams import Seams
from lightkeeper.deployments.values import Value, lookup
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound, Problem
from lightkeeper.kernel.resource_id import MalformedId, parse

_FULL = ("location", "sku", "tags", "kind", "plan", "identity", "zones")


def _undefined(target: str) -> Misspelled:
    return Misspelled(
        f"The template reference '{target}' is not valid: could not find template resource or resource copy with this name."
        " Please see https://aka.ms/arm-template-expressions/#reference for usage details."
    )


class Ahead:
    """The runtime before anything is deployed (`environment.Runtime`): it knows who may be asked, and no answer."""

    def __init__(self, prepared: Prepared) -> None:
        """Take the plan that names the resources."""
        self._plan = prepared.plan

    def reference(self, target: str, api_version: str | None, full: bool) -> Value:
        """Raise `NotYetKnown`, or `Misspelled` when there will be no answer."""
        _find(self._plan, target, api_version)
        raise NotYetKnown

    def references(self, loop: str, full: bool) -> Value:
        """Raise `NotYetKnown`, or `Misspelled` when there is no such loop."""
        _keys(self._plan, loop)
        raise NotYetKnown

    def list(self, target: str, action: str, api_version: str, body: Value) -> Value:
        """Raise `NotYetKnown`, or `Misspelled` when there will be no answer."""
        _find(self._plan, target, api_version)
        raise NotYetKnown


def _find(plan: Plan, target: str, api_version: str | None) -> Planned | None:
    """Return the resource of the template that is meant, None for another one named by its id. Raises `Misspelled`."""
    planned = plan.find(target)
    if planned is None and not target.startswith("/"):
        raise _undefined(target)
    if planned is None and api_version is None:
        raise Misspelled(
            f"The api-version is required for the reference to '{target}', which is not defined in the template."
        )
    return planned


def _keys(plan: Plan, loop: str) -> tuple[str, ...]:
    found = plan.loops.get(loop.lower())
    if found is None:
        raise Misspelled(f"The provided copy name '{loop}' doesn't exist in the template.")
    return found


class Present:
    """The runtime of one step (`environment.Runtime`); reads as the one who deploys."""

    def __init__(self, call: Call, seams: Seams, prepared: Prepared, documents: Mapping[str, Any]) -> None:
        """Take the documents of what is deployed already, by key."""
        self._call = call
        self._seams = seams
        self._prepared = prepared
        self._documents = documents

    def reference(self, target: str, api_version: str | None, full: bool) -> Value:
        """Return the properties of a resource, or its full form."""
        planned = _find(self._prepared.plan, target, api_version)
        if planned is None:
            version = api_version or ""
            return self._shaped(self._read(target, version), None, target, version, full)
        version = api_version or planned.api_version
        document = self._documents.get(planned.key)
        if document is None:
            document = self._read(planned.id, version)
        return self._shaped(document, planned, planned.id, version, full)

    def references(self, loop: str, full: bool) -> Value:
        """Return the properties of every instance of a loop whose condition holds, in order."""
        found = [self._prepared.plan.resources[key] for key in _keys(self._prepared.plan, loop)]
        return [self.reference(one.id, None, full) for one in found if one.condition]

    def list(self, target: str, action: str, api_version: str, body: Value) -> Value:
        """Return what a resource's `list...` action answers."""
        planned = _find(self._prepared.plan, target, api_version)
        return self._seams.act(self._call, planned.id if planned is not None else target, action, api_version, body)

    def _read(self, resource_id: str, api_version: str) -> Mapping[str, Any]:
        try:
            return self._seams.read(self._call, resource_id, api_version)
        except NotFound as problem:
            raise _not_found(resource_id, problem) from problem

    def _shaped(
        self, document: Mapping[str, Any], planned: Planned | None, resource_id: str, api_version: str, full: bool
    ) -> Value:
        properties = lookup(document, "properties") or {}
        if not full:
            return properties
        id_ = parse(resource_id)
        pairs = [part for pair in zip(id_.types, id_.names, strict=False) for part in pair]
        found = {name: lookup(document, name) for name in _FULL if lookup(document, name) is not None}
        return {
            "apiVersion": api_version,
            **found,
            "properties": properties,
            "condition": planned is None or planned.condition,
            "existing": planned is not None and planned.existing,
            "isConditionTrue": planned is None or planned.condition,
            "subscriptionId": id_.subscription_id or "",
            "resourceGroupName": id_.resource_group or "",
            "scope": id_.parent.text if id_.parent is not None and id_.parent.namespace else "",
            "resourceId": "/".join((id_.namespace, *pairs)) if id_.namespace else resource_id,
            "referenceApiVersion": api_version,
            "isTemplateResource": planned is not None,
            "isAction": False,
            "provisioningOperation": "Read" if planned is None or planned.existing else "Create",
        }


def _not_found(resource_id: str, problem: Problem) -> NotFound:
    """Return `ResourceNotFound` in the platform's words, whatever the keeper of the resource said."""
    try:
        id_ = parse(resource_id)
    except MalformedId:
        return NotFound(problem.code, problem.message)
    if not id_.namespace:
        return NotFound(problem.code, problem.message)  # a resource group, a subscription
    pairs = [part for pair in zip(id_.types, id_.names, strict=False) for part in pair]
    return NotFound(
        "ResourceNotFound",
        f"The Resource '{'/'.join((id_.namespace, *pairs))}' under resource group '{id_.resource_group or '<null>'}' was not found."
        " For more details please go to https://aka.ms/ARMResourceNotFoundFix",
    )
