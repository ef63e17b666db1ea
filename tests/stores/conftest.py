"""Stores are tried through a running server too, the one of the stories, with one cast for all."""

import pytest

from tests.server import Server
from tests.stories.cast import Cast
from tests.stories.conftest import town

__all__ = ["cast", "town"]


@pytest.fixture(scope="module")
def cast(town: Server) -> Cast:
    """Provider and customers whom every hard value is put into."""
    return Cast(town, "hard-values")
