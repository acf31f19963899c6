import pytest

from probes.framing import FrameError, FrameLimits, open_decoder
from probes.model import Chunk, ErrorKind, Event, Framing

LIMITS = FrameLimits(max_line_bytes=8, max_body_bytes=32)


def decode(*pieces: bytes, content_type: str | None = "application/json") -> list[Event]:
    decoder = open_decoder(content_type, LIMITS)
    for index, piece in enumerate(pieces):
        assert decoder.feed(Chunk(at_ns=index, data=piece, read=index)) == []
    return decoder.close()


@pytest.mark.parametrize(
    ("pieces", "data", "stamp"),
    [
        pytest.param((b'{"a":1}',), b'{"a":1}', 0, id="one chunk"),
        pytest.param((b'{"a"', b":1}", b""), b'{"a":1}', 1, id="the last chunk with bytes"),
        pytest.param((b"\xef", b"\xbb\xbf{}"), b"{}", 1, id="BOM"),
        pytest.param((b"<html>\n", b"data: x"), b"<html>\ndata: x", 1, id="not JSON: still the whole body"),
        pytest.param((b"0123456789" * 3,), b"0123456789" * 3, 0, id="the line limit is for streams"),
    ],
)
def test_whole_body_is_one_event_with_the_last_stamp(
    pieces: tuple[bytes, ...], data: bytes, stamp: int
) -> None:
    assert decode(*pieces) == [Event(data=data, at_ns=stamp, read=stamp, framing=Framing.JSON)]


def test_empty_body_is_no_event() -> None:
    assert decode(b"", b"") == []


def test_body_over_the_limit_is_refused() -> None:
    with pytest.raises(FrameError) as raised:
        decode(b"x" * 32, b"x")
    assert (raised.value.error, raised.value.detail) == (ErrorKind.OVERSIZED_RESPONSE, "body over 32 bytes")


@pytest.mark.parametrize(
    ("content_type", "framing"),
    [
        ("text/event-stream", Framing.SSE),
        ("Text/Event-Stream;charset=UTF-8", Framing.SSE),
        ("application/json", Framing.JSON),
        ("text/html; charset=utf-8", Framing.JSON),
        ("application/octet-stream", Framing.JSON),
        ("", Framing.JSON),
        (None, Framing.JSON),
    ],
)
def test_the_answers_own_content_type_chooses(content_type: str | None, framing: Framing) -> None:
    (event,) = decode(b"data: 1\n", content_type=content_type)
    assert event.framing is framing
