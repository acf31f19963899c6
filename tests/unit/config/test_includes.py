"""`channels_from`: channels in files of their own."""

from pathlib import Path

import pytest

from probes.config import load
from probes.errors import ConfigError
from tests.unit.config.conftest import Write
from tests.unit.config.texts import PROVIDER, SMALLEST

CHANNEL = "- {{id: {0}, provider: requesty, model: m, price: free, probes: [{{kind: chat{1}}}]}}\n"
ENVIRON = {"KEY": "k"}


def test_files_follow_the_order_of_the_patterns_and_of_their_names(write: Write):
    for name in ("b", "a", "c"):
        write(CHANNEL.format(name, ""), f"channels.d/{name}.yaml")
    write(CHANNEL.format("z", ""), "first.yaml")
    path = write(f"{SMALLEST}\nchannels_from: [first.yaml, channels.d/*.yaml, channels.d/a.yaml]\n")
    assert list(load(path, ENVIRON).channels) == ["one", "z", "a", "b", "c"]


def test_an_absolute_pattern(write: Write, tmp_path: Path):
    write(CHANNEL.format("a", ""), "elsewhere/a.yaml")
    path = write(f'{PROVIDER}\nchannels_from: ["{tmp_path}/elsewhere/*.yaml"]\n', "conf/genping.yaml")
    assert list(load(path, ENVIRON).channels) == ["a"]


def test_profiles_defaults_and_variables_hold_in_included_files(write: Write):
    write('- {id: a, provider: requesty, model: "${M}", price: free, use: p}\n', "a.yaml")
    top = "defaults: {every: 7m}\nprofiles: {p: {probes: [{kind: chat}]}}\n"
    plan = load(write(f"{top}{PROVIDER}\nchannels_from: [a.yaml]\n"), {**ENVIRON, "M": "from-env"})
    assert (plan.channels["a"].model, plan.channels["a"].probes[0].every_s) == ("from-env", 420)


def test_a_path_is_relative_to_the_file_that_names_it(write: Write, tmp_path: Path):
    key = write("sk-key\n", "channels.d/team.key")
    key.chmod(0o600)
    write(CHANNEL.format("a", ", extra_headers: {X-Team_file: team.key}"), "channels.d/a.yaml")
    plan = load(write(f"{PROVIDER}\nchannels_from: [channels.d/*.yaml]\n"), ENVIRON)
    assert plan.channels["a"].probes[0].extra_headers["X-Team"].reveal() == "sk-key"
    assert plan.data_dir == tmp_path / "data"


@pytest.mark.parametrize(
    ("included", "message"),
    [
        (
            CHANNEL.format("a", ", everyy: 1m"),
            "a.yaml:1: [0].probes[0].everyy: unknown key; did you mean every?",
        ),
        (
            f"\n{CHANNEL.format('one', '')}",
            'a.yaml:2: [0].id: "one" is already the id of a channel (genping.yaml:6); choose another',
        ),
        ("channels: []\n", "a.yaml:1: a mapping is not a list; write [a, b], or lines that begin with `- `"),
        (
            CHANNEL.format("a", ", via: openai-images"),
            "a.yaml:1: [0].probes[0].via: openai-images cannot ask for chat",
        ),
        ("", "a.yaml: the file is empty"),
        ("- [\n", "a.yaml:2: the file ends in the middle of something; is it still being written?"),
    ],
)
def test_errors_name_the_included_file(write: Write, tmp_path: Path, included: str, message: str):
    write(included, "a.yaml")
    with pytest.raises(ConfigError) as caught:
        load(write(f"{SMALLEST}\nchannels_from: [a.yaml]\n"), ENVIRON)
    assert str(caught.value).replace(f"{tmp_path}/", "").startswith(message)


def test_the_fingerprint_follows_included_files(write: Write):
    write(CHANNEL.format("a", ""), "a.yaml")
    path = write(f"{PROVIDER}\nchannels_from: [a.yaml]\n")
    first = load(path, ENVIRON).fingerprint
    write(CHANNEL.format("a", ", every: 1m"), "a.yaml")
    assert load(path, ENVIRON).fingerprint != first


def test_too_many_files(write: Write):
    for index in range(1001):
        write("[]", f"channels.d/{index}.yaml")
    with pytest.raises(ConfigError, match=r"matches more than 1,000 files"):
        load(write(f"{PROVIDER}\nchannels_from: [channels.d/*.yaml]\n"), ENVIRON)
