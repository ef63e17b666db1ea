"""Running reports when their time comes: one transaction a run, so a killed process repeats a run or has made it."""

from lightkeeper.kernel.call import PLATFORM
from lightkeeper.kernel.office import Office
from lightkeeper.outbound.analytics import service, store


def run_due(office: Office) -> None:
    """Run every report that is due, and forget what can no longer be fetched."""
    while True:
        with office.database.read() as connection:
            report_id = store.due(connection, office.clock.now())
        if report_id is None:
            return
        with office.writing(PLATFORM) as call:
            service.run_report(call, report_id)
            store.forget_before(call.connection, call.now)
