"""One bench and one configuration for the tests of publishing."""

import pytest

from tests.unit.exporter.made import Bench, plan_of


@pytest.fixture
def plan(tmp_path):
    return plan_of(tmp_path)


@pytest.fixture
def bench(plan):
    made = Bench(plan)
    yield made
    made.close()
