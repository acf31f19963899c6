import pytest

from probes.journal import Journal
from tests.fakes import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def journal(tmp_path, clock):
    opened = Journal.open(tmp_path, 0, clock)
    yield opened
    await opened.close()
