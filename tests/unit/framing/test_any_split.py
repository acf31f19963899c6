"""However the network cuts a stream, the events are the same; and no bytes at all surprise a decoder."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.framing import FrameError, FrameLimits, open_decoder
from probes.model import Chunk, Event, Framing

LIMITS = FrameLimits(max_line_bytes=256, max_body_bytes=4096)
TYPES = st.sampled_from(["text/event-stream", "application/json"])
# Fragments that mean something to a decoder, so that random streams are not mostly unknown fields.
FIELDS = [b"data:", b"data: ", b"data", b"event: x", b":", b": ping", b"id: 1", b"[DONE]", b"\xef\xbb\xbf"]
ENDS = [b"\n", b"\r", b"\r\n", b"\n\n", b"\r\n\r\n", "\u2028".encode(), b"\xff", b" "]
JSON = [b'{"error":', b"{", b"}", b"[", b"]", b'"', b"\\", b"<html>"]
PARTS = [*FIELDS, *ENDS, *JSON]
FRAGMENTS = st.sampled_from(PARTS)
STREAMS = st.one_of(
    st.lists(st.one_of(FRAGMENTS, st.binary(max_size=5)), max_size=40).map(b"".join), st.binary(max_size=400)
)


def decode(content_type: str, pieces: list[bytes]) -> list[Event]:
    decoder = open_decoder(content_type, LIMITS)
    events: list[Event] = []
    for index, piece in enumerate(pieces):
        events += decoder.feed(Chunk(at_ns=index, data=piece, read=index))
    return events + decoder.close()


def meaning(events: list[Event]) -> list[tuple[bytes, str, Framing]]:
    return [(event.data, event.name, event.framing) for event in events]


def cut(stream: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(stream) + 1) for place in places), len(stream)]
    return [stream[a:b] for a, b in pairwise(bounds)]


@settings(max_examples=500, deadline=None)
@given(TYPES, STREAMS, st.lists(st.integers(min_value=0, max_value=4096), max_size=12))
def test_any_split_gives_the_same_events(content_type: str, stream: bytes, places: list[int]) -> None:
    limited = max(len(line) for line in stream.splitlines() or [b""]) > LIMITS.max_line_bytes
    if not limited:
        assert meaning(decode(content_type, cut(stream, places))) == meaning(decode(content_type, [stream]))


def random_stream(dice: random.Random) -> bytes:
    parts = [
        dice.choice(PARTS) if dice.random() < 0.8 else dice.randbytes(dice.randrange(9)) for _ in range(40)
    ]
    return b"".join(parts[: dice.randrange(40)])


@pytest.mark.parametrize("content_type", ["text/event-stream", "application/json"])
def test_ten_thousand_random_streams_raise_nothing_but_a_frame_error(content_type: str) -> None:
    dice = random.Random(20261121)
    for _ in range(10_000):
        stream = random_stream(dice)
        try:
            events = decode(content_type, cut(stream, [dice.randrange(4096) for _ in range(3)]))
        except FrameError:
            continue
        stamps = [event.at_ns for event in events]
        assert stamps == sorted(stamps), stream
