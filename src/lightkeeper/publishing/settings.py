"""How publishing behaves where the original takes days or is silent."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublishingSettings:
    """`phase_seconds`: how long each phase of publishing takes at least; for demonstrations and tests of a crash.

    `leads_required`: the policy of 2019 to 2022 that every offer needs a lead destination.
    """

    phase_seconds: float = 0.0
    leads_required: bool = False


class _Current:
    settings = PublishingSettings()


def use(settings: PublishingSettings) -> None:
    """Go by `settings` in this process from now on."""
    _Current.settings = settings


def current() -> PublishingSettings:
    """Return the settings this process goes by."""
    return _Current.settings
