"""Stores are tried through a running server too, the one of the stories."""

from tests.stories.conftest import cast, town

__all__ = ["cast", "town"]
