from tests.delegation.conftest import market

__all__ = ["market"]
