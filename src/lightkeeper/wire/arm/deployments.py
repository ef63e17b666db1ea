"""Template deployments on the wire, at every scope: bodies in, documents and polling headers out."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lightkeeper.deployments import actions, projection, service
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.declared import nowhere
from lightkeeper.deployments.model import Deployment, State
from lightkeeper.deployments.values import lookup
from lightkeeper.kernel.call import Call
from lightkeeper.kernel.findings import Finding
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.wire.arm import deployment_errors
from lightkeeper.wire.arm.jsonc import Sent
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

VERSIONS = (
    "2026-06-01", "2025-04-01", "2025-03-01", "2024-11-01", "2024-07-01", "2024-03-01", "2023-07-01", "2022-12-01", "2022-09-01",
    "2022-06-01", "2022-05-01", "2021-04-01", "2021-01-01", "2020-10-01", "2020-08-01", "2020-06-01", "2019-10-01",
    "2019-08-01", "2019-07-01", "2019-05-10", "2019-05-01", "2019-03-01", "2018-05-01", "2018-02-01", "2017-05-10",
    "2017-05-01", "2016-09-01", "2016-07-01", "2016-06-01", "2016-02-01", "2015-11-01",
)  # fmt: skip
"""What clients send for deployments (generous: older clients are old, and nothing here differs by version)."""

RETRY_AFTER = "1"


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class _DebugSetting(_Body):
    detail_level: str | None = Field(None, alias="detailLevel")


class _Properties(_Body):
    mode: str = "Incremental"
    template: Any = None
    template_link: dict[str, Any] | None = Field(None, alias="templateLink")
    parameters: Any = None
    parameters_link: dict[str, Any] | None = Field(None, alias="parametersLink")
    debug_setting: _DebugSetting | None = Field(None, alias="debugSetting")
    on_error_deployment: dict[str, Any] | None = Field(None, alias="onErrorDeployment")


class _Deployment(_Body):
    location: str | None = None
    properties: _Properties
    tags: dict[str, str] | None = None


def to_domain(request: ArmRequest) -> Asked:
    """Return what the body asks for. Raises `Invalid` with every fault of its form."""
    try:
        body = _Deployment.model_validate(request.body if request.body is not None else {})
    except ValidationError as fault:
        details = [
            Finding("InvalidRequestContent", ".".join(str(part) for part in error["loc"]), error["msg"])
            for error in fault.errors(include_url=False, include_context=False, include_input=False)
        ]
        first = details[0]
        raise Invalid(
            "InvalidRequestContent",
            f"The request content was invalid and could not be deserialized: '{first.message}. Path '{first.target}'.'.",
            details=details,
        ) from fault
    properties = body.properties
    return Asked(
        template=properties.template,
        parameters=properties.parameters,
        mode=properties.mode,
        location=body.location or "",
        tags=body.tags,
        template_link=properties.template_link,
        parameters_link=properties.parameters_link,
        on_error=properties.on_error_deployment,
        debug=properties.debug_setting.detail_level if properties.debug_setting else None,
        placer=request.body.place if isinstance(request.body, Sent) else nowhere,
    )


def _place(request: ArmRequest) -> tuple[str, str]:
    """Return scope and name: of the deployment itself, or of the one whose operation or status is asked for."""
    return request.id.scope, request.id.names[0] if request.id.names else ""


def put_deployment(call: Call, request: ArmRequest) -> Answer:
    """Accept a deployment; the header says where to ask how it goes on."""
    scope, name = _place(request)
    deployment, created = service.create(call, scope, name, to_domain(request))
    status = request.link(f"{deployment.id}/operationStatuses/{deployment.run_id}")
    headers = {"azure-asyncoperation": status, "retry-after": RETRY_AFTER}
    return Answer(201 if created else 200, _shown(request, deployment), headers)


def _shown(request: ArmRequest, deployment: Deployment) -> dict[str, Any]:
    return deployment_errors.document(projection.document_of(deployment), request.api_version)


def get_deployment(call: Call, request: ArmRequest) -> Answer:
    """Answer the deployment."""
    return Answer(200, _shown(request, service.get_deployment(call, *_place(request))))


def head_deployment(call: Call, request: ArmRequest) -> Answer:
    """Answer whether there is such a deployment."""
    try:
        service.get_deployment(call, *_place(request))
    except NotFound as problem:
        if problem.code != "DeploymentNotFound":
            raise
        return Answer(404)
    return Answer(204)


def list_deployments(call: Call, request: ArmRequest) -> Answer:
    """Answer the deployments of a scope, a page at a time."""
    state = _state_filter(request.query.get("$filter", ""))
    top = request.query.get("$top")
    if top is not None and not top.isdecimal():
        raise Invalid("InvalidTopInQueryString", f"The '$top' value '{top}' is not a positive number.")
    found, following = service.list_deployments(
        call, request.id.scope, state=state, top=int(top[:6]) if top else None, before=request.query.get("$skiptoken")
    )
    body: dict[str, Any] = {"value": [_shown(request, one) for one in found]}
    if following is not None:
        more = {name: request.query[name] for name in ("$filter", "$top") if name in request.query}
        body["nextLink"] = request.link(request.id.text, **more, **{"$skiptoken": following})
    return Answer(200, body)


def _state_filter(text: str) -> str | None:
    if not text.strip():
        return None
    words = text.split()
    if len(words) == 3 and words[0].lower() == "provisioningstate" and words[1].lower() == "eq":
        return words[2].strip("'")
    raise Invalid(
        "InvalidFilterInQueryString",
        f"Invalid $filter '{text}' specified in the query string. Write: provisioningState eq 'Failed'.",
    )


def delete_deployment(call: Call, request: ArmRequest) -> Answer:
    """Forget a deployment; what it deployed stays."""
    service.delete_deployment(call, *_place(request))
    return Answer(204)


def validate_deployment(call: Call, request: ArmRequest) -> Answer:
    """Answer what the deployment would be; a fault is answered as a problem."""
    validated = service.validate(call, *_place(request), to_domain(request))
    document = projection.document_of(validated.deployment)
    properties = {
        name: value for name, value in document["properties"].items() if name not in ("outputs", "outputResources")
    }
    properties["validatedResources"] = [{"id": one} for one in validated.resources]
    return Answer(200, {**document, "properties": properties})


def cancel_deployment(call: Call, request: ArmRequest) -> Answer:
    """Stop a deployment before its next resource."""
    service.cancel_deployment(call, *_place(request))
    return Answer(204)


def export_template(call: Call, request: ArmRequest) -> Answer:
    """Answer the template that was deployed."""
    return Answer(200, {"template": service.export_template(call, *_place(request))})


def get_status(call: Call, request: ArmRequest) -> Answer:
    """Answer how a run goes on: always 200, the state is in the document."""
    deployment = service.status_of(call, *_place(request))
    # Pollers that are not told when to come again wait for half a minute.
    waiting = {} if deployment.state.terminal else {"retry-after": RETRY_AFTER}
    return Answer(200, status_document(deployment, request.api_version), waiting)


def status_document(deployment: Deployment, api_version: str) -> dict[str, Any]:
    """Return the document that pollers read."""
    found: dict[str, Any] = {"status": deployment.state.value}
    if deployment.state is State.CANCELED:
        found["error"] = {"code": "DeploymentCanceled", "message": "The deployment was canceled."}
    elif deployment.error is not None:
        found["error"] = deployment_errors.shown(deployment.error, api_version)
    return found


def list_operations(call: Call, request: ArmRequest) -> Answer:
    """Answer what became of each resource."""
    deployment, records = service.list_operations(call, *_place(request))
    return Answer(200, {"value": [projection.operation_document(deployment, one) for one in records]})


def get_operation(call: Call, request: ArmRequest) -> Answer:
    """Answer what became of one resource."""
    deployment, record = service.get_operation(call, *_place(request), request.id.names[-1])
    return Answer(200, projection.operation_document(deployment, record))


def what_if(call: Call, request: ArmRequest) -> Answer:
    """Answer what a deployment would change, at once; `whatIfSettings.resultFormat` may ask for the ids only."""
    asked = to_domain(request)
    settings = lookup(lookup(request.body, "properties"), "whatIfSettings") or {}
    form = str(lookup(settings, "resultFormat") or _WHOLE).lower() if isinstance(settings, dict) else ""
    if form not in (_WHOLE.lower(), "resourceidonly"):
        raise Invalid(
            "InvalidRequestContent",
            "The request content was invalid: 'resultFormat' is 'FullResourcePayloads' or 'ResourceIdOnly'.",
        )
    foreseen = service.what_if(call, *_place(request), asked, whole=form == _WHOLE.lower())
    return Answer(200, projection.what_if_document(foreseen))


_WHOLE = "FullResourcePayloads"


def calculate_template_hash(call: Call, request: ArmRequest) -> Answer:
    """Answer a template's minified text and hash."""
    minified, digest = service.calculate_template_hash(call, request.body)
    return Answer(200, {"minifiedTemplate": minified, "templateHash": digest})


