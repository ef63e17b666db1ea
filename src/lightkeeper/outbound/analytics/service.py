"""What a publisher's people do with analytics: save queries, try them, schedule them as reports, fetch what was found."""

from lightkeeper.outbound.analytics.executions import executions_of, fetch, run_report
from lightkeeper.outbound.analytics.queries import account_of, delete_query, list_queries, save_query, try_query
from lightkeeper.outbound.analytics.schedules import change, delete_report, list_reports, pause, resume, schedule

__all__ = [
    "account_of", "change", "delete_query", "delete_report", "executions_of", "fetch", "list_queries", "list_reports",
    "pause", "resume", "run_report", "save_query", "schedule", "try_query",
]  # fmt: skip
