"""What a resource is told to do: `POST .../{verb}`."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lightkeeper.kernel.call import Call
from lightkeeper.kernel.clock import iso
from lightkeeper.kernel.log import Event
from lightkeeper.kernel.problems import Invalid, NotFound
from lightkeeper.kernel.resource_id import ResourceId
from lightkeeper.resources import actions, machines
from lightkeeper.resources.model import Resource
from lightkeeper.resources.seams import seams
from lightkeeper.resources.service.lookup import known_type, require_resource
from lightkeeper.resources.service.subscriptions import require_active
from lightkeeper.resources.store import items

STORAGE_ACCOUNT = "microsoft.storage/storageaccounts"
STORAGE_KEYS = ("key1", "key2")
_KEY_BYTES = 64  # storage accounts have 512-bit keys


@dataclass(frozen=True, slots=True)
class Done:
    """What an action gave back; None when it answers nothing."""

    body: Mapping[str, Any] | None = None


def act_on_resource(call: Call, id_: ResourceId, verb: str, body: Mapping[str, Any], *, api_version: str = "") -> Done:
    """Do `verb` to the resource.

    Virtual machines change their power state; storage accounts list and renew their keys. Any other operation the
    provider is known for is logged and answers nothing: there is no machine behind it. Raises `NotFound` for an unknown
    resource or verb.
    """
    type_ = known_type(id_, api_version)
    action = actions.act(type_, verb)
    call.authorize(action, id_.text)
    subscription = require_active(call, id_.subscription_id or "")
    if not seams.catalogue.is_known(action):
        raise NotFound("NotFound", f"The resource type '{type_}' has no action '{verb}'.")
    call.hold(f"subscription:{subscription.id}")
    resource = require_resource(call, id_)
    done = _do(call, resource, verb.lower(), body)
    call.record(
        Event(
            kind="ResourceActed",
            operation=action,
            tenant_id=subscription.tenant_id,
            subscription_id=subscription.id,
            body={"resource_id": resource.id, "id": resource.id, "type": type_, "subscription_id": subscription.id},
        )
    )
    return done


def instance_view_of(call: Call, id_: ResourceId, *, api_version: str = "") -> Mapping[str, Any]:
    """Return what runs behind a virtual machine. Raises `NotFound` when there is no such machine."""
    call.authorize(actions.read(f"{known_type(id_, api_version)}/instanceView"), id_.text)
    return machines.instance_view(require_resource(call, id_))


def _do(call: Call, resource: Resource, verb: str, body: Mapping[str, Any]) -> Done:
    if machines.is_machine(resource) and verb in machines.POWER_AFTER:
        items.save(call.connection, machines.powered(resource, verb, call.now))
        return Done()
    if resource.type.lower() == STORAGE_ACCOUNT and verb == "listkeys":
        return Done({"keys": _storage_keys(call, resource)})
    if resource.type.lower() == STORAGE_ACCOUNT and verb == "regeneratekey":
        name = body.get("keyName")
        if name not in STORAGE_KEYS:
            raise Invalid("InvalidRequestContent", "Name the key to renew: key1 or key2.", target="keyName")
        _storage_keys(call, resource)
        items.save_key(call.connection, resource.key, str(name), _new_key(), call.now)
        return Done({"keys": _storage_keys(call, resource)})
    return Done()


def _storage_keys(call: Call, account: Resource) -> Sequence[Mapping[str, Any]]:
    """Return both keys, made when first asked for."""
    for name in STORAGE_KEYS:
        if name not in items.keys_of(call.connection, account.key):
            items.save_key(call.connection, account.key, name, _new_key(), call.now)
    known = items.keys_of(call.connection, account.key)
    return [
        {"keyName": name, "value": known[name][0], "permissions": "FULL", "creationTime": iso(known[name][1])}
        for name in STORAGE_KEYS
    ]


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()
