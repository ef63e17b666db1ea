"""A draft may be anything, so what works on drafts must stand anything."""

import json
from typing import Any

import pytest

from tests.hostile.house import House

OFFER = "/api/publishers/fabrikam/offers/managed-hostile"
WHO = "11111111-1111-1111-1111-111111111111"


@pytest.mark.parametrize(
    "part",
    [
        {"previewAudience": [{"subscriptionId": 5}, 7]},
        {"previewAudience": 5},
        {"plans": 5},
        {"plans": [{"id": "abc", "visibility": "private", "privateAudience": [{"subscriptionId": None}]}]},
        {"plans": [{"id": "abc", "visibility": "private", "privateAudience": "x"}]},
    ],
)
@pytest.mark.parametrize("plan", [None, "abc"])
def test_an_audience_is_kept_even_in_a_draft_that_is_none(house: House, part: dict[str, Any], plan: str | None) -> None:
    """Q7: a malformed draft is told by checks; changing its audience does not fall over it."""
    token = house.token("fabrikam/publisher")
    document = {"offer": {"id": "managed-hostile", "publisher": "fabrikam", "alias": "x"}, **part}
    saved = house.send(
        "PUT",
        OFFER,
        query="api-version=2017-10-31",
        headers={"if-match": "*"},
        body=json.dumps({"definition": document}).encode(),
        token=token,
    )
    assert saved.status in (200, 201), saved.text

    body = json.dumps({"planId": plan, "add": [{"subscriptionId": WHO}]}).encode()
    got = house.send("POST", f"{OFFER}/audience", query="api-version=2017-10-31", body=body, token=token)

    assert got.status in (200, 400, 404), got.text
