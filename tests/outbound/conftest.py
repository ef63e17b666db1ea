"""A receiver on this machine, and settings that are put back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lightkeeper.outbound import settings
from tests.outbound.receivers import Receiver

NAMES = (
    "webto.salesforce.com",
    "login.microsoftonline.com",
    "contoso.crm4.dynamics.com",
    "leadstore.table.core.windows.net",
    "123-abc-456.mktorest.com",
    "app-ab12.marketo.com",
)


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """A recording HTTPS server, which this process's outbound trusts and reaches under every public name."""
    started = Receiver(tmp_path / "receiver", NAMES).start()
    before = settings.current()
    settings.use(started.settings())
    yield started
    settings.use(before)
    started.stop()
