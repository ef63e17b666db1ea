"""How a failed deployment tells what failed, by api-version: as documents, or as one text inside another for older clients."""

import json
from collections.abc import Mapping
from typing import Any

NESTED_SINCE = "2021-01-01"
"""Since when details are documents. Unconfirmed: recordings of older versions show text, those of newer ones documents."""


def shown(error: Mapping[str, Any], api_version: str) -> dict[str, Any]:
    """Return a deployment's error as this api-version writes it."""
    if api_version.lower() >= NESTED_SINCE or error.get("code") != "DeploymentFailed":
        return dict(error)
    details = [
        {"code": "Conflict", "message": json.dumps({"status": "Failed", "error": one}, indent=2)}
        for one in error.get("details") or ()
    ]
    return {"code": error["code"], "message": error["message"], "details": details}


def document(deployment: Mapping[str, Any], api_version: str) -> dict[str, Any]:
    """Return a deployment's document with its error as this api-version writes it."""
    properties = deployment["properties"]
    if "error" not in properties:
        return dict(deployment)
    return {**deployment, "properties": {**properties, "error": shown(properties["error"], api_version)}}
