"""What outbound does by itself: reads the log, keeps time, writes visits down."""

from lightkeeper.kernel.chores import Chore
from lightkeeper.kernel.office import Office
from lightkeeper.outbound import visits
from lightkeeper.outbound.analytics.running import run_due
from lightkeeper.outbound.due import tick
from lightkeeper.outbound.following import KINDS, follow_to_end


def work(office: Office) -> None:
    """Do everything there is to do now."""
    visits.write_down(office)
    follow_to_end(office)
    while tick(office):
        pass
    run_due(office)


CHORES = (Chore("outbound", (*KINDS, "ClockAdvanced", "AnalyticsReportScheduled"), work),)
