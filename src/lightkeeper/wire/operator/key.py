"""The operator's secret: whoever can read it from the data folder is the operator."""

import hmac
import os
import secrets
from pathlib import Path

NAME = "operator.key"


def ensure_key(data: Path) -> str:
    """Return the key of a data folder, made at the first start and readable by its owner alone."""
    file = data / NAME
    if file.exists():
        return file.read_text(encoding="ascii").strip()
    key = f"lko-{secrets.token_urlsafe(32)}"
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(key + "\n")
    return key


def is_operator(authorization: str, key: str) -> bool:
    """Return whether an Authorization header carries the key; takes the same time wherever they differ."""
    scheme, _, given = authorization.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), key.encode())
