"""Running an accepted deployment: one step per resource, each in its own transaction, as the one who asked.

A step stores what became of its resource together with the resource itself. A run that is cut off anywhere is run again
from the start: it skips what is stored and goes on; the template, the parameters and the facts about the scope were kept
when it was accepted, so that it means the same. A resource that fails stops those that wait for it; the others are
deployed, and the deployment then says what failed.
"""

import threading
from datetime import timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from lightkeeper.deployments import finishing, places, stepping, store, whereabouts
from lightkeeper.deployments.faults import TemplateFault
from lightkeeper.deployments.model import Mode, State
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.preparing import prepare
from lightkeeper.deployments.refusals import document_of, problem_of
from lightkeeper.deployments.run import RECORDS, Run, close, our_fault, still_wanted
from lightkeeper.deployments.scheduling import in_turn
from lightkeeper.deployments.seams import installed
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.problems import Unavailable
from lightkeeper.kernel.workflows import Step, Workflow

_log = structlog.get_logger(__name__)

AT_ONCE = 4
"""Resources of one deployment that are written side by side, where the database admits more than one writer."""

_LEFT_ALONE_FOR = timedelta(seconds=30)
"""How old an accepted run is before somebody other than the log's reader looks after it."""

_busy: set[str] = set()
_busy_lock = threading.Lock()


def run_deployment(office: Office, run_id: str) -> None:
    """Deploy what was accepted under `run_id` to the end; quiet when there is nothing (left) to do.

    Raises only when the database cannot be used; the same call again then goes on where it stopped. Quiet, too, while
    another thread of this process is at the same run.
    """
    with _busy_lock:
        if run_id in _busy:
            return
        _busy.add(run_id)
    try:
        _run(office, run_id)
    finally:
        with _busy_lock:
            _busy.discard(run_id)


def _run(office: Office, run_id: str) -> None:
    run = _begin(office, run_id)
    if run is None:
        return
    try:
        _carry_out(run)
    except (DBAPIError, Unavailable):
        raise
    except Exception:
        correlation_id = run.deployment.correlation_id
        _log.exception("deployment_failed", deployment=run.deployment.id, correlation_id=correlation_id)
        close(office, run.deployment, State.FAILED, error=our_fault(correlation_id))


def _carry_out(run: Run) -> None:
    run_id, office = run.deployment.run_id, run.office

    def act(planned: Planned) -> bool:
        if planned.key not in run.documents and planned.key not in run.failed:
            stepping.step(run, planned)
        return planned.key not in run.failed

    alone = office.database.local or run.deployment.parent_run_id is not None
    if not in_turn(run.prepared.writes, act, lambda: still_wanted(office, run_id), at_once=1 if alone else AT_ONCE):
        return
    if run.deployment.mode is Mode.COMPLETE and not run.failed:
        finishing.remove_the_rest(run)
    finishing.finish(run)


def _begin(office: Office, run_id: str) -> Run | None:
    seams = installed()
    with office.writing(PLATFORM) as call:
        call.open_to_all(RECORDS)
        deployment = store.find_run(call, run_id)
        if deployment is None or deployment.state.terminal:
            return None
        if deployment.state is State.ACCEPTED:
            store.change(call, run_id, state=State.RUNNING)
        known = store.operations_of(call, run_id)
    try:
        prepared = prepare(
            deployment.template,
            deployment.values,
            whereabouts.restored(deployment.surroundings),
            name=deployment.name,
            location=deployment.location,
            mode=deployment.mode,
            now=deployment.accepted_at,
            library=seams.library,
            link=deployment.template_link,
            path=places.template_path(deployment.places),
            placer=places.recalled(deployment.places),
        )
    except TemplateFault as fault:
        # It was right when it was accepted: only another version of this program can see it otherwise.
        close(
            office, deployment, State.FAILED, error=document_of(problem_of(fault, places.recalled(deployment.places)))
        )
        return None
    caller = whereabouts.restored_caller(deployment.caller)
    run = Run(office, seams, deployment, caller, prepared, lambda other: run_deployment(office, other))
    for record in known:
        if record.state is State.SUCCEEDED:
            run.documents[record.resource_id.lower()] = record.document
        elif record.state is State.FAILED:
            run.failed[record.resource_id.lower()] = record.error or {}
    return run


def _deploy(office: Office, run_id: str) -> bool:
    run_deployment(office, run_id)
    return False


def unfinished(office: Office) -> list[str]:
    """Return the runs that somebody must be at, but for those accepted just now and those nested in another."""
    with office.reading(PLATFORM) as call:
        call.open_to_all(RECORDS)
        return store.unfinished(call, call.now - _LEFT_ALONE_FOR)


def abandon(office: Office, run_id: str) -> None:
    """Close a run that could not be brought to an end, and those nested in it: it must not look active for ever."""
    with office.reading(PLATFORM) as call:
        call.open_to_all(RECORDS)
        deployment = store.find_run(call, run_id)
        nested = store.children(call, run_id)
    for one in nested:
        abandon(office, one.run_id)
    if deployment is not None:
        close(office, deployment, State.FAILED, error=our_fault(deployment.correlation_id))


WORKFLOWS = [
    Workflow("deploy", "DeploymentAccepted", "deployment_id", (Step("deploy", _deploy),), unfinished, abandon),
]
"""The durable work: one step, which keeps its own account of every resource and can be repeated from anywhere."""
