"""What the operator does about signing in: the keys that tokens are signed with, and second factors that were lost."""

from typing import Any

from lightkeeper.directory import signing_keys
from lightkeeper.directory.second_factors import remove_second_factor
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.clock import iso
from lightkeeper.wire.operator.desk import Asked, OperatorDesk
from lightkeeper.world import lookup


def get_keys(desk: OperatorDesk, asked: Asked) -> Any:
    """Return the keys that tokens are signed with, the newest first, and until when a retired one is believed."""
    with desk.office.reading(OPERATOR) as call:
        found = signing_keys.list_keys(call)
    return {
        "value": [
            {
                "kid": one.kid,
                "createdAt": iso(one.created_at),
                "believedUntil": iso(one.retired_at) if one.retired_at else None,
                "signs": one.retired_at is None,
            }
            for one in found
        ]
    }


def post_roll_over(desk: OperatorDesk, asked: Asked) -> Any:
    """Sign with a new key from now on; tokens of the old one are believed for a day."""
    with desk.office.writing(OPERATOR) as call:
        signing_keys.roll_over(call)
    return get_keys(desk, asked)


def post_remove_second_factor(desk: OperatorDesk, asked: Asked) -> Any:
    """Take the second factor away from a `user` (tenant/name, sign-in name or id) who has lost the device."""
    with desk.office.writing(OPERATOR) as call:
        user = lookup.principal_named(call, asked.needed("user"))
        remove_second_factor(call, user.id)
    return {"user": user.id}


ENDPOINTS = [
    ("GET", "/operator/keys", get_keys),
    ("POST", "/operator/keys/roll-over", post_roll_over),
    ("POST", "/operator/second-factors/remove", post_remove_second_factor),
]
