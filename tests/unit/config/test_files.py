"""Files that cannot be read, or not yet: one clear error each."""

import os
from pathlib import Path

import pytest

from probes.config import load
from probes.errors import ConfigError
from tests.unit.config.conftest import Write
from tests.unit.config.test_contract_example import CONTRACT
from tests.unit.config.test_contract_example import ENVIRON as CONTRACT_ENVIRON
from tests.unit.config.texts import SMALLEST


def _error(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        load(path, {"KEY": "k"})
    return str(caught.value).replace(str(path), "FILE")


def test_missing(tmp_path: Path):
    message = "FILE: the file does not exist; examples/genping.yaml shows how to write it, and `genping demo` needs none"
    assert _error(tmp_path / "genping.yaml") == message


def test_a_directory(tmp_path: Path):
    assert _error(tmp_path) == "FILE: the file is a directory; name a file in it"


def test_unreadable(tmp_path: Path):
    (tmp_path / "file").touch()
    assert _error(tmp_path / "file" / "genping.yaml") == "FILE: the file cannot be read: not a directory"


def test_no_name_of_a_file():
    assert _error(Path("gen\0ping")) == "FILE: is not the name of a file"


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert _error(tmp_path / "pipe") == "FILE: the file is not an ordinary file"


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# only a remark\n", b"---\n", b"---\nnull\n"])
def test_empty(tmp_path: Path, content: bytes):
    path = tmp_path / "genping.yaml"
    path.write_bytes(content)
    hint = "examples/genping.yaml shows how to write it, and `genping demo` needs none"
    assert _error(path) == f"FILE: the file is empty; {hint}"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"vantage: a\nrates:\n  \xff\n", 3),
        ("vantage: ü\n".encode("latin-1"), 1),
        ("vantage: a\n".encode("utf-16"), 1),
    ],
)
def test_not_utf8(tmp_path: Path, content: bytes, line: int):
    path = tmp_path / "genping.yaml"
    path.write_bytes(content)
    assert _error(path) == f"FILE:{line}: is not UTF-8; save the file as UTF-8"


def test_a_control_character(write: Write):
    message = "FILE:2: holds a control character; write it as an escape in quotes"
    assert _error(write("vantage: a\nrates: \x07\n")) == message


def test_a_file_whose_size_is_not_what_it_gives_is_still_being_written():
    message = "FILE: the file changed while it was read; try again when it is written"
    assert _error(Path("/proc/self/status")) == message


def test_one_mebibyte_is_the_limit(write: Write):
    fitting = SMALLEST + "#" * (2**20 - len(SMALLEST))
    assert list(load(write(fitting), {"KEY": "k"}).channels) == ["one"]
    assert _error(write(fitting + "#")) == "FILE: the file is larger than 1 MiB"


def test_a_half_written_file_is_an_error_or_a_whole_meaning_at_every_length(write: Write):
    """A plan that loads from a beginning is a plan: nothing but ConfigError ever comes out."""
    data = CONTRACT.encode()
    refused = 0
    for length in range(0, len(data), 7):
        path = write("")
        path.write_bytes(data[:length])
        try:
            load(path, CONTRACT_ENVIRON)
        except ConfigError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > len(data) / 7 * 0.5


def test_an_included_file_that_is_not_there_is_pointed_at_from_where_it_is_named(
    write: Write, tmp_path: Path
):
    path = write(f"channels_from: [one.yaml]\n{SMALLEST}")
    assert _error(path) == f"FILE:1: channels_from[0]: {tmp_path}/one.yaml does not exist"
