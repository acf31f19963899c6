import pytest

from probes.journal import Journal
from probes.journal.reader import Reader
from tests.fakes import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
async def journal(tmp_path, clock):
    opened = Journal.open(tmp_path, 0, clock)
    yield opened
    await opened.close()


@pytest.fixture
def reader(tmp_path):
    opened = Reader(tmp_path)
    yield opened
    opened.close()
