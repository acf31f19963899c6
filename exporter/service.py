"""The publishing process: followers of the journals, and the two listeners, in one event loop."""

import asyncio
import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, closing, contextmanager
from dataclasses import replace
from errno import EADDRINUSE

import uvicorn
from starlette.types import ASGIApp

from exporter.control import ControlError, NoProber, ask
from exporter.follow import Follow, pause
from exporter.followers.board import Board
from exporter.followers.exposition import Exposition
from exporter.followers.present import Reloads
from exporter.followers.prometheus import PrometheusFollower
from exporter.state_db import StateDb
from exporter.web.ops import Desk, ops_app
from exporter.web.public import PublicApp
from probes.clock import Clock
from probes.config import load
from probes.errors import ConfigError, GenpingError
from probes.journal.reader import Reader
from probes.model import Address, Plan

_LOG = logging.getLogger(__name__)
_GRACE_S = 2  # for answers that are on their way when we stop
_ACK_S = 60.0
_RELOAD_S = 30.0  # a prober builds every request once while it takes a plan
_BACKLOG = 512


class Service:
    """Publishes until stopped. A prober that is not there is waited for; nothing here can stop one."""

    def __init__(self, plan: Plan, *, clock: Clock, environ: Mapping[str, str]) -> None:
        self._plan, self._clock, self._environ = plan, clock, environ
        self._series, self._board = PrometheusFollower(plan), Board(plan)
        self._reloads = Reloads(successful=True, at_ns=clock.wall_ns())
        self._follows: list[Follow] = []
        self._reloading = asyncio.Lock()
        self._asked: set[asyncio.Task[None]] = set()
        self._stopped = asyncio.Event()

    async def run(self) -> None:
        """Serve until `stop`. GenpingError where an address is taken or the data directory is of no use."""
        plan = self._plan
        with ExitStack() as stack:
            addresses = {"public": plan.public, "ops": plan.ops}
            sockets = {key: stack.enter_context(_listen(at, key)) for key, at in addresses.items()}
            _make(plan)
            store = stack.enter_context(closing(StateDb.open(plan.data_dir / "state.db")))
            reader = stack.enter_context(closing(Reader(plan.data_dir)))
            self._follows = [Follow(follower, reader, store) for follower in (self._series, self._board)]
            for follow in self._follows:
                follow.load()
            await self._serve(reader, sockets)

    async def _serve(self, reader: Reader, sockets: Mapping[str, socket.socket]) -> None:
        servers = {"public": _Server(self._public()), "ops": _Server(self._ops(reader))}
        async with asyncio.TaskGroup() as group:
            for name, server in servers.items():
                group.create_task(server.serve(sockets=[sockets[name]]))
            for follow in self._follows:
                group.create_task(follow.run(self._stopped))
            acknowledging = group.create_task(self._acknowledge())
            _LOG.info("status page on %s, metrics on %s/metrics", self._plan.public.url, self._plan.ops.url)
            await self._stopped.wait()
            acknowledging.cancel()
            for server in servers.values():
                server.should_exit = True

    def stop(self) -> None:
        """End: answers on their way get two seconds."""
        self._stopped.set()

    def reload(self) -> None:
        """Read the configuration again (SIGHUP); what is wrong is logged and changes nothing."""
        task = asyncio.ensure_future(self._reload_and_log())
        self._asked.add(task)
        task.add_done_callback(self._asked.discard)

    async def _reload_and_log(self) -> None:
        try:
            await self._reload()
        except GenpingError as error:
            _LOG.error("the configuration was not reloaded: %s", error)

    def _public(self) -> ASGIApp:
        _series, board = self._follows
        return PublicApp(plan=lambda: self._plan, board=self._board, lock=board.lock, clock=self._clock)

    def _ops(self, reader: Reader) -> ASGIApp:
        exposition = Exposition(
            series=self._series, follows=self._follows, reloads=lambda: self._reloads, clock=self._clock
        )
        desk = Desk(
            plan=lambda: self._plan,
            exposition=exposition,
            silent=self._silent,
            reader=reader,
            reload=self._reload,
        )
        return ops_app(desk)

    def _silent(self) -> list[int]:
        now_ns, pulses = self._clock.wall_ns(), self._series.pulses
        return [shard for shard in range(self._plan.probers) if not pulses.alive(shard, now_ns)]

    async def _reload(self) -> None:
        """Validate, have the probers take it, then take it. What fails leaves everything as it was."""
        async with self._reloading, AsyncExitStack() as stack:
            for follow in self._follows:  # no row of the new plan is read before we have it too
                await stack.enter_async_context(follow.gate)
            try:
                plan = await asyncio.to_thread(load, self._plan.path, self._environ)
                if changed := self._plan.needs_restart(plan):
                    raise ConfigError(f"a change of {', '.join(changed)} needs a restart", file=plan.path)
                await self._tell_probers(plan)
            except GenpingError:
                self._reloads = replace(self._reloads, successful=False)
                raise
            await asyncio.to_thread(self._adopt, plan)
            self._plan = plan
            self._reloads = Reloads(successful=True, at_ns=self._clock.wall_ns())
            _LOG.info("configuration %s is in force", plan.fingerprint)

    async def _tell_probers(self, plan: Plan) -> None:
        for shard in range(plan.probers):
            try:
                await ask(plan.data_dir, shard, "reload", timeout_s=_RELOAD_S)
            except NoProber as absent:  # it will read the file when it starts
                _LOG.warning("%s", absent)

    def _adopt(self, plan: Plan) -> None:
        series, board = self._follows
        with series.lock:
            self._series.adopt(plan)
        with board.lock:
            self._board.adopt(plan)

    async def _acknowledge(self) -> None:
        """Tell the probers how far every follower has come: rows beyond that are kept."""
        while not self._stopped.is_set():
            for follow in self._follows:
                for shard, seq in follow.cursor.items():
                    await self._acknowledge_one(follow.name, shard, seq)
            await pause(self._stopped, _ACK_S)

    async def _acknowledge_one(self, follower: str, shard: int, seq: int) -> None:
        try:
            await ask(self._plan.data_dir, shard, "ack", follower=follower, shard=shard, seq=seq)
        except ControlError as error:  # it is said again in a minute
            _LOG.debug("not acknowledged: %s", error)


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers: there are two in this process, and signals belong to it."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level=logging.WARNING,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                proxy_headers=False,
                timeout_graceful_shutdown=_GRACE_S,
                backlog=_BACKLOG,
            )
        )

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


def _listen(address: Address, key: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address.host, address.port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        place = address.url.removeprefix("http://")
        if error.errno == EADDRINUSE:
            raise GenpingError(f"{place} is in use: stop the other genping or set listen.{key}") from None
        raise GenpingError(f"cannot listen on {place}: {error.strerror}; set listen.{key}") from None
    return listener


def _make(plan: Plan) -> None:
    try:
        plan.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise GenpingError(f"{plan.data_dir}: cannot be used as data_dir: {error.strerror}") from None
