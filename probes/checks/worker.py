"""One child process that answers one question at a time, and is killed when it takes too long."""

import asyncio
import json
import os
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from probes.clock import NS, Clock

_START_S = 30.0  # importing an image library on a busy machine
_LENGTH = struct.Struct(">I")


class WorkerGone(Exception):
    """The child died over the question, or was killed because its time was up."""


class WorkerBroken(Exception):
    """The child cannot be started: our own trouble, whatever the question."""


class Worker:
    """Started when first needed, used again and again, started anew after it is lost."""

    def __init__(self, clock: Clock, module: str) -> None:
        self._clock, self._module = clock, module
        self._lock = asyncio.Lock()
        self._process: Process | None = None

    async def start(self) -> None:
        """Have the child ready. Raises WorkerBroken."""
        async with self._lock:
            await self._ready()

    async def ask(self, parts: Iterable[bytes], length: int, limit_s: float) -> dict[str, Any]:
        """Send one message, `length` bytes in parts, and wait for the answer.

        Raises WorkerGone, WorkerBroken. Parts may be made while they are sent: between two of them the event
        loop runs.
        """
        async with self._lock:
            process = await self._ready()
            try:
                async with self._clock.timeout_at(self._clock.now_ns() + round(limit_s * NS)):
                    return await _exchange(process, parts, length)
            except (TimeoutError, OSError, asyncio.IncompleteReadError):
                await self._end()
                raise WorkerGone from None
            except asyncio.CancelledError:
                await self._end()  # an answer under way must not be taken for the next one's
                raise

    async def close(self) -> None:
        """End the child."""
        async with self._lock:
            await self._end()

    async def _ready(self) -> Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        try:
            self._process = await _spawn(self._module)
            async with self._clock.timeout_at(self._clock.now_ns() + round(_START_S * NS)):
                await _receive(self._process)
        except (TimeoutError, OSError, asyncio.IncompleteReadError) as error:
            await self._end()
            raise WorkerBroken(f"{self._module} does not start") from error
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with suppress(ProcessLookupError):
            process.kill()  # it holds nothing that could be lost
        await process.wait()


async def _spawn(module: str) -> Process:
    """With an environment of its own: ours holds keys. `-P`: nothing from the working directory."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    environment = {"PYTHONPATH": path, "PATH": os.defpath}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", module, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=environment
    )


async def _exchange(process: Process, parts: Iterable[bytes], length: int) -> dict[str, Any]:
    assert process.stdin is not None  # noqa: S101 - PIPE was asked for
    process.stdin.write(_LENGTH.pack(length))
    for part in parts:
        process.stdin.write(part)
        await process.stdin.drain()
    return await _receive(process)


async def _receive(process: Process) -> dict[str, Any]:
    assert process.stdout is not None  # noqa: S101 - PIPE was asked for
    (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
    answer: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
    return answer
