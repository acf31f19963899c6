"""Taking one layer off, however it is cut."""

import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.model import ErrorKind
from probes.transport import Abort
from probes.transport.decoding import PIECE_BYTES, open_decoding

FORMS = {"gzip": 31, "zlib": 15, "raw": -15}


def packed(text: bytes, form: str) -> tuple[bytes, str]:
    return zlib.compress(text, wbits=FORMS[form]), "gzip" if form == "gzip" else "deflate"


def decoded(parts: list[bytes], encoding: str) -> list[bytes]:
    decoding = open_decoding((("content-encoding", encoding),))
    pieces = [piece for part in parts for piece in decoding.decode(part)]
    decoding.finish()
    return pieces


@given(
    text=st.binary(max_size=5_000), form=st.sampled_from(list(FORMS)), cuts=st.lists(st.integers(0, 5_000))
)
def test_every_cut_gives_the_same_body(text: bytes, form: str, cuts: list[int]):
    body, encoding = packed(text, form)
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    parts = [body[start:end] for start, end in pairwise(edges)]
    assert b"".join(decoded(parts, encoding)) == text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("size", [PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, PIECE_BYTES + 200, 10**7])
def test_pieces_stay_small_and_nothing_is_left_behind(form: str, size: int):
    body, encoding = packed(bytes(size), form)
    pieces = decoded([body], encoding)
    assert sum(map(len, pieces)) == size
    assert max(map(len, pieces)) <= PIECE_BYTES


@pytest.mark.parametrize("cut", [1, 10, -9, -1])
@pytest.mark.parametrize("form", ["gzip", "zlib"])
def test_a_cut_layer_is_a_cut_answer(form: str, cut: int):
    body, encoding = packed(b"tok" * 1_000, form)
    with pytest.raises(Abort) as caught:
        decoded([body[:cut]], encoding)
    assert caught.value.error is ErrorKind.TRUNCATED_STREAM


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("content-encoding", ""),),
        (("content-encoding", "Identity"), ("content-encoding", "identity, ")),
        (("content-type", "gzip"),),
    ],
    ids=["none", "empty", "identity twice", "another header"],
)
def test_no_layer(headers: tuple[tuple[str, str], ...]):
    decoding = open_decoding(headers)
    body = gzip.compress(b"tok")
    assert list(decoding.decode(body)) == [body]
    decoding.finish()
