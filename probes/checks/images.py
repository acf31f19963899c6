"""Pictures are decoded in a child process: a bomb takes that down, not the prober."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from probes.checks.worker import Worker, WorkerGone
from probes.clock import Clock, SystemClock
from probes.model import Image

_LIMIT_S = 5.0
_SEARCH_LIMIT_S = 1.0
_PIECE = 1024 * 1024  # encoded and sent at a time, so that the event loop is never held up


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What a picture proved to be. Without `image` it could not be decoded, and `unfit` says why."""

    image: Image | None = None
    blank: bool = False
    unfit: str = ""


class ImageInspector:
    """Looks at one picture at a time; callers wait for each other."""

    def __init__(self, clock: Clock | None = None, *, limit_s: float = _LIMIT_S) -> None:
        self._limit_s = limit_s
        self._worker = Worker(clock or SystemClock(), "probes.checks.image_worker")

    async def start(self) -> None:
        """Start the child now rather than with the first picture. Raises WorkerBroken."""
        await self._worker.start()

    async def close(self) -> None:
        """End the child."""
        await self._worker.close()

    async def inspect(self, picture: str | bytes) -> Inspection:
        """Decode a picture given as base64 or as bytes. Raises WorkerBroken when there is nobody to do it."""
        kind = b"B" if isinstance(picture, str) else b"R"
        try:
            answer = await self._worker.ask(_parts(kind, picture), 1 + len(picture), self._limit_s)
        except WorkerGone:
            return Inspection(unfit=f"not decoded within {self._limit_s:g} s and the memory for it")
        if "unfit" in answer:
            return Inspection(unfit=answer["unfit"])
        blank = answer.pop("blank")
        return Inspection(image=Image(**answer), blank=blank)

    async def search(self, pattern: str, text: str) -> bool | None:
        """Whether a configured pattern is found in a stranger's text; None: it took more than a second.

        In the child too: a pattern that backtracks without end would stop the whole prober.
        """
        message = json.dumps([pattern, text])
        try:
            answer = await self._worker.ask(_parts(b"S", message), 1 + len(message), _SEARCH_LIMIT_S)
        except WorkerGone:
            return None
        found: bool = answer["found"]
        return found


def _parts(kind: bytes, body: str | bytes) -> Iterator[bytes]:
    yield kind
    for at in range(0, len(body), _PIECE):
        piece = body[at : at + _PIECE]
        yield piece if isinstance(piece, bytes) else piece.encode("ascii", "replace")
