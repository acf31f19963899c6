"""What several integration tests share."""

import pytest

from tests.service import Simulator


@pytest.fixture(scope="module")
def simulator():
    with Simulator() as running:
        yield running
