"""One server from start to stop."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lightkeeper import reporting, server
from lightkeeper.bootstrap.doors import doors_of, ready_files, tell
from lightkeeper.bootstrap.house import build
from lightkeeper.bootstrap.surfaces import apps
from lightkeeper.bootstrap.work import at_work
from lightkeeper.kernel.call import OPERATOR
from lightkeeper.kernel.certificates import ensure_certificates
from lightkeeper.kernel.clock import Clock
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.office import Office
from lightkeeper.outbound import settings as outbound_settings
from lightkeeper.publishing import settings as publishing_settings
from lightkeeper.settings import Settings
from lightkeeper.wire import request_log
from lightkeeper.wire.edge import up_to_date
from lightkeeper.world import apply
from lightkeeper.world.beside import Folder


class DataFolderTaken(OSError):
    """Another server works in the data folder."""


def serve(settings: Settings) -> None:
    """Serve until a signal.

    Raises `DataFolderTaken`, `PortTaken`, `NewerSchema`, `Unreadable`, or `Invalid` for a faulty world.
    """
    os.umask(0o077)  # keys, hashes of passwords and the log are their owner's, in a folder that others may enter too
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        _alone_in(settings.data),
        server.kept_port(settings.host, settings.port) as port,
        server.kept_port(settings.host, settings.graph_port) as graph_port,
    ):
        request_log.seams.write = reporting.report_to(settings.data).write
        clock = Clock()
        certificates = ensure_certificates(settings.data / "tls", [settings.host], clock.now())
        _settle(settings)
        database = Database(settings.database_url)
        house = build(database, clock, settings.sealing_key_file)
        if settings.world is not None:
            _apply_world(house.office, settings.world)
        doors = doors_of(settings, port, graph_port, certificates)
        main, graph = apps(house, settings, doors)
        if not database.local:
            main, graph = up_to_date(main, house.follower.look_now), up_to_date(graph, house.follower.look_now)
        try:
            with at_work(house, settings):
                server.serve(
                    [(main, port), (graph, graph_port)],
                    host=settings.host,
                    certificate=certificates.cert_file,
                    key=certificates.key_file,
                    ready=lambda: tell(settings, doors),
                )
        finally:
            database.close()
            for file in ready_files(settings):
                file.unlink(missing_ok=True)


def _settle(settings: Settings) -> None:
    """Hand each context its part of the settings."""
    publishing_settings.use(
        publishing_settings.PublishingSettings(
            phase_seconds=settings.phase_takes.total_seconds(),
            leads_required=settings.leads_required,
            human_review=settings.human_review,
            review_within=settings.review_within,
            role_delay=settings.role_delay,
        )
    )
    outbound_settings.use(
        outbound_settings.OutboundSettings(
            local_targets=settings.local_targets,
            ca_file=settings.trust_ca,
            connect_to=outbound_settings.connections_of(settings.connect_to),
            smtp=settings.smtp,
            mail_from=settings.mail_from,
        )
    )


def _apply_world(office: Office, file: Path) -> None:
    with office.writing(OPERATOR) as call:
        apply.apply_text(call, file.read_text(encoding="utf-8-sig"), str(file), beside=Folder(file.parent))


@contextmanager
def _alone_in(data: Path) -> Iterator[IO[str]]:
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            raise DataFolderTaken(
                f"Another server works in '{data}'. Stop it, or name another folder with --data."
            ) from fault
        yield lock
