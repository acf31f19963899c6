import pytest

from probes.simulator.http11 import BODY_LIMIT, HEAD_LIMIT, BadRequestError, RequestReader

CHUNKED = (
    b"POST /a%20b?x=1&key=k HTTP/1.1\r\nHost: h:1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\n\r\n"
)
SIZED = b"POST /p HTTP/1.1\r\nHost: h:1\r\nX-Name: v\r\ncontent-length: 7\r\n\r\nabcdefg"


@pytest.mark.parametrize("data", [CHUNKED, SIZED], ids=["chunked", "sized"])
def test_a_request_is_read_whatever_the_boundaries(data: bytes):
    for edge in range(1, len(data)):
        reader = RequestReader("http")
        reader.feed(data[:edge])
        assert reader.next() is None, edge
        reader.feed(data[edge:])
        call = reader.next()
        assert call is not None
        assert call.body == b"abcdefg"
        assert reader.next() is None


def test_parts_of_a_request():
    reader = RequestReader("https")
    reader.feed(CHUNKED + SIZED)
    first, second = reader.next(), reader.next()
    assert first is not None
    assert second is not None
    assert (first.method, first.path, first.query) == ("POST", "/a b", {"x": "1", "key": "k"})
    assert first.base_url == "https://h:1"
    assert second.headers["x-name"] == "v"


@pytest.mark.parametrize(
    ("line", "stays"),
    [
        (b"GET / HTTP/1.1\r\n", True),
        (b"GET / HTTP/1.1\r\nConnection: close\r\n", False),
        (b"GET / HTTP/1.0\r\n", False),
        (b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n", True),
    ],
)
def test_who_stays(line: bytes, stays: bool):  # noqa: FBT001 - a table's expectation
    reader = RequestReader("http")
    reader.feed(line + b"\r\n")
    call = reader.next()
    assert call is not None
    assert call.keep_alive is stays


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (BODY_LIMIT + 1), 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"x" * (HEAD_LIMIT + 1), 431),
    ],
    ids=["line", "length", "too-long", "chunk", "head"],
)
def test_what_is_no_request(data: bytes, status: int):
    reader = RequestReader("http")
    reader.feed(data)
    with pytest.raises(BadRequestError) as caught:
        reader.next()
    assert caught.value.status == status


def test_a_trailer_is_read_over():
    reader = RequestReader("http")
    reader.feed(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-T: 1\r\n")
    assert reader.next() is None
    reader.feed(b"\r\n")
    call = reader.next()
    assert call is not None
    assert call.body == b"a"
