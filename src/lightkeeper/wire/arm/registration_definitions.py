"""Registration definitions on the wire: what a provider may do in a subscription."""

from typing import Any

from pydantic import Field

from lightkeeper.delegation import actions, service
from lightkeeper.delegation.model import (
    DEFINITIONS,
    NAMESPACE,
    Approver,
    Authorization,
    DefinitionAsked,
    EligibleAuthorization,
    JustInTimePolicy,
    Plan,
)
from lightkeeper.delegation.service import Described
from lightkeeper.kernel.call import Call
from lightkeeper.wire.arm import managed_services as common
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation

TYPE = f"{NAMESPACE}/{DEFINITIONS}"


class AuthorizationBody(common.Body):
    """One active authorization."""

    principal_id: str
    role_definition_id: str
    principal_id_display_name: str | None = None
    delegated_role_definition_ids: list[str] | None = None

    def to_domain(self) -> Authorization:
        """Return the authorization."""
        return Authorization(
            self.principal_id,
            self.role_definition_id,
            self.principal_id_display_name or "",
            tuple(self.delegated_role_definition_ids or ()),
        )


class ApproverBody(common.Body):
    """One approver."""

    principal_id: str
    principal_id_display_name: str | None = None


class PolicyBody(common.Body):
    """How an eligible role is activated."""

    multi_factor_auth_provider: str | None = None
    maximum_activation_duration: str | None = None
    managed_by_tenant_approvers: list[ApproverBody] | None = None

    def to_domain(self) -> JustInTimePolicy:
        """Return the policy, with the documented defaults for what was not said."""
        return JustInTimePolicy(
            "None" if self.multi_factor_auth_provider is None else self.multi_factor_auth_provider,
            "PT8H" if self.maximum_activation_duration is None else self.maximum_activation_duration,
            tuple(
                Approver(one.principal_id, one.principal_id_display_name or "")
                for one in self.managed_by_tenant_approvers or ()
            ),
        )


class EligibleBody(AuthorizationBody):
    """One eligible authorization."""

    just_in_time_access_policy: PolicyBody | None = None

    def to_eligible(self) -> EligibleAuthorization:
        """Return the eligible authorization."""
        return EligibleAuthorization(
            self.principal_id,
            self.role_definition_id,
            self.principal_id_display_name or "",
            (self.just_in_time_access_policy or PolicyBody()).to_domain(),
            tuple(self.delegated_role_definition_ids or ()),
        )


class PropertiesBody(common.Body):
    """What a client says about a definition."""

    managed_by_tenant_id: str = Field(min_length=1)
    authorizations: list[AuthorizationBody] | None = None
    eligible_authorizations: list[EligibleBody] | None = None
    registration_definition_name: str | None = None
    description: str | None = None


class PlanBody(common.Body):
    """The published plan a definition stands for; the rules ask for all four parts."""

    name: str = ""
    publisher: str = ""
    product: str = ""
    version: str = ""


class DefinitionBody(common.Body):
    """The body of a PUT."""

    properties: PropertiesBody
    plan: PlanBody | None = None

    def to_domain(self) -> DefinitionAsked:
        """Return what is asked for; `"plan": null` is no plan."""
        said = self.properties
        return DefinitionAsked(
            managed_by_tenant_id=said.managed_by_tenant_id,
            authorizations=tuple(one.to_domain() for one in said.authorizations or ()),
            eligible_authorizations=tuple(one.to_eligible() for one in said.eligible_authorizations or ()),
            name=said.registration_definition_name or "",
            description=said.description or "",
            plan=Plan(self.plan.publisher, self.plan.product, self.plan.name, self.plan.version) if self.plan else None,
        )


def put_definition(call: Call, request: ArmRequest) -> Answer:
    """Write a definition; it is complete when answered."""
    asked = common.read_body(DefinitionBody, request).to_domain()
    common.insist_on_version(request, asked.eligible_authorizations)
    written = service.put_definition(call, request.id.scope, request.id.name, asked)
    [described] = service.describe(call, [written.value])
    return Answer(201 if written.created else 200, definition_body(described, request))


def get_definition(call: Call, request: ArmRequest) -> Answer:
    """Answer one definition."""
    found = service.get_definition(call, request.id.scope, request.id.name)
    common.insist_on_version(request, found.eligible_authorizations)
    [described] = service.describe(call, [found])
    return Answer(200, definition_body(described, request))


def list_definitions(call: Call, request: ArmRequest) -> Answer:
    """Answer the definitions of a subscription."""
    found = service.list_definitions(call, request.id.scope, common.managing_tenants(request))
    return Answer(200, {"value": [definition_body(one, request) for one in service.describe(call, found)]})


def delete_definition(call: Call, request: ArmRequest) -> Answer:
    """Delete a definition."""
    return Answer(200 if service.delete_definition(call, request.id.scope, request.id.name) else 204)


def definition_body(described: Described, request: ArmRequest) -> dict[str, Any]:
    """Return a definition as this api-version writes it; optional fields that say nothing are left out."""
    one = described.definition
    properties: dict[str, Any] = {}
    if one.description:
        properties["description"] = one.description
    if one.name:
        properties["registrationDefinitionName"] = one.name
    properties["managedByTenantId"] = one.managed_by_tenant_id
    properties["authorizations"] = common.authorizations_body(one.authorizations)
    if one.eligible_authorizations and request.api_version >= common.ELIGIBLE_SINCE:
        properties["eligibleAuthorizations"] = common.eligible_body(one.eligible_authorizations)
    properties["provisioningState"] = common.SUCCEEDED
    if request.api_version >= common.ELIGIBLE_SINCE:
        properties["manageeTenantId"] = described.home_tenant_id
        properties["manageeTenantName"] = described.home_tenant_name
    properties["managedByTenantName"] = described.managing_tenant_name
    return {
        "properties": properties,
        **({"plan": common.plan_body(one.plan)} if one.plan else {}),
        "id": one.resource_id,
        "type": TYPE,
        "name": one.id,
        **common.system_data(one.stamp, request),
    }


_LIST = "/{scope}/providers/Microsoft.ManagedServices/registrationDefinitions"
_ITEM = "/{scope}/providers/Microsoft.ManagedServices/registrationDefinitions/{name}"

OPERATIONS = [
    Operation("PUT", _ITEM, actions.WRITE_DEFINITIONS, (200, 201), put_definition, common.VERSIONS),
    Operation("GET", _ITEM, actions.READ_DEFINITIONS, (200,), get_definition, common.VERSIONS),
    Operation("DELETE", _ITEM, actions.DELETE_DEFINITIONS, (200, 204), delete_definition, common.VERSIONS),
    Operation("GET", _LIST, actions.READ_DEFINITIONS, (200,), list_definitions, common.VERSIONS),
]
