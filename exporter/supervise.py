"""The parent: starts the probers and the publisher, brings back what dies, and ends together with them.

It measures nothing and serves nothing, so there is little that can make it fall.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import IO

import orjson

from probes.model import Plan

_TICK_S = 0.1
_STOP_S = 9.0  # then a child is killed; the whole must be over within 10 s
_YOUNG_S = 5.0  # a child that dies younger than this has a standing problem
_PATIENCE_S = 0.5  # so it is brought back a little later, still within 2 s
_SETTLED_S = 30.0  # one that gives up before this age could not even start


@dataclass(slots=True, kw_only=True)
class Child:
    """One process that must be there."""

    name: str
    argv: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    start_at_s: float = 0.0
    restarts: int = 0

    def bury(self) -> None:
        """Let go of a process that has ended."""
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.process is not None and self.process.poll() is None


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Runs children until told to stop. `tick` is called ten times a second, for whoever shows things."""

    children: Sequence[Child]
    environ: Mapping[str, str]
    log: IO[bytes] | None = None  # where the children's standard error goes; None: to ours
    tick: Callable[[], None] = lambda: None
    say: Callable[[str], None] = lambda _line: None
    _stopping: int = field(default=0, init=False)

    def run(self) -> int:
        """Until TERM or INT; 0 then. A child that cannot even start once ends all with its exit code."""
        before = {number: signal.signal(number, self._on_signal) for number in _SIGNALS}
        try:
            while not self._stopping:
                code = self._keep_alive()
                if code is not None:
                    return code
                self.tick()
                time.sleep(_TICK_S)
            return 0
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if number == signal.SIGHUP:
            self._forward(signal.SIGHUP)
        else:
            self._stopping += 1

    def _forward(self, number: int) -> None:
        for child in self.children:
            if child.alive and child.process is not None:
                child.process.send_signal(number)

    def _keep_alive(self) -> int | None:
        now_s = time.monotonic()
        for child in self.children:
            if child.alive:
                continue
            if child.process is not None and child.start_at_s <= child.started_s:
                code = child.process.returncode
                age_s = now_s - child.started_s
                if child.restarts == 0 and code in (1, 2) and age_s < _SETTLED_S:
                    return code  # it said why: the port is taken, the journal is locked, the file is wrong
                child.restarts += 1
                child.start_at_s = now_s + (_PATIENCE_S if age_s < _YOUNG_S else 0.0)
                self.say(f"{child.name} ended ({_cause(code)}); starting it again")
            if now_s >= child.start_at_s:
                self._start(child, now_s)
        return None

    def _start(self, child: Child, now_s: float) -> None:
        child.bury()
        # a child inherits what is ignored: a HUP must not kill it before it can obey one
        obeying = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            child.process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                child.argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,  # ours is for people; children log to standard error
                stderr=self.log,
                env=dict(self.environ),
                process_group=0,  # Ctrl-C is for us; we tell the children
            )
        finally:
            signal.signal(signal.SIGHUP, obeying)
        child.started_s = child.start_at_s = now_s

    def _end(self) -> None:
        """Probers first, so that the publisher can still see their last rows; then everything else."""
        deadline_s, asked = time.monotonic() + _STOP_S, self._stopping
        for child in self.children:
            if child.alive and child.process is not None:
                child.process.terminate()
                limit_s = 6.5 if child.name.startswith("prober") else 2.0
                self._await(child.process, min(deadline_s, time.monotonic() + limit_s), asked)
        for child in self.children:
            if child.alive and child.process is not None:
                child.process.kill()
                child.process.wait()
            child.bury()

    def _await(self, process: subprocess.Popen[bytes], until_s: float, asked: int) -> None:
        """Wait for an end; a second TERM makes it short."""
        while process.poll() is None and time.monotonic() < until_s and self._stopping == asked:
            time.sleep(_TICK_S / 4)


_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def _cause(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def children_of(plan: Plan) -> list[Child]:
    """The processes that a configuration needs, in the order in which they are stopped."""
    probers = [
        Child(name=f"prober {shard}", argv=_argv("prober", plan, shard)) for shard in range(plan.probers)
    ]
    return [*probers, Child(name="publisher", argv=_argv("publisher", plan, 0))]


def _argv(role: str, plan: Plan, shard: int) -> list[str]:
    # -P: the directory we are started in must not supply modules
    command = [sys.executable, "-P", "-m", "exporter.child", role, "--config", str(plan.path)]
    return [*command, "--shard", str(shard), "--held", orjson.dumps(plan.held()).decode()]


def simulator(address: str, speed: float) -> Child:
    """The demo's upstream."""
    command = [sys.executable, "-P", "-m", "probes.simulator", "--listen", address]
    return Child(name="simulator", argv=[*command, "--speed", f"{speed:g}", "--until-eof"])


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """Ours, and what the children need besides."""
    return {**os.environ, **extra}
