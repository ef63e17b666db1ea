"""Microsoft's library for sign-in by itself, with its cache in a file: run with the environment `.clients/python`.

python tokens.py FILE
"""

import os
import sys
from pathlib import Path

import msal

LOGIN, TENANT, CLIENT = (os.environ[name] for name in ("AZURE_AUTHORITY_HOST", "TENANT_ID", "CLIENT_ID"))
SCOPE = ["https://management.azure.com/.default"]
cache, file = msal.SerializableTokenCache(), Path(sys.argv[1])
if file.exists():
    cache.deserialize(file.read_text())


def application(secret: str, tenant: str = TENANT, client: str = CLIENT) -> msal.ConfidentialClientApplication:
    """Return the program, with the cache of the file."""
    return msal.ConfidentialClientApplication(
        client, secret, authority=f"{LOGIN}/{tenant}", instance_discovery=False, token_cache=cache
    )


app = application(os.environ["CLIENT_SECRET"])
first, second = app.acquire_token_for_client(SCOPE), app.acquire_token_for_client(SCOPE)
assert second["token_source"] == "cache", second
assert first["access_token"] == second["access_token"]
assert first["token_type"] == "Bearer"
assert 3000 < first["expires_in"] <= 86400, first["expires_in"]
assert not set(first) & {"refresh_token", "id_token"}
other = app.acquire_token_for_client([f"{os.environ['LIGHTKEEPER_GRAPH']}/.default"])
assert other["token_source"] == first["token_source"]
assert other["access_token"] != first["access_token"]
print(first["token_source"])

wrong = application("wrong").acquire_token_for_client(["https://storage.azure.com/.default"])
assert (wrong["error"], wrong["error_codes"]) == ("invalid_client", [7000215]), wrong
assert {"timestamp", "trace_id", "correlation_id", "error_description"} <= set(wrong)
unknown = application("any", client="00000000-0000-4000-8000-000000000000").acquire_token_for_client(SCOPE)
assert (unknown["error"], unknown["error_codes"]) == ("unauthorized_client", [700016]), unknown
try:
    application("any", tenant="nowhere.example").acquire_token_for_client(SCOPE)
    raise AssertionError("there is no such tenant")
except ValueError as fault:
    assert "nowhere.example" in str(fault)
file.write_text(cache.serialize())
print("done")
