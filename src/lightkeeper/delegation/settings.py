"""Where the public record is silent or changed over time, the answer is a switch; defaults follow the documentation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DelegationSettings:
    """How strict delegation is.

    `reject_guest_onboarding`: the article asks for a non-guest account; later texts dropped the word.
    `delegated_roles_allow_data_actions`: published samples list Log Analytics Contributor among assignable roles, which
    has had a data action since June 2025; roles that a provider holds itself are always checked strictly.
    """

    reject_guest_onboarding: bool = True
    delegated_roles_allow_data_actions: bool = True


class _Current:
    settings = DelegationSettings()


def use(settings: DelegationSettings) -> None:
    """Go by `settings` in this process from now on."""
    _Current.settings = settings


def current() -> DelegationSettings:
    """Return the settings this process goes by."""
    return _Current.settings
