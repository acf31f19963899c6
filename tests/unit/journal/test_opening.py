"""Opening: private files, one prober, recovery, and files that must not be trusted."""

import os
import re
import sqlite3
import stat
from contextlib import closing

import pytest

from probes.errors import JournalError
from probes.journal import Journal
from probes.journal.place import network_filesystem
from probes.journal.schema import open_writer
from probes.model import Reason
from tests.unit.journal.samples import START_NS, cap, done, intent, reach_slot, slot


def modes(data_dir):
    return {stat.S_IMODE(path.stat().st_mode) for path in data_dir.iterdir()}


@pytest.fixture
def loose_umask():
    old = os.umask(0)
    yield
    os.umask(old)


@pytest.mark.usefixtures("loose_umask")
async def test_everything_is_private(tmp_path, clock):
    data_dir = tmp_path / "deep" / "data"
    journal = Journal.open(data_dir, 0, clock)
    await done(journal, slot())
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert {path.name for path in data_dir.iterdir()} == {
        "journal-0.db",
        "journal-0.db-wal",
        "journal-0.db-shm",
        "journal-0.lock",
    }
    assert modes(data_dir) == {0o600}
    await journal.close()


async def test_a_file_that_was_opened_up_is_closed_again(tmp_path, clock):
    await Journal.open(tmp_path, 0, clock).close()
    (tmp_path / "journal-0.db").chmod(0o644)
    journal = Journal.open(tmp_path, 0, clock)
    await done(journal, slot())
    assert modes(tmp_path) == {0o600}
    await journal.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("mmap_size", 0)],  # 2 is FULL
)
async def test_the_writer_is_as_safe_as_sqlite_can_be(tmp_path, clock, pragma, value):
    await Journal.open(tmp_path, 0, clock).close()
    with closing(open_writer(tmp_path / "journal-0.db", 0)) as connection:
        assert connection.execute(f"PRAGMA {pragma}").fetchone() == (value,)


async def test_a_second_prober_is_refused_by_name(tmp_path, clock, journal):
    said = f"{tmp_path}/journal-0.db is in use by another prober (pid {os.getpid()}): "
    with pytest.raises(JournalError, match=re.escape(said)):
        Journal.open(tmp_path, 0, clock)
    assert await done(journal, slot())


async def test_each_shard_has_its_own_journal(tmp_path, clock, journal):
    other = Journal.open(tmp_path, 1, clock)
    await done(other, slot(), cost_nano=None)
    assert (other.spent("total"), journal.spent("total")) == ((1000, 1000), (0, 0))
    await other.close()


async def test_what_is_open_at_the_end_is_settled_as_aborted(tmp_path, clock, reader):
    first = Journal.open(tmp_path, 0, clock)
    sent = [slot(1), slot(2, reason=Reason.CONFIRM), reach_slot(3), slot(4, channel="d")]
    for of in sent:
        await first.commit(intent(of, 0 if of.reason is Reason.REACH else 1000), ())
    await done(first, slot(0))
    last = reader.last_seq(0)
    await first.close()
    rows = reader.read(0, last, 100)
    second = Journal.open(tmp_path, 0, clock)
    assert {row.body["id"] for row in rows if row.type == "settle"} == {of.id for of in sent}
    skips = [
        (row.body["channel"], row.body["probe"], row.body["reason"]) for row in rows if row.type == "skip"
    ]
    assert sorted(skips, key=str) == [
        ("c", "chat", "aborted"),
        ("d", "chat", "aborted"),
        (None, "reach:p:default", "aborted"),
    ]
    assert second.spent("total") == (3000, 3000)
    assert second.last_slots()["c", "chat"] == START_NS + 1_000_000_000
    await second.close()
    assert reader.read(0, last, 100) == rows


async def test_money_survives_a_restart(tmp_path, clock):
    for n in range(3):
        journal = Journal.open(tmp_path, 0, clock)
        refusal = await journal.commit(intent(slot(n)), [cap(2000)])
        assert (refusal is None) is (n < 2)
        await journal.close()


