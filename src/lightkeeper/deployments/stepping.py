"""One step of a run: a resource or a nested deployment, and what became of it, in one transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.exc import DBAPIError

from lightkeeper.deployments import accepting, keeping, projection, records, store, writing
from lightkeeper.deployments.bodies import deploy_body
from lightkeeper.deployments.faults import LanguageFault, TemplateFault
from lightkeeper.deployments.model import State
from lightkeeper.deployments.names import ended
from lightkeeper.deployments.planned import Planned
from lightkeeper.deployments.refusals import document_of, problem_of, status_word
from lightkeeper.deployments.run import RECORDS, Run, our_fault, record_of
from lightkeeper.deployments.seams import Refused
from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.outside import repeated
from lightkeeper.kernel.problems import Invalid, Problem, Unavailable

_log = structlog.get_logger(__name__)


def step(run: Run, planned: Planned) -> None:
    """Deploy one resource and write down what became of it."""
    began = run.office.clock.now()
    try:
        run.documents[planned.key] = _nested(run, planned, began) if planned.nested else _write(run, planned, began)
        return
    except _NestedFailed as failure:
        word, error = "Conflict", failure.error
    except (LanguageFault, TemplateFault) as fault:
        word, error = "BadRequest", document_of(_language_problem(run, planned, fault))
    except Problem as problem:
        if isinstance(problem, Unavailable):
            raise
        word, error = status_word(problem), document_of(problem)
        run.seams.refused(
            Refused(
                run.caller,
                run.deployment.correlation_id,
                planned.id,
                planned.api_version,
                run.said.get(planned.key),
                problem,
            )
        )
    except DBAPIError:
        raise
    except Exception:
        _log.exception("deployment_step_failed", resource=planned.id, correlation_id=run.deployment.correlation_id)
        word, error = "InternalServerError", our_fault(run.deployment.correlation_id)
    run.failed[planned.key] = error
    with run.office.writing(PLATFORM, correlation_id=run.deployment.correlation_id) as call:
        call.open_to_all(RECORDS)
        store.put_operation(call, record_of(run, planned, State.FAILED, word, began, call.now, error=error))


def _write(run: Run, planned: Planned, began: datetime) -> Any:
    """Put one resource through its writer, in one transaction with the record of it."""
    with run.office.writing(run.caller, correlation_id=run.deployment.correlation_id) as call:
        body = deploy_body(run.prepared.names, planned, run.runtime(call))
        run.said[planned.key] = body
        document = writing.put(call, run.seams, planned, body)
        store.put_operation(call, record_of(run, planned, State.SUCCEEDED, "OK", began, call.now, document=document))
    return document


class _NestedFailed(Exception):
    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__("a nested deployment failed")
        self.error = error


def _taken_in(run: Run, planned: Planned) -> str:
    """Return the run of a nested deployment, accepted now unless it was before."""
    with run.office.writing(run.caller, correlation_id=run.deployment.correlation_id) as call:
        surroundings, asked = writing.nested(call, run.seams, run.prepared.names, planned, run.runtime(call))
        key = records.key_of(surroundings.tenant["tenantId"], planned.id)
        child = store.find(call, key)
        if child is None or child.parent_run_id != run.deployment.run_id:
            checked = accepting.check(call, run.seams, surroundings, planned.name, asked, nested=True)
            child, _ = keeping.accept(call, planned.name, asked, checked, parent_run_id=run.deployment.run_id)
    return child.run_id


def _nested(run: Run, planned: Planned, began: datetime) -> Any:
    """Accept the nested deployment unless that is done, run it to its end, and write down how it ended."""
    child_run_id = repeated(lambda: _taken_in(run, planned))
    run.deploy(child_run_id)
    with run.office.writing(PLATFORM, correlation_id=run.deployment.correlation_id) as call:
        call.open_to_all(RECORDS)
        done = store.find_run(call, child_run_id)
        if done is None or done.state is not State.SUCCEEDED:
            raise _NestedFailed(
                done.error
                if done is not None and done.error
                else {"code": "DeploymentCanceled", "message": "The nested deployment was canceled."}
            )
        document = projection.document_of(done)
        store.put_operation(call, record_of(run, planned, State.SUCCEEDED, "OK", began, call.now, document=document))
    return document


def _language_problem(run: Run, planned: Planned, fault: LanguageFault | TemplateFault) -> Invalid:
    where = run.prepared.template.where(planned.declared.path)
    message = (
        f"Unable to process template language expressions for resource '{planned.id}' {where}. '{ended(fault.message)}'"
    )
    return problem_of(TemplateFault(message, fault.path or planned.declared.path), run.prepared.template.placer)
