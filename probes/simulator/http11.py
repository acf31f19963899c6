"""HTTP/1.1 requests out of bytes, as API clients send them: bodies by length or chunked, keep-alive."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 64 * 1024 * 1024
_BLANK = b"\r\n\r\n"


class BadRequestError(Exception):
    """What arrived is not a request; `status` is the answer that it deserves."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it arrived. Header names are in lower case, the last of several holds."""

    method: str
    path: str  # decoded, without the query
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    base_url: str = "http://127.0.0.1"  # how the client reached us: for links to ourselves
    keep_alive: bool = True


class RequestReader:
    """Bytes in, calls out; one per connection."""

    def __init__(self, scheme: str) -> None:
        self._scheme = scheme
        self._buffer = bytearray()
        self._head: tuple[str, str, dict[str, str], bool] | None = None

    def feed(self, data: bytes) -> None:
        """Take what the socket gave."""
        self._buffer += data

    @property
    def expects_continue(self) -> bool:
        """Whether the client waits for `100 Continue` before it sends the body."""
        return self._head is not None and self._head[2].get("expect", "").lower() == "100-continue"

    def next(self) -> Call | None:
        """The next complete request, None until it is whole; raises BadRequestError."""
        if self._head is None:
            self._head = self._take_head()
        if self._head is None:
            return None
        method, target, headers, keep_alive = self._head
        body = self._take_body(headers)
        if body is None:
            return None
        self._head = None
        parts = urlsplit(target)
        return Call(
            method=method,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=headers,
            body=body,
            base_url=f"{self._scheme}://{headers.get('host', 'localhost')}",
            keep_alive=keep_alive,
        )

    def _take_head(self) -> tuple[str, str, dict[str, str], bool] | None:
        end = self._buffer.find(_BLANK)
        if end < 0:
            if len(self._buffer) > HEAD_LIMIT:
                raise BadRequestError(431, "Request Header Fields Too Large")
            return None
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + len(_BLANK)]
        try:
            method, target, version = first.split(" ")
        except ValueError:
            raise BadRequestError(400, "Bad Request") from None
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)
        }
        return method, target, headers, _stays_open(version, headers)

    def _take_body(self, headers: Mapping[str, str]) -> bytes | None:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._take_chunked()
        declared = headers.get("content-length", "0")
        if not declared.isdigit():
            raise BadRequestError(400, "Bad Request")
        length = int(declared)
        if length > BODY_LIMIT:
            raise BadRequestError(413, "Content Too Large")
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _take_chunked(self) -> bytes | None:
        """The whole body, or None and nothing taken: what comes here is small enough to look at twice."""
        body, at = bytearray(), 0
        while (line_end := self._buffer.find(b"\r\n", at)) >= 0:
            try:
                size = int(self._buffer[at:line_end].split(b";")[0], 16)
            except ValueError:
                raise BadRequestError(400, "Bad Request") from None
            at = line_end + 2
            if size == 0:
                return self._take_trailer(bytes(body), at)
            body += self._buffer[at : at + size]
            at += size + 2
            if len(body) > BODY_LIMIT:
                raise BadRequestError(413, "Content Too Large")
        return None

    def _take_trailer(self, body: bytes, at: int) -> bytes | None:
        if self._buffer[at : at + 2] == b"\r\n":
            del self._buffer[: at + 2]
            return body
        end = self._buffer.find(_BLANK, at)
        if end < 0:
            return None
        del self._buffer[: end + len(_BLANK)]
        return body


def _stays_open(version: str, headers: Mapping[str, str]) -> bool:
    wish = headers.get("connection", "").lower()
    return wish == "keep-alive" if version == "HTTP/1.0" else wish != "close"
