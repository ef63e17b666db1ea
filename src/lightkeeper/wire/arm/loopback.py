"""A deployment speaks ARM to ourselves: each resource it writes, reads or acts on goes through the operation table.

So whatever can be PUT can be deployed, with the same checks and the same answers, as the caller who deploys.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lightkeeper.access import locks
from lightkeeper.access import service as access
from lightkeeper.access.assignment_rules import Asked
from lightkeeper.deployments import standing
from lightkeeper.deployments.links import Links
from lightkeeper.deployments.seams import Refused, ResourceWriters, Seams, Writer
from lightkeeper.deployments.values import lookup
from lightkeeper.kernel import resource_id
from lightkeeper.kernel.call import Call, Occasion
from lightkeeper.kernel.problems import Invalid, Problem
from lightkeeper.resources import service as resources
from lightkeeper.wire.arm import api_version, role_assignments, template_facts
from lightkeeper.wire.arm.failures import FailureLog
from lightkeeper.wire.arm.operation import ANY_TYPE, Answer, ArmRequest
from lightkeeper.wire.arm.routing import Route, Routes

_NEWEST = "2024-07-01"
_GROUPS = "microsoft.resources/resourcegroups"


class Loopback:
    """Asks the operation table within an open call."""

    def __init__(
        self,
        routes: Callable[[], Routes],
        cloud: Mapping[str, Any],
        failures: FailureLog | None = None,
        template_hosts: Sequence[str] = (),
    ) -> None:
        """`routes` is asked late, since deployments are part of the table they use."""
        self._links = Links(template_hosts)
        self._routes = routes
        self._cloud = cloud
        self._failures = failures

    def ask(self, call: Call, method: str, path: str, version: str | None, body: Any = None) -> Answer:
        """Return what the operation behind `path` answers. Raises the problems it raises."""
        route, version = self._route(method, path, version)
        return route.operation.handle(call, _request(route, method, version, body))

    def _route(self, method: str, path: str, version: str | None) -> tuple[Route, str]:
        route = self._routes().find(method, path)
        served = route.operation.versions
        version = (version or (served[0] if served else _NEWEST)).lower()
        api_version.check_served(version, served, route.id.type)
        return route, version

    def _why_not_kept(self, target: str, version: str) -> Problem | None:
        try:
            route, version = self._route("PUT", target, version)
            if route.operation.key.type == ANY_TYPE:
                resources.insist_on_kept(route.id, version)
        except Problem as problem:
            return problem
        return None

    def refused(self, what: Refused) -> None:
        """Log that a resource could not be put, as the front door does for a request of its own."""
        if self._failures is None:
            return
        try:
            route = self._routes().find("PUT", what.resource_id)
        except Problem:
            return  # no such operation: the deployment itself tells of it
        request = _request(route, "PUT", what.api_version, dict(what.body) if what.body else None)
        self._failures.note(
            route.operation,
            request,
            what.problem,
            what.caller,
            correlation_id=what.correlation_id,
            occasion=Occasion(),
        )

    def seams(self) -> Seams:
        """Return everything deployments need, answered from the table."""
        return Seams(
            writers=ResourceWriters({}, self._writer),
            library=template_facts.Shelf(self._cloud),
            read=lambda call, target, version: self.ask(call, "GET", target, version).body,
            act=lambda call, target, verb, version, body: (
                self.ask(call, "POST", f"{target}/{verb}", version, body).body
            ),
            delete=self._delete,
            listed=_listed,
            register=_register,
            subscription=template_facts.subscription,
            resource_group=template_facts.resource_group,
            management_group=template_facts.management_group,
            tenant=template_facts.tenant,
            links=self._links,
            insist_on_account=standing.insist_on_account,
            refused=self.refused,
            may_nevertheless=_may_nevertheless,
            why_not_kept=self._why_not_kept,
            is_locked=_is_locked,
        )

    def _writer(self, resource_type: str) -> Writer:
        def write(call: Call, scope: str, name: str, version: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
            answer = self.ask(call, "PUT", id_of(scope, resource_type, name), version, dict(body))
            document: Mapping[str, Any] = answer.body or {}
            return document

        return write

    def _delete(self, call: Call, target: str) -> None:
        self.ask(call, "DELETE", target, None)


def _request(route: Route, method: str, version: str, body: Any) -> ArmRequest:
    return ArmRequest(
        id=route.id,
        method=method,
        query={"api-version": version},
        headers={},
        body=body,
        api_version=version,
        base="",
        segments=route.segments,
    )


def id_of(scope: str, resource_type: str, name: str) -> str:
    """Return the id of a resource of a full type whose nested names are joined with slashes.

    Raises `Invalid` when the name has not one segment for each type.
    """
    namespace, _, types = resource_type.partition("/")
    words, names = types.split("/"), name.split("/")
    if len(words) != len(names) or not all(names):
        raise Invalid(
            "InvalidTemplate",
            f"Deployment template validation failed: 'The template resource '{name}' for type '{resource_type}' has "
            "incorrect segment lengths. A nested resource type must have identical number of segments as its resource name.'.",
        )
    if resource_type.lower() == _GROUPS:
        return f"{scope.rstrip('/')}/resourceGroups/{name}"
    return resource_id.child(scope, namespace, *(part for pair in zip(words, names, strict=True) for part in pair))


def _is_locked(call: Call, scope: str) -> bool:
    return resource_id.parse(scope).subscription_id is not None and locks.is_locked(call, scope)


def _may_nevertheless(call: Call, resource_type: str, scope: str, properties: Mapping[str, Any]) -> bool:
    """Return whether this assignment is admitted though assignments are not: within a role's condition, or handed on (L106)."""
    if resource_type.lower() != role_assignments.TYPE.lower():
        return False
    role_id, principal_id = (lookup(properties, name) for name in ("roleDefinitionId", "principalId"))
    if not isinstance(role_id, str):
        return access.may_hand_on(call, scope, None)
    asked = Asked("", principal_id if isinstance(principal_id, str) else "", role_id)
    return access.may_hand_on(call, scope, role_id) or access.may_give(call, scope, asked)


def _listed(call: Call, group: str) -> Sequence[str]:
    """Return the ids of everything in a group that the caller may read, of all pages."""
    parsed, found, token = resource_id.parse(group), list[str](), None
    while True:
        page = resources.list_resources(call, parsed.subscription_id or "", group=parsed.resource_group, skip=token)
        found += [one.id for one in page.items]
        token = page.next
        if not token:
            return found


def _register(call: Call, subscription_id: str, namespace: str) -> None:
    resources.ensure_registered(call, subscription_id, namespace)
