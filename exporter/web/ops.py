"""The ops listener: metrics, health, results, reload and the operating actions."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from exporter.control import ControlError, ask
from exporter.followers.exposition import Exposition
from exporter.web import results
from exporter.web.guard import Guard, refuse, role
from probes.config import parse_duration
from probes.errors import ConfigError
from probes.journal.reader import Reader
from probes.model import Channel, Plan

_MAX_BODY = 4096
_PROBE_GRACE_S = 30.0
_WILDCARDS = ("0.0.0.0", "::")  # noqa: S104 - addresses that are compared, not bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the listener can reach."""

    plan: Callable[[], Plan]
    exposition: Exposition
    silent: Callable[[], list[int]]  # probers without a heartbeat for 60 s
    reader: Reader
    reload: Callable[[], Awaitable[None]]  # raises ConfigError or ControlError; the old one is kept then


def ops_app(desk: Desk) -> Starlette:
    """The application, guarded."""
    ops = _Ops(desk)
    app = Starlette(
        routes=[
            Route("/metrics", ops.metrics),
            Route("/-/healthy", ops.healthy),
            Route("/-/ready", ops.ready),
            Route("/-/reload", ops.reload, methods=["POST"]),
            Route("/api/v1/probe/{channel}", ops.probe, methods=["POST"]),
            Route("/api/v1/results", ops.results),
            Route("/api/v1/results/{id}", ops.result),
            Route("/api/v1/targets", ops.targets),
            Route("/api/v1/channels/{channel}/pause", ops.pause, methods=["POST"]),
            Route("/api/v1/channels/{channel}/resume", ops.resume, methods=["POST"]),
        ],
        middleware=[Middleware(Guard, plan=desk.plan)],
        exception_handlers={HTTPException: _http_error, ControlError: _control_error},
    )
    app.router.redirect_slashes = False  # a path is right or it is not there
    return app


class _Ops:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def metrics(self, request: Request) -> Response:
        accept = request.headers.get("accept", "")
        body, content_type = await asyncio.to_thread(self._desk.exposition.render, accept)
        return Response(body, headers={"content-type": content_type})

    async def healthy(self, _request: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def ready(self, _request: Request) -> Response:
        silent = self._desk.silent()
        if silent:
            return refuse(503, f"silent for 60 s: prober {', '.join(map(str, silent))}")
        return PlainTextResponse("ok\n")

    async def reload(self, _request: Request) -> Response:
        try:
            await self._desk.reload()
        except ConfigError as error:
            return refuse(422, str(error))
        return JSONResponse({"fingerprint": self._desk.plan().fingerprint})

    async def probe(self, request: Request) -> Response:
        channel = self._channel(request)
        name = request.query_params.get("probe") or None
        probe = channel.main if name is None else channel.probe(name)
        if probe is None:
            raise HTTPException(404, f"channel {channel.id} has no probe of that name")
        limit_s = probe.timeout_s + _PROBE_GRACE_S
        answer = await self._ask(channel, "probe", timeout_s=limit_s, probe=probe.name)
        return _json(answer["result"])

    async def results(self, request: Request) -> Response:
        channel, probe = (request.query_params.get(name) or None for name in ("channel", "probe"))
        if channel is not None:
            return _json(await asyncio.to_thread(results.of_channel, self._desk.reader, channel, probe))
        if probe is not None:
            raise HTTPException(400, "probe needs a channel: /api/v1/results?channel=ID&probe=NAME")
        return _json(await asyncio.to_thread(results.of_all, self._desk.reader))

    async def result(self, request: Request) -> Response:
        found = await asyncio.to_thread(results.one, self._desk.reader, request.path_params["id"])
        if found is None:
            raise HTTPException(404, "no result of that id")
        return _json(found)

    async def targets(self, request: Request) -> Response:
        address = self._desk.plan().ops
        own = address.url.removeprefix("http://")
        target = request.headers.get("host", own) if address.host in _WILDCARDS else own
        return JSONResponse([{"targets": [target], "labels": {}}])

    async def pause(self, request: Request) -> Response:
        return await self._act(request, "pause", await _asked_pause_s(request))

    async def resume(self, request: Request) -> Response:
        return await self._act(request, "resume", None)

    async def _act(self, request: Request, action: str, for_s: float | None) -> Response:
        channel = self._channel(request)
        author = role(self._desk.plan())
        answer = await self._ask(channel, "act", action=action, for_s=for_s, author=author)
        return _json({name: value for name, value in answer.items() if name != "ok"})

    async def _ask(self, of: Channel, verb: str, **fields: Any) -> dict[str, Any]:
        plan = self._desk.plan()
        return await ask(plan.data_dir, plan.shard_of(of.provider), verb, channel=of.id, **fields)

    def _channel(self, request: Request) -> Channel:
        channel = self._desk.plan().channels.get(request.path_params["channel"])
        if channel is None:
            raise HTTPException(404, "no channel of that id")
        return channel


def _json(value: Any) -> Response:
    return Response(orjson.dumps(value), media_type="application/json")


async def _asked_pause_s(request: Request) -> float | None:
    """`{"for": "2h"}` in seconds; no body, or none of that name: until resumed."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _MAX_BODY:
            raise HTTPException(413, "the body is too large")
    try:
        asked = orjson.loads(body or b"{}")
        text = asked.get("for")
    except (orjson.JSONDecodeError, AttributeError):
        raise HTTPException(400, 'the body is JSON such as {"for": "2h"}') from None
    try:
        return None if text is None else parse_duration(str(text))
    except ValueError as error:
        raise HTTPException(400, f"for: {error}") from None


async def _http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - Starlette's signature is wider than its promise
    return refuse(error.status_code, str(error.detail), dict(error.headers or {}))


async def _control_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ControlError)  # noqa: S101 - the same
    waits = {} if error.retry_after_s is None else {"retry-after": str(ceil(error.retry_after_s))}
    return refuse(error.status, str(error), waits)
