"""Values into bytes, and bytes into replies: what all gateways have in common."""

import json
from typing import Any

from probes.simulator.answer import BAD_UTF8, SURROGATE
from probes.simulator.script import Reply, Step

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
Headers = tuple[tuple[str, str], ...]
HEAD_SHARE = 0.6  # of the wait for the first token: gateways send the head before it


def as_json(value: Any) -> bytes:
    """Compact JSON with text raw, as Go and Google's servers write it; stand-ins become broken bytes."""
    data = _ENCODER.encode(value).encode()
    return data.replace(BAD_UTF8.encode(), b"\xff\xfe").replace(SURROGATE.encode(), b"\\ud800")


def as_event(value: Any, newline: bytes = b"\n") -> bytes:
    """One `data:` event."""
    return b"data: " + as_json(value) + newline * 2


def whole(status: int, value: Any, headers: Headers = (), *, after_s: float = 0.0) -> Reply:
    """A JSON answer whose length is declared, all at once."""
    return body_reply(status, as_json(value), "application/json; charset=utf-8", headers, after_s=after_s)


def body_reply(status: int, body: bytes, mime: str, headers: Headers = (), *, after_s: float = 0.0) -> Reply:
    """Any answer whose length is declared, all at once."""
    head = (("Content-Type", mime), ("Content-Length", str(len(body))), *headers)
    return Reply(status=status, headers=head, steps=(Step(after_s=0.0, data=body),), head_after_s=after_s)


def streamed(steps: list[Step], headers: Headers = (), *, mime: str = "text/event-stream") -> Reply:
    """A chunked answer: the head leaves when a part of the first wait has passed, the rest of it follows."""
    head = (
        ("Content-Type", mime),
        ("Cache-Control", "no-cache"),
        ("Transfer-Encoding", "chunked"),
        *headers,
    )
    first_s = steps[0].after_s if steps else 0.0
    head_s = first_s * HEAD_SHARE
    steps = [Step(after_s=first_s - head_s, data=steps[0].data), *steps[1:]] if steps else []
    return Reply(status=200, headers=head, steps=tuple(steps), head_after_s=head_s)
