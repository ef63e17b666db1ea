"""How publishing behaves where the original takes days or is silent."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class PublishingSettings:
    """`phase_seconds`: how long each phase of publishing takes at least; for demonstrations and tests of a crash.

    `leads_required`: the policy of 2019 to 2022 that every offer needs a lead destination. `human_review`: a person
    reads every submission after the rules did, within `review_within`. `role_delay`: how much later than templates
    offers may name a new built-in role.
    """

    phase_seconds: float = 0.0
    leads_required: bool = False
    human_review: bool = False
    review_within: timedelta = timedelta(days=3)
    role_delay: timedelta = timedelta(0)


class _Current:
    settings = PublishingSettings()


def use(settings: PublishingSettings) -> None:
    """Go by `settings` in this process from now on."""
    _Current.settings = settings


def current() -> PublishingSettings:
    """Return the settings this process goes by."""
    return _Current.settings
