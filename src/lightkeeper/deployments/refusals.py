"""From a fault of a template to the problem a caller hears, and from a problem to what a deployment shows of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lightkeeper.deployments.declared import Placer
from lightkeeper.deployments.faults import Family, LanguageFault, TemplateFault
from lightkeeper.kernel import problems
from lightkeeper.kernel.problems import Invalid, Problem

FAILED = (
    "At least one resource deployment operation failed. Please list deployment operations for details."
    " Please see https://aka.ms/arm-deployment-operations for usage details."
)
RESOURCE_FAILED = "The resource write operation failed to complete successfully, because it reached terminal provisioning state 'Failed'."

_SENTENCES: Mapping[Family, Callable[[str], str]] = {
    Family.PARSE: lambda inner: f"Deployment template parse failed: '{inner}'.",
    Family.VALIDATION: lambda inner: f"Deployment template validation failed: '{inner}'.",
}

_STATUS_WORDS: Mapping[type[Problem], str] = {
    problems.Unauthenticated: "Unauthorized",
    problems.Forbidden: "Forbidden",
    problems.NotFound: "NotFound",
    problems.MethodNotAllowed: "MethodNotAllowed",
    problems.Invalid: "BadRequest",
    problems.Conflict: "Conflict",
    problems.PreconditionFailed: "PreconditionFailed",
    problems.TooLarge: "RequestEntityTooLarge",
    problems.Throttled: "TooManyRequests",
    problems.Unavailable: "ServiceUnavailable",
}
"""How an operation of a deployment calls the outcome of its request."""


def problem_of(fault: TemplateFault, placer: Placer) -> Invalid:
    """Return `InvalidTemplate` (or the fault's own code) with line, position and path of the fault."""
    info = [violation(fault.path, placer)]
    return Invalid(fault.code or "InvalidTemplate", _SENTENCES[fault.family](fault.message), info=info)


def violation(path: str, placer: Placer) -> dict[str, Any]:
    """Return what an error says of the place of a fault."""
    line, position = placer(path)
    return {"type": "TemplateViolation", "info": {"lineNumber": line, "linePosition": position, "path": path}}


def status_word(problem: Problem) -> str:
    """Return the status of a failed request as a word."""
    return next(_STATUS_WORDS[kind] for kind in type(problem).__mro__ if kind in _STATUS_WORDS)


def document_of(problem: Problem) -> dict[str, Any]:
    """Return a problem as a deployment shows it: code, message, target, details."""
    found: dict[str, Any] = {"code": problem.code, "message": problem.message}
    if problem.target:
        found["target"] = problem.target
    if problem.details:
        found["details"] = [
            {"code": one.code, "message": one.message} | ({"target": one.target} if one.target else {})
            for one in problem.details
        ]
    if problem.info:
        found["additionalInfo"] = [dict(one) for one in problem.info]
    return found


def failure(deployment_id: str, failed: Sequence[tuple[str, Mapping[str, Any]]]) -> dict[str, Any]:
    """Return the error of a deployment some of whose resources failed: (resource id, error) each."""
    return {
        "code": "DeploymentFailed",
        "target": deployment_id,
        "message": FAILED,
        "details": [
            {
                "code": "ResourceDeploymentFailure",
                "target": resource_id,
                "message": RESOURCE_FAILED,
                "details": [dict(error)],
            }
            for resource_id, error in failed
        ],
    }


def outputs_failure(faults: Mapping[str, LanguageFault], placer: Placer) -> dict[str, Any]:
    """Return the error of a deployment whose outputs could not be evaluated."""
    code = "DeploymentOutputEvaluationFailed"
    return {
        "code": code,
        "message": (
            f"Unable to evaluate template outputs: '{','.join(faults)}'. Please see error details and deployment operations."
            " Please see https://aka.ms/arm-common-errors for usage details."
        ),
        "details": [
            {"code": code, "target": name, "message": one.message, "additionalInfo": [violation(one.path, placer)]}
            for name, one in faults.items()
        ],
    }
