"""Bodies: what is stored comes back, small, and the format stays what it is."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.errors import JournalError
from probes.journal.body import DICTIONARY_1, decode, encode
from tests.unit.journal.samples import result, slot

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=12), json_values, max_size=12))
def test_what_is_stored_comes_back(body):
    assert decode(encode(body)) == body


def test_a_result_takes_a_quarter():
    body = result(slot()).to_json()
    assert len(encode(body)) < 250
    assert decode(encode(body)) == body


def test_a_small_body_stays_readable():
    assert encode({"n": 1}) == b'{"n":1}'


def test_dictionary_1_is_part_of_the_file_format():
    # Rows on users' disks were packed with it. A change makes them unreadable: add dictionary 2 instead.
    assert (
        hashlib.sha256(DICTIONARY_1).hexdigest()
        == "383468b46a80b454733f98aa9b133d35953ae51b290e93610284ab23b2a0f1e8"
    )


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x02abc", id="an unknown form"),
        pytest.param(b"\x01\xff\xff\xff", id="damaged"),
        pytest.param(encode(result(slot()).to_json())[:-40], id="cut"),
        pytest.param(b'{"a":', id="half"),
        pytest.param(b"\x01\x8b\x8e\x05\x00", id="not an object"),
    ],
)
def test_what_is_no_body_is_said_to_be_none(stored):
    with pytest.raises(JournalError, match="a row's body"):
        decode(stored)
