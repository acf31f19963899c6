"""The public listener: read-only, cookie-less, a closed table of paths; whatever is not in it is one 404."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

import orjson
from starlette.types import Receive, Scope, Send

from exporter.followers.board import Board
from exporter.web import page
from exporter.web.view import channels_json
from probes.clock import NS, Clock
from probes.model import Plan

_LOG = logging.getLogger(__name__)
_STATIC = Path(__file__).parent / "static"
_FRESH_NS = 1 * NS  # how long a rendered answer is given again: a crowd costs one rendering a second
_HTML, _JSON, _TEXT = "text/html; charset=utf-8", "application/json", "text/plain; charset=utf-8"

SECURITY = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Bytes that are ready to be sent."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str]


_NOT_FOUND = Answer(status=404, body=b"404 not found\n", content_type=_TEXT, headers={})
_NOT_ALLOWED = Answer(
    status=405, body=b"405 method not allowed\n", content_type=_TEXT, headers={"allow": "GET, HEAD"}
)
_BROKEN = Answer(status=500, body=b"500 internal error\n", content_type=_TEXT, headers={})


def _file(name: str, content_type: str) -> Answer:
    body = (_STATIC / name).read_bytes()
    return Answer(
        status=200, body=body, content_type=content_type, headers={"cache-control": "public, max-age=300"}
    )


class PublicApp:
    """An ASGI application over the board. `lock` is held while the board is read."""

    def __init__(self, *, plan: Callable[[], Plan], board: Board, lock: RLock, clock: Clock) -> None:
        self._plan, self._board, self._lock, self._clock = plan, board, lock, clock
        self._files = {
            "/static/style.css": _file("style.css", "text/css; charset=utf-8"),
            "/favicon.svg": _file("favicon.svg", "image/svg+xml"),
            "/robots.txt": _file("robots.txt", _TEXT),
        }
        self._views = {"/": self._index, "/api/v1/channels": self._channels}
        self._rendering = asyncio.Lock()  # one at a time: the others wait and take its answer
        self._rendered: dict[str, tuple[int, Answer]] = {}

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer one request; nothing is read from its body."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope["method"], scope["path"])
        except Exception:  # noqa: BLE001 - the answer must carry the security headers whatever happened
            _LOG.exception("a public page failed")
            answer = _BROKEN
        headers = {
            **SECURITY,
            **answer.headers,
            "content-type": answer.content_type,
            "content-length": str(len(answer.body)),
        }
        raw = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": raw})
        body = b"" if scope["method"] == "HEAD" else answer.body
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, method: str, path: str) -> Answer:
        if method not in ("GET", "HEAD"):
            return _NOT_ALLOWED
        if path in self._files:
            return self._files[path]
        if path not in self._views:
            return _NOT_FOUND
        async with self._rendering:
            made_ns, answer = self._rendered.get(path, (None, _NOT_FOUND))
            if made_ns is None or self._clock.now_ns() - made_ns > _FRESH_NS:
                answer = await asyncio.to_thread(self._render, path)
                self._rendered[path] = (self._clock.now_ns(), answer)
        return answer

    def _render(self, path: str) -> Answer:
        with self._lock:
            return self._views[path](self._plan(), self._clock.wall_ns())

    def _index(self, plan: Plan, now_ns: int) -> Answer:
        body = page.render(plan, self._board, now_ns)
        return Answer(status=200, body=body, content_type=_HTML, headers={"cache-control": "no-cache"})

    def _channels(self, plan: Plan, now_ns: int) -> Answer:
        body = orjson.dumps(channels_json(plan, self._board, now_ns))
        headers = {"cache-control": "no-cache", "access-control-allow-origin": "*"}
        return Answer(status=200, body=body, content_type=_JSON, headers=headers)
