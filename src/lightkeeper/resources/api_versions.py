"""The api-versions that types without operations of their own say they are served in."""

GENERIC_VERSIONS = (
    "2025-07-01", "2025-05-01", "2025-04-01", "2025-03-01", "2025-01-01", "2024-11-01", "2024-07-01", "2024-05-01", "2024-03-01",
    "2024-01-01", "2023-11-01", "2023-09-01", "2023-05-01", "2023-04-01", "2023-01-01", "2022-11-01", "2022-09-01", "2022-07-01",
    "2022-03-01", "2021-12-01", "2021-08-01", "2021-04-01", "2020-12-01", "2020-06-01", "2019-12-01", "2019-06-01", "2018-06-01",
)  # fmt: skip
"""What a generic type says it is served in, newest first. Any well-formed version is accepted for it."""
