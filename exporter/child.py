"""What the two kinds of child have in common: a log, signals, and an end together with their parent.

`python -m exporter.child prober|publisher --config FILE`: started by the supervisor, not by hand. Each
role imports its own half only.
"""

import argparse
import asyncio
import logging
import os
import resource
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import orjson

from probes.clock import SystemClock
from probes.errors import GenpingError

_LOG = logging.getLogger("genping")


class Child(Protocol):
    """What the two roles look like from here."""

    async def run(self) -> None:
        """Work until stopped."""
        ...

    def stop(self) -> None:
        """End soon."""
        ...

    def reload(self) -> None:
        """Read the configuration again."""
        ...


class _JsonLines(logging.Formatter):
    """One JSON object a line, whatever a message holds."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": at,
            "level": record.levelname.lower(),
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(line).decode()


def configure_log() -> None:
    """JSON lines on standard error; libraries only when they warn."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("genping", "probes", "exporter"):
        logging.getLogger(ours).setLevel(logging.INFO)


async def _live(child: Child) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, child.stop)
    loop.add_signal_handler(signal.SIGHUP, child.reload)
    _end_with_parent(loop, child.stop)
    await child.run()


def _end_with_parent(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    """Stop when the parent is gone: it holds the other end of our standard input and never writes.

    However it dies, the kernel closes the pipe; prctl's death signal would not work everywhere.
    """

    def readable() -> None:
        if os.read(sys.stdin.fileno(), 4096) == b"":
            loop.remove_reader(sys.stdin.fileno())
            stop()

    loop.add_reader(sys.stdin.fileno(), readable)


def _raise_file_limit() -> None:
    """Two thousand probes in flight need as many sockets; the soft limit is often 1,024."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def main() -> int:
    """Run one child; the exit code says how it ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("role", choices=["prober", "publisher"])
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--shard", type=int, default=0)
    parser.add_argument("--held", type=orjson.loads, default={}, help="what the service was started with")
    options = parser.parse_args()
    configure_log()
    _raise_file_limit()
    try:
        asyncio.run(_start(options))
    except GenpingError as error:
        _LOG.error("%s", error)
        return error.exit_code
    except Exception:  # noqa: BLE001 - the last frame: loud, and with its own exit code
        _LOG.exception("%s ended by a bug of its own", options.role)
        return 3
    return 0


async def _start(options: argparse.Namespace) -> None:
    from probes.config import load

    plan = load(options.config, os.environ).holding(options.held)
    if options.role == "prober":
        from probes.prober import Prober

        await _live(Prober(plan, options.shard, clock=SystemClock(), environ=os.environ))
    else:
        from exporter.service import Service

        await _live(Service(plan, clock=SystemClock(), environ=os.environ))


if __name__ == "__main__":
    sys.exit(main())
