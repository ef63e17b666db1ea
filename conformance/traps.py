"""Examples that cannot be answered as they say, each with the reason: what is answered instead, and why.

By operation and the example's title; a set of statuses that are right all the same.
"""

_NO_SPECS = "template specs are not kept here, and the refusal says so"

TRAPS: dict[tuple[str, str], tuple[set[int], str]] = {
    ("Microsoft.Authorization/*/RoleDefinitions_CreateOrUpdate", "Create role definition"): (
        {400},
        "the example sends an empty object, from which no role can be made",
    ),
    (
        "Microsoft.Resources/*/Deployments_CreateOrUpdate*",
        "Create a deployment that will deploy a templateSpec with the given resourceId",
    ): ({400}, _NO_SPECS),
}
