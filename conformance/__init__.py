"""Every described operation, called in this process and held against its public OpenAPI description.

The descriptions are not part of this repository: `$LIGHTKEEPER_SHARED/specs`, or `../shared/specs`. Where they are missing
these tests say so and are skipped. `make test-conformance` runs them and prints what was called, namespace by namespace.
"""
