"""Files made to exhaust: they fail soon, and small."""

import time
import tracemalloc
from pathlib import Path

import pytest

from probes.config import load
from probes.errors import ConfigError
from tests.unit.config.conftest import Write
from tests.unit.config.texts import SMALLEST

MIB = 2**20


def _laughs(levels: int, width: int) -> str:
    steps = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]\n" for n in range(1, levels)]
    return "a0: &a0 [lol, lol]\n" + "".join(steps)


BOMBS = {
    "billion laughs, 90 aliases": _laughs(10, 10),
    "billion laughs, many aliases": _laughs(30, 30),
    "doubling in 50 steps": _laughs(50, 2),
    "doubling by merge keys": "a0: &a0 {k: [1, 2]}\n"
    + "".join(f"a{n}: &a{n} {{x: *a{n - 1}, <<: *a{n - 1}}}\n" for n in range(1, 50)),
    "an alias in itself": "a: &a [*a]\n",
    "open lists": "[" * MIB,
    "open mappings": "{" * MIB,
    "lists in lists": "- " * (MIB // 2),
    "keys of keys": "? " * (MIB // 2),
    "values of values": "a: " * (MIB // 3),
    "anchors": "&a " * (MIB // 3),
    "one long word": "a" * MIB,
    "one long key": "a" * (MIB - 2) + ": ",
    "a long quote": '"' + "\\x41" * (MIB // 4 - 1) + '"',
    "big numbers": f"probers: {'9' * (MIB - 20)}\n",
    "big exponents": "probers: 1e999999999\nrates: {CNY: 1E+99}\n",
    "a slow name": f"budget: {'a' * 500_000}\n{SMALLEST}",
    "references": "vantage: '" + "${A}" * 200_000 + "'\n",
    "escapes": "vantage: '" + "$${" * 300_000 + "'\n",
}


BULK = {
    "many keys": "".join(f"k{number}: 1\n" for number in range(90_000)),
    "many values": "a: [" + "1," * (MIB // 2 - 4) + "]",
}


def _seconds_of_refusal(path: Path) -> float:
    """In time of the processor: other work on the machine is not the file's doing."""
    started = time.process_time()
    with pytest.raises(ConfigError) as caught:
        load(path, {"A": "b"})
    assert len(str(caught.value)) < 1000
    return time.process_time() - started


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_in_half_a_second(write: Write, text: str):
    assert _seconds_of_refusal(write(text)) < 0.5


@pytest.mark.parametrize("text", BULK.values(), ids=BULK)
def test_a_whole_mebibyte_of_nonsense_takes_a_few_seconds(write: Write, text: str):
    assert _seconds_of_refusal(write(text)) < 10


@pytest.mark.parametrize(
    "name", ["billion laughs, 90 aliases", "billion laughs, many aliases", "doubling by merge keys"]
)
def test_a_bomb_takes_little_memory(write: Write, name: str):
    path = write(BOMBS[name])
    tracemalloc.start()
    try:
        with pytest.raises(ConfigError):
            load(path, {})
        assert tracemalloc.get_traced_memory()[1] < 50 * MIB
    finally:
        tracemalloc.stop()


def test_a_fleet_of_a_thousand_channels_loads_in_seconds(write: Write):
    channel = "  - {{id: c{0}, provider: requesty, model: m{0}, price: free, use: p, labels: {{team: t}}}}\n"
    top = "profiles: {p: {probes: [{kind: chat, every: 5m}, {kind: image, size: 1K, every: 6h}]}}\n"
    text = top + SMALLEST + "".join(channel.format(number) for number in range(1000))
    path = write(text)
    started = time.process_time()
    assert len(load(path, {"KEY": "k"}).channels) == 1001
    assert time.process_time() - started < 10
