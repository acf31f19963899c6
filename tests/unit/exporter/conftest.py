"""One bench and one configuration for the tests of publishing."""

import pytest

from tests.unit.exporter.made import Bench, plan_of
from tests.unit.exporter.prober import FakeProber


@pytest.fixture
def plan(tmp_path):
    return plan_of(tmp_path)


@pytest.fixture
def bench(plan):
    made = Bench(plan)
    yield made
    made.close()


@pytest.fixture
def start_prober():
    """Starts fake probers on a data directory; they end with the test, however it ends."""
    made = []

    def start(data_dir, shard=0):
        made.append(FakeProber(data_dir, shard))
        return made[-1]

    yield start
    for prober in made:
        prober.close()
