"""What can be wrong with a template, and what cannot be known yet.

The engine stops at the first fault of a template, as the original does: a fault in one place makes everything that
refers to it meaningless. Services turn a fault into a problem (`refusals.py`).
"""

from enum import StrEnum


class Family(StrEnum):
    """Which sentence a fault is wrapped in."""

    PARSE = "parse"  # the document cannot be read as a template
    VALIDATION = "validation"  # it can be read, but breaks a rule


class LanguageFault(Exception):
    """An expression that cannot be parsed or evaluated; `path` is filled in by whoever knows where it stands."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path


class Misspelled(LanguageFault):
    """An expression that is wrong whatever the values are: it cannot be read, or names what there is not."""


class NotYetKnown(Exception):
    """The value depends on a resource that has not been deployed or may not be read while planning."""


class TemplateFault(Exception):
    """A fault with its place: `path` is relative to the request body (`properties.template.resources[0].type`)."""

    def __init__(self, message: str, path: str = "", *, family: Family = Family.VALIDATION, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.family = family
        self.code = code


FUNCTIONS_HELP = "Please see https://aka.ms/arm-functions for usage details."
PARAMETERS_HELP = "Please see https://aka.ms/arm-create-parameter-file for usage details."
SYNTAX_HELP = "Please see https://aka.ms/arm-syntax for usage details."
RESOURCES_HELP = "Please see https://aka.ms/arm-syntax-resources for usage details."
