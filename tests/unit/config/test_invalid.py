"""One file per rule: its first line is the whole error, to the letter."""

from pathlib import Path

import pytest

from probes.config import expanded, load
from probes.errors import ConfigError

FILES = sorted((Path(__file__).parent / "invalid").glob("*.yaml"))
ENVIRON = {"KEY": "sk-canary-4711", "EMPTY": "", "TWO_LINES": "canary-one\ncanary-two"}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_the_error_is_one_exact_line_that_says_what_to_do(path: Path):
    wanted = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# error: ")

    with pytest.raises(ConfigError) as caught:
        load(path, ENVIRON)

    assert str(caught.value).replace(f"{path.parent}/", "") == wanted
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_no_error_shows_a_secret(path: Path):
    with pytest.raises(ConfigError) as caught:
        expanded(path, ENVIRON)

    assert "canary" not in f"{caught.value}{caught.value!r}{caught.value.args}{vars(caught.value)}"
    assert caught.value.__suppress_context__, "a traceback would print the values that pydantic refused"


def test_there_is_a_file_for_every_rule():
    assert len(FILES) >= 150
