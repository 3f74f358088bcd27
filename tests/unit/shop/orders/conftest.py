"""What the tests of orders share."""

import pytest

from core.database import transaction
from tests.factories.orders import make_seller


@pytest.fixture
def growers(session, at):
    """Two licensed growers who sell."""
    with transaction():
        return [make_seller(at=at) for _ in range(2)]
