"""The prober's one Unix socket: few verbs, one JSON object a line each way. Measuring needs none of it.

A request is `{"verb": …}`; the answer `{"ok": true, …}` or `{"ok": false, "error": …, "status": …}`, where
the status is what HTTP would say.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from probes.errors import GenpingError

_LOG = logging.getLogger(__name__)
_MAX_REQUEST = 64 * 1024
_MAX_PATH = 107  # bytes that fit into sockaddr_un on Linux

Verb = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class Refused(GenpingError):
    """A verb that cannot be done; `status` is what HTTP would say."""

    def __init__(self, message: str, status: int, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after_s = status, retry_after_s

    def to_json(self) -> dict[str, Any]:
        """The answer that says so."""
        out: dict[str, Any] = {"ok": False, "error": str(self), "status": self.status}
        if self.retry_after_s is not None:
            out["retry_after_s"] = self.retry_after_s
        return out


class ControlServer:
    """Serves the verbs it is given; readable and writable by the owner only."""

    def __init__(self, path: Path, verbs: Mapping[str, Verb]) -> None:
        self._path, self._verbs = path, verbs
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listen. Only the holder of the journal's lock calls this, so an old socket is a leftover."""
        if len(os.fsencode(self._path)) > _MAX_PATH:
            raise GenpingError(
                f"{self._path}: too long for a Unix socket ({_MAX_PATH} bytes); choose a shorter data_dir"
            )
        self._path.unlink(missing_ok=True)
        mask = os.umask(0o177)
        try:
            self._server = await asyncio.start_unix_server(self._serve, self._path, limit=_MAX_REQUEST)
        finally:
            os.umask(mask)

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(orjson.dumps(await self._answer(line)) + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):  # gone, or a line past the limit
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            request = orjson.loads(line)
            verb = self._verbs[request["verb"]]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            return {"ok": False, "error": f"unknown request; verbs: {', '.join(self._verbs)}", "status": 400}
        try:
            return {"ok": True, **await verb(request)}
        except Refused as refusal:
            return refusal.to_json()
        except GenpingError as error:
            return {"ok": False, "error": str(error), "status": 500}
        except Exception:  # noqa: BLE001 - a bug in a verb must not end measuring
            _LOG.exception("control verb %s failed", request["verb"])
            return {"ok": False, "error": "internal error; see the log of the prober", "status": 500}
