"""What an operator may set when starting a server."""

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from platformdirs import user_data_path


def default_data() -> Path:
    """Return the data folder when none is named: `LIGHTKEEPER_DATA`, or the user's data folder."""
    named = os.environ.get("LIGHTKEEPER_DATA")
    return Path(named) if named else user_data_path("lightkeeper", appauthor=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """One server's settings; `docs/settings.md` lists them for operators."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8443  # 0: a free one
    graph_port: int = 8444
    database: str = ""  # empty: SQLite in the data folder
    world: Path | None = None
    ready_file: Path | None = None
    sealing_key: Path | None = None  # what opens the secrets in the database; none: a file in the data folder
    production: bool = False  # the clock cannot be advanced, requests are throttled
    local_targets: bool = False  # leads and webhooks may go to, and issuers' keys come from, private addresses
    trust_ca: Path | None = None  # an authority trusted besides the public ones: leads, webhooks, mail, issuers
    connect_to: tuple[str, ...] = ()  # HOST=ADDRESS:PORT: where connections of leads and webhooks go instead
    smtp: str = ""  # smtp://[user:password@]host[:port] or smtps://...; empty: nobody is mailed
    mail_from: str = "lightkeeper@localhost"
    leads_required: bool = False  # every offer needs a lead destination, as the policy of 2019 to 2022 had it
    human_review: bool = False  # a person reads every submission after the rules did
    review_within: timedelta = timedelta(days=3)  # what the reviewers promise
    role_delay: timedelta = timedelta(0)  # how much later than templates offers may name a new built-in role
    template_hosts: tuple[str, ...] = ()  # where linked templates may be fetched from; empty: nowhere
    phase_takes: timedelta = timedelta(0)  # how long each publishing phase lasts, for trying out waiting and crashes

    @property
    def database_url(self) -> str:
        """Return where rows live."""
        return self.database or f"sqlite:///{self.data.resolve() / 'lightkeeper.db'}"

    @property
    def sealing_key_file(self) -> Path:
        """Return what opens the secrets in the database."""
        return self.sealing_key or self.data / "sealing.key"

    @property
    def workflows_url(self) -> str:
        """Return where checkpoints of durable work live: a file of their own beside SQLite, the same PostgreSQL otherwise."""
        return self.database or f"sqlite:///{self.data.resolve() / 'workflows.db'}"