_ITEM = "/{scope}/providers/Microsoft.Resources/deployments/{name}"
_Verb = Literal["GET", "HEAD", "PUT", "POST", "DELETE"]


def _row(
    method: _Verb, tail: str, action: str, answers: tuple[int, ...], handle: Any, *, jsonc: bool = False
) -> Operation:
    return Operation(
        method, f"{_ITEM}{tail}", action=action, answers=answers, handle=handle, versions=VERSIONS, jsonc=jsonc
    )


OPERATIONS = [
    _row("PUT", "", actions.WRITE, (200, 201), put_deployment, jsonc=True),
    _row("GET", "", actions.READ, (200,), get_deployment),
    _row("HEAD", "", actions.READ, (204, 404), head_deployment),
    _row("DELETE", "", actions.DELETE, (204,), delete_deployment),
    _row("POST", "/validate", actions.VALIDATE, (200,), validate_deployment, jsonc=True),
    _row("POST", "/whatIf", actions.WHAT_IF, (200,), what_if, jsonc=True),
    _row("POST", "/cancel", actions.CANCEL, (204,), cancel_deployment),
    _row("POST", "/exportTemplate", actions.EXPORT, (200,), export_template),
    _row("GET", "/operationStatuses/{id}", actions.READ_STATUS, (200,), get_status),
    _row("GET", "/operations", actions.READ_OPERATIONS, (200,), list_operations),
    _row("GET", "/operations/{id}", actions.READ_OPERATIONS, (200,), get_operation),
    Operation(
        "GET", "/{scope}/providers/Microsoft.Resources/deployments", action=actions.READ, answers=(200,),
        handle=list_deployments, versions=VERSIONS,
    ),
    Operation(
        "POST", "/providers/Microsoft.Resources/calculateTemplateHash", action="", answers=(200,),
        handle=calculate_template_hash, versions=VERSIONS, jsonc=True, writes=False,
    ),
]  # fmt: skip
