"""Subscriptions made, named, renamed, canceled and enabled again: Microsoft.Subscription on the wire."""

from typing import Any

from pydantic import Field

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.resources import actions
from lightkeeper.resources import service as resources
from lightkeeper.resources.model import Alias, Subscription
from lightkeeper.wire.arm.management_groups import group_name_in
from lightkeeper.wire.arm.operation import Answer, ArmRequest, Operation
from lightkeeper.wire.arm.reading import Body, read

VERSIONS = ("2024-08-01-preview", "2021-10-01", "2021-01-01-privatepreview", "2020-09-01", "2019-10-01-preview")
TYPE = "Microsoft.Subscription/aliases"


class NameBody(Body):
    """The body of a rename."""

    subscription_name: str


class AliasAdditions(Body):
    """What a client may add: where the new subscription hangs, and its tags."""

    management_group_id: str | None = None
    tags: dict[str, Any] | None = None


class AliasProperties(Body):
    """What a client says about an alias; whom it is billed to is nobody's business here."""

    display_name: str | None = None
    workload: str | None = None
    billing_scope: str | None = None
    subscription_id: str | None = None
    additional_properties: AliasAdditions | None = None


class AliasBody(Body):
    """The body of a PUT."""

    properties: AliasProperties = Field(default_factory=AliasProperties)


def rename(call: Call, request: ArmRequest) -> Answer:
    """Give a subscription another name."""
    said = read(NameBody, request.body)
    return _id(resources.rename_subscription(call, request.id.subscription_id or "", said.subscription_name))


def cancel(call: Call, request: ArmRequest) -> Answer:
    """Cancel a subscription; `IgnoreResourceCheck=true` cancels one that still holds resources."""
    ignore = request.query.get("ignoreresourcecheck", "").lower() == "true"
    return _id(resources.cancel_subscription(call, request.id.subscription_id or "", ignore_resources=ignore))


def enable(call: Call, request: ArmRequest) -> Answer:
    """Enable a canceled subscription."""
    return _id(resources.enable_subscription(call, request.id.subscription_id or ""))


def put_alias(call: Call, request: ArmRequest) -> Answer:
    """Make a subscription, or name one there is; it is there when this is answered."""
    said = read(AliasBody, request.body).properties
    more = said.additional_properties or AliasAdditions()
    written = resources.put_alias(
        call,
        request.id.name,
        display_name=said.display_name,
        subscription_id=said.subscription_id,
        management_group=group_name_in(more.management_group_id),
        tags=more.tags,
    )
    return Answer(201 if written.created else 200, alias_body(*written.value))


def get_alias(call: Call, request: ArmRequest) -> Answer:
    """Answer one alias."""
    return Answer(200, alias_body(*resources.get_alias(call, request.id.name)))


def list_aliases(call: Call, request: ArmRequest) -> Answer:
    """Answer the aliases the caller may see."""
    return Answer(200, {"value": [alias_body(*found) for found in resources.list_aliases(call)]})


def delete_alias(call: Call, request: ArmRequest) -> Answer:
    """Forget an alias; the subscription stays."""
    return Answer(200 if resources.delete_alias(call, request.id.name) else 204)


def alias_body(alias: Alias, subscription: Subscription) -> dict[str, Any]:
    """Return an alias as ARM writes it."""
    return {
        "id": f"/providers/{TYPE}/{alias.name}",
        "name": alias.name,
        "type": TYPE,
        "properties": {
            "subscriptionId": subscription.id,
            "displayName": subscription.display_name,
            "provisioningState": "Succeeded",
            "createdTime": iso(alias.created_at),
            "workload": "Production",
            "tags": dict(subscription.tags),
        },
    }


def _id(subscription: Subscription) -> Answer:
    return Answer(200, {"subscriptionId": subscription.id})


_ON = "/subscriptions/{subscriptionId}/providers/Microsoft.Subscription"
_ALIASES = "/providers/Microsoft.Subscription/aliases"
_ALIAS = f"{_ALIASES}/{{name}}"
OPERATIONS = [
    Operation("POST", f"{_ON}/rename", actions.RENAME_SUBSCRIPTION, (200,), rename, VERSIONS),
    Operation("POST", f"{_ON}/cancel", actions.CANCEL_SUBSCRIPTION, (200,), cancel, VERSIONS),
    Operation("POST", f"{_ON}/enable", actions.ENABLE_SUBSCRIPTION, (200,), enable, VERSIONS),
    Operation("PUT", _ALIAS, actions.WRITE_SUBSCRIPTION, (200, 201), put_alias, VERSIONS),
    Operation("GET", _ALIAS, actions.READ_ALIAS, (200,), get_alias, VERSIONS),
    Operation("GET", _ALIASES, actions.READ_ALIAS, (200,), list_aliases, VERSIONS),
    Operation("DELETE", _ALIAS, actions.DELETE_ALIAS, (200, 204), delete_alias, VERSIONS),
]
