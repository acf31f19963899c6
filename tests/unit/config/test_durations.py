"""Durations on the command line; in files they are the same."""

import pytest

from probes.config import parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("500ms", 0.5),
        ("30s", 30),
        ("1m30s", 90),
        ("6h", 21600),
        ("1d", 86400),
        ("1d2h3m4s5ms", 93784.005),
        ("1.5h", 5400),
        ("0s", 0),
        ("90m", 5400),
    ],
)
def test_what_a_duration_means(text: str, seconds: float):
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "5", "5x", "s", "-5s", "5 s", "1s1m", "5M", "5m 3s", "\u0665s", "1e3s", "5s\n", "."]
)
def test_what_is_none(text: str):
    with pytest.raises(ValueError, match=r"^\".*\" is not a duration; write 30s, 5m, 1h30m$"):
        parse_duration(text)


def test_ten_years_are_enough():
    with pytest.raises(ValueError, match=r'^"999999999d" is longer than ten years'):
        parse_duration("999999999d")
