"""The file of derived state: private, replaceable, never older than it can read."""

import sqlite3

import pytest

from exporter.state_db import StateDb, move_cursor, read_cursor
from probes.errors import GenpingError


def test_only_its_owner_can_read_it(tmp_path):
    StateDb.open(tmp_path / "state.db").close()
    assert (tmp_path / "state.db").stat().st_mode & 0o777 == 0o600


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    store = StateDb.open(tmp_path / "state.db")
    with pytest.raises(sqlite3.IntegrityError), store.transaction() as db:
        db.execute("INSERT INTO cursor SELECT 'a', 0, 5 UNION SELECT 'a', 0, NULL")
    with store.transaction() as db:
        assert read_cursor(db, "a") == {}
    store.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 500], ids=["empty", "other bytes"])
def test_a_file_that_is_no_database_is_begun_anew(tmp_path, content):
    path = tmp_path / "state.db"
    path.write_bytes(content)
    store = StateDb.open(path)
    with store.transaction() as db:
        assert read_cursor(db, "a") == {}
    store.close()
    aside = tmp_path / "state.db.damaged"
    assert aside.exists() == bool(content)
    assert not content or aside.read_bytes() == content


def test_a_damaged_database_is_kept_aside(tmp_path):
    path = tmp_path / "state.db"
    store = StateDb.open(path)
    with store.transaction() as db:
        for number in range(2000):
            move_cursor(db, f"follower {number}", 0, number)
    store.close()
    body = bytearray(path.read_bytes())
    body[4096 * 3 : 4096 * 6] = b"\xa5" * 4096 * 3
    path.write_bytes(body)
    StateDb.open(path).close()
    assert (tmp_path / "state.db.damaged").exists()


def test_a_newer_file_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "state.db"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    before = path.read_bytes()
    with pytest.raises(GenpingError, match="newer genping"):
        StateDb.open(path)
    assert path.read_bytes() == before


def test_a_directory_in_its_place_is_one_clear_line(tmp_path):
    (tmp_path / "state.db").mkdir()
    with pytest.raises(GenpingError, match="Is a directory"):
        StateDb.open(tmp_path / "state.db")


def test_two_publishers_cannot_share_it(tmp_path):
    first = StateDb.open(tmp_path / "state.db")
    with pytest.raises(GenpingError, match="in use: stop the other genping or choose another data_dir"):
        StateDb.open(tmp_path / "state.db")
    first.close()
    StateDb.open(tmp_path / "state.db").close()
