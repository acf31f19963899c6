"""Client of a prober's control socket: one JSON object a line each way, one connection a question."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from probes.errors import GenpingError
from probes.model import control_socket

_MAX_ANSWER = 4 * 1024 * 1024
_TIMEOUT_S = 10.0


class ControlError(GenpingError):
    """The prober said no, or nothing. `status` is what HTTP would say."""

    def __init__(self, message: str, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after_s = status, retry_after_s


class NoProber(ControlError):
    """Nobody listens on the socket: the prober is not running."""

    def __init__(self, shard: int) -> None:
        super().__init__(f"prober {shard} is not running", 503)


async def ask(
    data_dir: Path, shard: int, verb: str, /, *, timeout_s: float = _TIMEOUT_S, **fields: Any
) -> dict[str, Any]:
    """Ask a prober. Raises ControlError with its refusal, NoProber where there is none."""
    request = orjson.dumps({"verb": verb, **fields}) + b"\n"
    try:
        async with asyncio.timeout(timeout_s):
            line = await _exchange(data_dir, shard, request)
    except TimeoutError:
        raise ControlError(f"prober {shard} did not answer within {timeout_s:g} s", 504) from None
    return _judge(shard, line)


async def _exchange(data_dir: Path, shard: int, request: bytes) -> bytes:
    try:
        path = control_socket(data_dir, shard)
        reader, writer = await asyncio.open_unix_connection(path, limit=_MAX_ANSWER)
    except OSError:
        raise NoProber(shard) from None
    try:
        writer.write(request)
        await writer.drain()
        return await reader.readuntil(b"\n")
    except (OSError, EOFError, asyncio.LimitOverrunError):
        raise ControlError(f"prober {shard} hung up before it answered", 502) from None
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def _judge(shard: int, line: bytes) -> dict[str, Any]:
    try:
        answer = orjson.loads(line)
        fine = answer["ok"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise ControlError(f"prober {shard} gave an answer that is none", 502) from None
    if not fine:
        raise ControlError(
            str(answer.get("error", "refused")), int(answer.get("status", 500)), answer.get("retry_after_s")
        )
    return dict(answer)
