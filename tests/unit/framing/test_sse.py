import time

import pytest

from probes.framing import FrameError, FrameLimits, open_decoder
from probes.model import Chunk, ErrorKind, Event, Framing

LIMITS = FrameLimits(max_line_bytes=1 << 20, max_body_bytes=8 << 20)
SSE, STRAY = Framing.SSE, Framing.STRAY


def decode(*pieces: bytes, limits: FrameLimits = LIMITS) -> list[Event]:
    """The events of a stream whose n-th piece arrives in read n, at n ns."""
    decoder = open_decoder("text/event-stream; charset=utf-8", limits)
    events: list[Event] = []
    for index, piece in enumerate(pieces):
        events += decoder.feed(Chunk(at_ns=index, data=piece, read=index))
    return events + decoder.close()


def shown(events: list[Event]) -> list[tuple[str, bytes]]:
    return [(event.name, event.data) for event in events]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param(b"data: a\n\ndata: b\n\n", [("", b"a"), ("", b"b")], id="LF"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [("", b"a"), ("", b"b")], id="CRLF"),
        pytest.param(
            b"data: a\r\ndata: b\r\n\r\n", [("", b"a\nb")], id="CRLF is one end, also when cut in two"
        ),
        pytest.param(b"data: a\r\rdata: b\r\r", [("", b"a"), ("", b"b")], id="CR"),
        pytest.param(b"data: a\n\r\ndata: b\r\n\n", [("", b"a"), ("", b"b")], id="mixed ends"),
        pytest.param(b"data:a\n\n", [("", b"a")], id="no space after the colon"),
        pytest.param(b"data:  a \n\n", [("", b" a ")], id="only one space is taken"),
        pytest.param(b"data: YHOO\ndata: +2\ndata: 10\n\n", [("", b"YHOO\n+2\n10")], id="lines join"),
        pytest.param(b": stream\n\ndata: a\nid: 1\n\ndata:b\nid\n\n", [("", b"a"), ("", b"b")], id="ids"),
        pytest.param(b"data\n\ndata\ndata\n\ndata:", [("", b""), ("", b"\n"), ("", b"")], id="empty data"),
        pytest.param(b": ping\n\n: ping\n\n", [], id="comments only"),
        pytest.param(
            b"event: add\ndata: 7\n\ndata: 8\n\n", [("add", b"7"), ("", b"8")], id="name is per event"
        ),
        pytest.param(b"event: ping\n\ndata: 8\n\n", [("", b"8")], id="a name alone is no event"),
        pytest.param(b"\xef\xbb\xbfdata: a\n\n", [("", b"a")], id="BOM at the start"),
        pytest.param(
            b"data: a\n\n\xef\xbb\xbfdata: b\n\n", [("", b"a")], id="BOM elsewhere is an unknown field"
        ),
        pytest.param(b"retry: 3\nfoo: bar\ndatax: 1\ndata: a\n\n", [("", b"a")], id="unknown fields"),
        pytest.param(
            "data: \u2028\x85\x1d\x0b\n\n".encode(), [("", "\u2028\x85\x1d\x0b".encode())], id="U+2028"
        ),
        pytest.param(b"data: \xff\xfe\n\n", [("", b"\xff\xfe")], id="bytes stay bytes"),
        pytest.param(b"event: \xff\ndata: a\n\n", [("\ufffd", b"a")], id="bad UTF-8 in a name"),
        pytest.param(b"data: a\n\ndata: b", [("", b"a"), ("", b"b")], id="unfinished event is delivered"),
        pytest.param(b"data: a\n\ndata: b\n", [("", b"a"), ("", b"b")], id="last blank line forgotten"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_stream_is_cut_into_events(stream: bytes, expected: list[tuple[str, bytes]]) -> None:
    assert shown(decode(stream)) == expected
    assert shown(decode(*[stream[i : i + 1] for i in range(len(stream))])) == expected


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        pytest.param(
            b'[{\n  "error": {\n    "code": 503,\n    "message": "a }}} \\" b"\n  }\n}\n]\n',
            [(STRAY, b'[{\n  "error": {\n    "code": 503,\n    "message": "a }}} \\" b"\n  }\n}\n]')],
            id="several lines",
        ),
        pytest.param(b'{"error":1}\n', [(STRAY, b'{"error":1}')], id="one line"),
        pytest.param(
            b'data: a\n{"e":1}\ndata: b\n\n', [(SSE, b"a"), (STRAY, b'{"e":1}'), (SSE, b"b")], id="order"
        ),
        pytest.param(b'{"e":\n: ping\n\n1}\n', [(STRAY, b'{"e":\n1}')], id="keep-alive in between"),
        pytest.param(b'{"e":\ndata: a\n\n', [(STRAY, b'{"e":'), (SSE, b"a")], id="a field line ends it"),
        pytest.param(b'{"e":\nevent: a\ndata: 1\n\n', [(STRAY, b'{"e":'), (SSE, b"1")], id="a name ends it"),
        pytest.param(b'{"e":\n1', [(STRAY, b'{"e":\n1')], id="unfinished"),
        pytest.param(b"<html>\n<p>{}</p>\n</html>\n", [(STRAY, b"<html>\n<p>{}</p>\n</html>")], id="HTML"),
        pytest.param(b"[DONE]\n", [(STRAY, b"[DONE]")], id="a marker without its field"),
        pytest.param(
            b'{"a":1}\n{"b":2}\n', [(STRAY, b'{"a":1}'), (STRAY, b'{"b":2}')], id="one after the other"
        ),
        pytest.param(b"}\n]\n", [], id="closing brackets open nothing"),
    ],
)
def test_lines_without_framing_are_one_stray_event(
    stream: bytes, expected: list[tuple[Framing, bytes]]
) -> None:
    assert [(event.framing, event.data) for event in decode(stream)] == expected


