"""How the tests ask: one provider per gateway, tight limits, a listener that knows `tok` and `[DONE]`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from probes.clock import NS, SystemClock
from probes.model import (
    Api,
    Auth,
    Chunk,
    Exchange,
    Provider,
    Purpose,
    Secret,
    WireRequest,
)
from probes.transport import Feed, HttpTransport, Limits, Line, Progress, Take

KEY = "sk-canary-3b1f"  # gitleaks:allow
CLOCK = SystemClock()


@dataclass
class Listener:
    """What was fed, and when the feed was opened."""

    status: int | None = None
    chunks: list[Chunk] = field(default_factory=list)
    progress: Progress = Progress.WAITING

    def open(self, status: int, headers: tuple[tuple[str, str], ...]) -> Take:
        del headers
        self.status = status
        return self.take

    def take(self, chunk: Chunk) -> Progress:
        self.chunks.append(chunk)
        if b"tok" in chunk.data and self.progress is Progress.WAITING:
            self.progress = Progress.FLOWING
        if b"[DONE]" in chunk.data:
            self.progress = Progress.DONE
        return self.progress

    @property
    def body(self) -> bytes:
        return b"".join(chunk.data for chunk in self.chunks)


def provider(base_url: str, **changes: object) -> Provider:
    plain = Provider(
        name="gateway",
        title="Gateway",
        base_url=base_url,
        api=Api.OPENAI,
        auth=Auth.BEARER,
        keys={"main": Secret(KEY)},
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # a test names the fields it changes


def line(base_url: str, *, reuse: str | None = None, **changes: object) -> Line:
    return Line(provider=provider(base_url, **changes), key="main", reuse=reuse)


def post(
    url: str,
    body: bytes = b"{}",
    *,
    headers: Mapping[str, str] | None = None,
    purpose: Purpose = Purpose.SUBMIT,
) -> WireRequest:
    return WireRequest(
        purpose=purpose, method="POST", url=url, read=lambda _: (), headers=headers or {}, body=body
    )


def limits(
    total_s: float = 5.0,
    *,
    connect_s: float = 2.0,
    first_s: float | None = 5.0,
    stall_s: float = 2.0,
    max_bytes: int = 8 * 1024 * 1024,
) -> Limits:
    return Limits(
        deadline_ns=CLOCK.now_ns() + round(total_s * NS),
        connect_timeout_s=connect_s,
        first_token_timeout_s=first_s,
        stall_timeout_s=stall_s,
        max_body_bytes=max_bytes,
    )


async def ask(
    target: Line,
    *,
    within: Limits | None = None,
    feed: Feed | None = None,
    transport: HttpTransport | None = None,
) -> Exchange:
    """One exchange with a transport of its own, unless one is given."""
    asker = transport or HttpTransport(CLOCK)
    try:
        return await asker.exchange(
            post(f"{target.provider.base_url}/v1/chat"),
            line=target,
            limits=within or limits(),
            feed=feed or Listener().open,
        )
    finally:
        if transport is None:
            await asker.close()


def trusting(base_url: str, ca_file: Path, *, reuse: str | None = None, **changes: object) -> Line:
    return line(base_url, reuse=reuse, ca_file=ca_file, **changes)


def open_files() -> int:
    """How many descriptors this process holds."""
    return len(list(Path("/proc/self/fd").iterdir()))
