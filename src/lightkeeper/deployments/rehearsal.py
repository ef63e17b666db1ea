"""What a deployment would change, found by carrying it out in a transaction that is then taken back.

Every resource is written by its real writer, so what is told is what would happen: defaults, merges and refusals of the
providers, references to resources that this very deployment creates, deployments nested in it. Nothing of it is kept:
no row, no entry of the log, no workflow.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lightkeeper.deployments import accepting, foreseen, masking, writing
from lightkeeper.deployments.accepting import Checked
from lightkeeper.deployments.bodies import deploy_body, outputs_of
from lightkeeper.deployments.completing import left_over
from lightkeeper.deployments.differences import PropertyChangeType, differences
from lightkeeper.deployments.environment import ScopeKind
from lightkeeper.deployments.faults import LanguageFault, TemplateFault
from lightkeeper.deployments.foreseen import Change, ChangeType, Diagnostic, Foreseen
from lightkeeper.deployments.model import Mode
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.present import Present
from lightkeeper.deployments.seams import Seams
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.problems import NotFound, Problem, Unavailable

MOST_NESTED, MOST_EXPANDED = 500, 2_000
"""Nested deployments (public what-if limits) and resources that are looked into; what lies beyond is told as `Ignore`."""

_SHORT = "NestedDeploymentShortCircuited"


@dataclass(slots=True)
class _Rehearsal:
    """What has been found out so far."""

    call: Call
    seams: Seams
    changes: dict[str, Change] = field(default_factory=dict)  # by lower-case resource id
    diagnostics: list[Diagnostic] = field(default_factory=list)
    groups: dict[str, str] = field(default_factory=dict)  # resource groups deployed to, by lower-case id
    secrets: set[str] = field(default_factory=set)
    nested: int = 0

    def tell(self, change: Change) -> None:
        """Keep what happens to a resource; of one written twice, from what it was to what it last becomes."""
        first = self.changes.get(change.id.lower())
        if first is not None and first.type is ChangeType.CREATE and change.after is not None:
            change = Change(change.id, ChangeType.CREATE, after=change.after)
        self.changes[change.id.lower()] = change

    def warn(self, code: str, message: str, target: str, level: str = "Warning") -> None:
        """Keep a diagnostic."""
        self.diagnostics.append(Diagnostic(level, code, message, target))


def foresee(call: Call, seams: Seams, checked: Checked, *, whole: bool) -> Foreseen:
    """Return what a deployment would change; with `whole` the documents of each resource and their differences too."""
    rehearsal = _Rehearsal(call, seams)
    with _taken_back(call):
        _carry_out(rehearsal, checked)
    for group in rehearsal.groups.values():
        _tell_of_the_rest(rehearsal, checked, group, whole=whole)
    found = sorted(rehearsal.changes.values(), key=lambda one: one.id.lower())
    mask = masking.of(rehearsal.secrets)
    changes = tuple(foreseen.masked(one, mask) if whole else foreseen.bare(one) for one in found)
    return Foreseen(changes, tuple(rehearsal.diagnostics))


@contextmanager
def _taken_back(call: Call) -> Iterator[None]:
    """Undo in the end whatever is written and recorded inside."""
    logged = len(call.changes)
    savepoint = call.connection.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
        del call.changes[logged:]


@contextmanager
def _all_or_nothing(call: Call) -> Iterator[None]:
    """Undo what is written and recorded inside when it raises."""
    logged = len(call.changes)
    try:
        with call.connection.begin_nested():
            yield
    except BaseException:
        del call.changes[logged:]
        raise


def _carry_out(rehearsal: _Rehearsal, checked: Checked) -> Mapping[str, Any]:
    """Write everything a deployment would; return its outputs."""
    surroundings, prepared = checked.surroundings, checked.prepared
    if surroundings.kind is ScopeKind.RESOURCE_GROUP:
        rehearsal.groups[surroundings.scope.lower()] = surroundings.scope
    rehearsal.secrets |= masking.secrets_of(prepared)
    documents: dict[str, Any] = {}
    for planned in prepared.writes:
        runtime = Present(rehearsal.call, rehearsal.seams, prepared, documents)
        try:
            if planned.nested:
                documents[planned.key] = _expand(rehearsal, checked, planned, runtime)
            else:
                documents[planned.key] = _write(rehearsal, checked, planned, runtime)
        except Unavailable:
            raise
        except (Problem, LanguageFault, TemplateFault) as fault:
            code = fault.code if isinstance(fault, Problem) else "InvalidTemplate"
            rehearsal.tell(Change(planned.id, ChangeType.UNSUPPORTED, why=fault.message))
            rehearsal.warn(code, fault.message, planned.id, level="Error")
    return _outputs(rehearsal, checked, documents)


def _outputs(rehearsal: _Rehearsal, checked: Checked, documents: Mapping[str, Any]) -> Mapping[str, Any]:
    prepared = checked.prepared
    outputs, faults = outputs_of(prepared.names, Present(rehearsal.call, rehearsal.seams, prepared, documents))
    if len(documents) == len(prepared.writes):
        for name, fault in faults.items():
            rehearsal.warn("DeploymentOutputEvaluationFailed", fault.message, name)
    return outputs


def _write(rehearsal: _Rehearsal, checked: Checked, planned: Planned, runtime: Present) -> Mapping[str, Any]:
    call, seams = rehearsal.call, rehearsal.seams
    if len(rehearsal.changes) >= MOST_EXPANDED:
        rehearsal.tell(Change(planned.id, ChangeType.IGNORE))
        return {}
    before = _read(call, seams, planned.id, planned.api_version)
    body = deploy_body(checked.prepared.names, planned, runtime)
    with _all_or_nothing(call):
        after = writing.put(call, seams, planned, body)
    rehearsal.tell(_compared(planned, before, after, body))
    return after


def _compared(
    planned: Planned, before: Mapping[str, Any] | None, after: Mapping[str, Any], body: Mapping[str, Any]
) -> Change:
    shown = _shown(after, planned.api_version)
    if before is None:
        return Change(planned.id, ChangeType.CREATE, after=shown)
    delta = tuple(differences(before, after, body))
    effective = any(one.type is not PropertyChangeType.NO_EFFECT for one in delta)
    kind = ChangeType.MODIFY if effective else ChangeType.NO_CHANGE
    return Change(planned.id, kind, _shown(before, planned.api_version), shown, delta)


def _read(call: Call, seams: Seams, resource_id: str, api_version: str) -> Mapping[str, Any] | None:
    try:
        with _all_or_nothing(call):
            return seams.read(call, resource_id, api_version)
    except NotFound:
        return None


def _expand(rehearsal: _Rehearsal, checked: Checked, planned: Planned, runtime: Present) -> Mapping[str, Any]:
    """Carry out a nested deployment; what it would do is told, it itself is not."""
    call, seams = rehearsal.call, rehearsal.seams
    rehearsal.nested += 1
    if rehearsal.nested > MOST_NESTED or len(rehearsal.changes) >= MOST_EXPANDED:
        rehearsal.tell(Change(planned.id, ChangeType.IGNORE))
        rehearsal.warn(
            _SHORT, f"The nested deployment '{planned.name}' was not looked into: there are too many.", planned.id
        )
        return {}
    surroundings, asked = writing.nested(call, seams, checked.prepared.names, planned, runtime)
    inner = accepting.check(call, seams, surroundings, planned.name, asked, nested=True)
    return {"id": planned.id, "name": planned.name, "properties": {"outputs": _carry_out(rehearsal, inner)}}


def _tell_of_the_rest(rehearsal: _Rehearsal, checked: Checked, group: str, *, whole: bool) -> None:
    """Tell of what a group holds and the deployment does not write: it stays, unless the deployment is complete there."""
    call, seams = rehearsal.call, rehearsal.seams
    try:
        held = seams.listed(call, group)
    except NotFound:
        return  # the deployment creates the group
    complete = checked.mode is Mode.COMPLETE and group == checked.surroundings.scope
    for resource_id in left_over(held, rehearsal.changes):
        before = None
        if whole:
            try:
                before = _read(call, seams, resource_id, "")
            except Problem:
                before = None  # it stays or goes all the same; the caller may only not look at it
        shown = None if before is None else _shown(before, "")
        rehearsal.tell(
            Change(resource_id, ChangeType.DELETE, before=shown)
            if complete
            else Change(resource_id, ChangeType.IGNORE, before=shown, after=shown)
        )


def _shown(document: Mapping[str, Any], api_version: str) -> dict[str, Any]:
    """Return a document without what every write leaves behind."""
    kept = {key: value for key, value in document.items() if key.lower() not in ("etag", "systemdata", "apiversion")}
    return kept | ({"apiVersion": api_version} if api_version else {})