@pytest.mark.parametrize(
    ("pieces", "stamp"),
    [
        pytest.param((b"data: a\n\n", b"data: b\n\n"), 0, id="in one chunk"),
        pytest.param((b"data", b": a", b"\n\n"), 2, id="the chunk with the line's end"),
        pytest.param((b"data: a\n", b": ping\n", b"\n"), 0, id="a late blank line does not count"),
        pytest.param((b"data: a\r", b"\n\r\n"), 0, id="a CR ends the line, its LF is not waited for"),
        pytest.param((b"data: a\n", b"data: b\n", b"\n"), 1, id="the last of several data lines"),
        pytest.param((b"data: a", b""), 0, id="unfinished: the chunk with its last byte"),
        pytest.param((b'{"error":', b"1", b"}\n"), 2, id="stray"),
    ],
)
def test_event_carries_the_stamp_of_the_chunk_that_ended_its_data(
    pieces: tuple[bytes, ...], stamp: int
) -> None:
    first = decode(*pieces)[0]
    assert (first.at_ns, first.read) == (stamp, stamp)


def test_event_is_returned_by_the_feed_that_completed_it() -> None:
    decoder = open_decoder("text/event-stream", LIMITS)
    assert decoder.feed(Chunk(at_ns=0, data=b"data: a\n", read=0)) == []
    assert shown(decoder.feed(Chunk(at_ns=1, data=b"\n", read=1))) == [("", b"a")]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param((b"data: " + b"a" * 11,), id="a line, unfinished"),
        pytest.param((b"data: aaaa", b"a" * 7 + b"\n"), id="a line over two chunks"),
        pytest.param((b": 123456789012345\n\n",), id="a comment"),
        pytest.param((b"data: a\n\n", b": k\n\n") * 4, id="a body of short lines"),
    ],
)
def test_too_much_is_refused(pieces: tuple[bytes, ...]) -> None:
    with pytest.raises(FrameError) as raised:
        decode(*pieces, limits=FrameLimits(max_line_bytes=16, max_body_bytes=40))
    assert raised.value.error is ErrorKind.OVERSIZED_RESPONSE


def test_a_line_of_exactly_the_limit_passes() -> None:
    limits = FrameLimits(max_line_bytes=16, max_body_bytes=18)
    assert shown(decode(b"data: 1234567890\r\n", limits=limits)) == [("", b"1234567890")]


@pytest.mark.parametrize("step", [65_536, 16_384])
def test_a_line_of_32_mib_is_linear(step: int) -> None:
    stream = b'data: {"b64_json":"' + b"A" * (32 << 20) + b'"}\n\n'
    pieces = [stream[i : i + step] for i in range(0, len(stream), step)]
    limits = FrameLimits(max_line_bytes=64 << 20, max_body_bytes=64 << 20)
    started = time.process_time()
    (event,) = decode(*pieces, limits=limits)
    assert time.process_time() - started < 0.5
    assert len(event.data) == len(stream) - 8


def test_a_stray_line_of_megabytes_is_linear() -> None:
    stream = b'{"error":"' + b'\\"{[' * (1 << 20) + b'"}\n'
    started = time.process_time()
    (event,) = decode(stream, limits=FrameLimits(max_line_bytes=8 << 20, max_body_bytes=8 << 20))
    assert time.process_time() - started < 0.5
    assert event.framing is STRAY
