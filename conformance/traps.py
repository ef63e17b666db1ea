"""Examples that cannot be answered as they say, each with the reason: what is answered instead, and why.

By operation and the example's title; a set of statuses that are right all the same.
"""

TRAPS: dict[tuple[str, str], tuple[set[int], str]] = {
    ("Microsoft.Authorization/*/RoleDefinitions_CreateOrUpdate", "Create role definition"): (
        {400},
        "the example sends an empty object, from which no role can be made",
    ),
}