async def test_after_closing_nothing_is_accepted(journal):
    await journal.close()
    with pytest.raises(JournalError, match="is closed"):
        await journal.append_heartbeat({})


def newer(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")


def foreign(path):
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")


def overwritten(path):
    path.write_bytes(os.urandom(4096) + path.read_bytes()[4096:])


def directory(path):
    path.unlink()
    path.mkdir()


def moved(path):
    path.unlink()
    (path.parent / "other" / "journal-1.db").rename(path)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        pytest.param(newer, "was written by a newer genping .schema 99.*: upgrade genping", id="newer"),
        pytest.param(foreign, "is damaged .it is no genping journal.: .*aside", id="somebody else's"),
        pytest.param(overwritten, "is damaged .file is not a database.: .*aside", id="header overwritten"),
        pytest.param(lambda path: path.write_bytes(b""), "is damaged .*aside", id="emptied"),
        pytest.param(directory, "is not a file: move it aside", id="a directory"),
        pytest.param(moved, "is not the journal of prober 0", id="another shard's"),
    ],
)
async def test_a_file_that_cannot_be_trusted_is_not_touched(tmp_path, clock, harm, said):
    await Journal.open(tmp_path / "other", 1, clock).close()
    journal = Journal.open(tmp_path, 0, clock)
    await done(journal, slot())
    await journal.close()
    path = tmp_path / "journal-0.db"
    harm(path)
    before = path.read_bytes() if path.is_file() else b""
    for _ in range(2):
        with pytest.raises(JournalError, match=said) as caught:
            Journal.open(tmp_path, 0, clock)
        assert "\n" not in str(caught.value)
        assert str(path) in str(caught.value)
    assert (path.read_bytes() if path.is_file() else b"") == before


async def test_a_half_made_file_of_an_earlier_start_is_no_obstacle(tmp_path, clock):
    (tmp_path / "journal-0.new").write_bytes(b"half")
    journal = Journal.open(tmp_path, 0, clock)
    assert await done(journal, slot())
    await journal.close()


def test_a_data_dir_that_is_a_file_is_one_line(tmp_path, clock):
    (tmp_path / "data").write_text("")
    with pytest.raises(JournalError, match="cannot be used as data_dir"):
        Journal.open(tmp_path / "data", 0, clock)


MOUNTS = r"""22 27 0:21 / /proc rw - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 27 0:40 / /srv rw - nfs4 server:/export rw
41 40 0:41 / /srv/local rw shared:1 - xfs /dev/sdb rw
42 27 0:42 / /mnt/a\040b rw - cifs //host/share rw
43 27 0:43 / /mnt/ssh rw - fuse.sshfs host: rw
44 27 0:44 / /mnt/ntfs rw - fuseblk /dev/sdc1 rw
45 27 0:45 / /twice rw - nfs server:/x rw
46 27 0:46 / /twice rw - tmpfs tmpfs rw
47 27 0:47 / /mnt/c rw - 9p drvfs rw
a line of another kind
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        pytest.param("/var/lib/genping", None, id="local"),
        pytest.param("/srv/data", "nfs4", id="nfs"),
        pytest.param("/srv/local/data", None, id="local below nfs"),
        pytest.param("/srv2", None, id="a name that only begins so"),
        pytest.param("/mnt/a b/data", "cifs", id="escaped blank"),
        pytest.param("/mnt/ssh", "fuse.sshfs", id="fuse"),
        pytest.param("/mnt/ntfs/x", "fuseblk", id="fuse on a block device"),
        pytest.param("/twice/x", None, id="mounted over"),
        pytest.param("/mnt/c/x", "9p", id="plan 9"),
    ],
)
def test_network_file_systems_are_told_from_local_ones(tmp_path, place, kind):
    assert network_filesystem(type(tmp_path)(place), MOUNTS) == kind
