"""genping as its users run it: the real command, real sockets, a simulator beside it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: Callable[[], Any], within_s: float = 20.0, saying: str = "") -> Any:
    """The first true value of `what`; errors count as not yet."""
    deadline, last = time.monotonic() + within_s, None
    while time.monotonic() < deadline:
        try:
            if value := what():
                return value
        except (OSError, ValueError, KeyError, LookupError) as error:
            last = error
        time.sleep(0.05)
    raise AssertionError(f"{saying or what} did not come within {within_s} s; last: {last!r}")


def get(url: str, **headers: str) -> tuple[int, str]:
    """Status and body, whatever the status."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own loopback
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def post(url: str, body: Any = None, **headers: str) -> tuple[int, str]:
    """POST JSON; status and body, whatever the status."""
    data = json.dumps(body or {}).encode()
    request = urllib.request.Request(url, data=data, headers=headers, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@dataclass
class Simulator:
    """The fake gateways in a process of their own."""

    speed: float = 1.0
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        port = free_port()
        command = [sys.executable, "-m", "probes.simulator", "--listen", f"127.0.0.1:{port}"]
        self.process = subprocess.Popen(
            [*command, "--speed", str(self.speed)], stdout=subprocess.PIPE, text=True
        )
        self.url = f"http://127.0.0.1:{port}"
        wait_for(lambda: get(f"{self.url}/__sim/stats")[0] == 200, saying="the simulator")
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process is not None
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def log(self) -> list[dict[str, Any]]:
        """Every request that it received."""
        entries: list[dict[str, Any]] = json.loads(get(f"{self.url}/__sim/log")[1])
        return entries


@dataclass
class Genping:
    """One running service with a configuration of its own."""

    directory: Path
    channels: str
    simulator: str
    head: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    public: int = field(default_factory=free_port)
    ops: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    @property
    def config(self) -> Path:
        return self.directory / "genping.yaml"

    @property
    def data(self) -> Path:
        return self.directory / "data"

    def write(self, channels: str | None = None) -> None:
        """Write the configuration (again)."""
        self.config.write_text(
            f"data_dir: ./data\nvantage: test\nlisten: {{public: 127.0.0.1:{self.public}, "
            f"ops: 127.0.0.1:{self.ops}}}\n{self.head}\n{channels or self.channels}\n"
        )

    def start(self) -> "Genping":
        """Start it; do not wait."""
        with (self.directory / "stdout").open("a") as out, (self.directory / "stderr").open("a") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "exporter", "run", "-c", str(self.config)],
                env={**os.environ, "SIM": self.simulator, **self.environ},
                stdout=out,
                stderr=err,
                text=True,
            )
        return self

    def ready(self, within_s: float = 20.0) -> "Genping":
        """Wait until it measures and publishes."""
        wait_for(lambda: get(f"{self.ops_url}/-/ready")[0] == 200, within_s, "genping")
        return self

    @property
    def ops_url(self) -> str:
        return f"http://127.0.0.1:{self.ops}"

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.public}"

    def children(self) -> dict[str, psutil.Process]:
        """The children by role."""
        assert self.process is not None
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):  # dead, and not yet buried
                line = child.cmdline()
                if "exporter.child" in line:
                    found[line[line.index("exporter.child") + 1]] = child
        return found

    def metrics(self) -> str:
        """The exposition as text."""
        return get(f"{self.ops_url}/metrics")[1]

    def results(self, query: str = "") -> list[dict[str, Any]]:
        """The newest results over the API."""
        found: list[dict[str, Any]] = json.loads(get(f"{self.ops_url}/api/v1/results{query}")[1])
        return found

    def stop(self) -> int:
        """TERM and wait; the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)


@contextmanager
def genping(directory: Path, channels: str, simulator: str, **more: Any) -> Iterator[Genping]:
    """A service that is up, and gone afterwards."""
    service = Genping(directory, channels, simulator, **more)
    service.write()
    try:
        yield service.start().ready()
    finally:
        if service.process is not None:
            service.stop()
