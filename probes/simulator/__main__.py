"""`python -m probes.simulator`: the simulator as a process of its own."""

import argparse
import asyncio
import os
import signal
import ssl
import sys
import threading
from pathlib import Path

from probes.simulator.catalogue import as_markdown
from probes.simulator.server import start_server

_MAX_PORT = 65535


def main() -> int:
    """Parse, listen, print `listening on <base URL>`, stay until told to end."""
    options = _parser().parse_args()
    if options.list:
        sys.stdout.write(as_markdown())
        return 0
    try:
        host, port = _address(options.listen)
        asyncio.run(_serve(options, host, port))
    except _CannotListenError as error:
        sys.stderr.write(f"simulator: --listen {options.listen}: {error}\n")
        return 1
    return 0


class _CannotListenError(Exception):
    """Said in one line."""


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _MAX_PORT:
        raise _CannotListenError("write HOST:PORT, such as 127.0.0.1:8899")
    return host.removeprefix("[").removesuffix("]"), int(port)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m probes.simulator", description=__doc__)
    parser.add_argument(
        "--listen", default="127.0.0.1:8899", help="address and port; port 0: any (%(default)s)"
    )
    parser.add_argument("--speed", type=_positive, default=1.0, help="divides every delay (%(default)s)")
    parser.add_argument("--tls-cert", type=Path, help="PEM file: speak TLS")
    parser.add_argument("--tls-key", type=Path, help="PEM file of the certificate's key")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input is closed")
    parser.add_argument("--record-steps", action="store_true", help="keep in the log when each step was sent")
    parser.add_argument("--list", action="store_true", help="print the scenarios as Markdown and end")
    return parser


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("must be greater than 0")
    return value


async def _serve(options: argparse.Namespace, host: str, port: int) -> None:
    context = _tls(options.tls_cert, options.tls_key)
    try:
        server = await start_server(
            host=host,
            port=port,
            speed=options.speed,
            ssl_context=context,
            record_steps=options.record_steps,
        )
    except OSError as error:  # asyncio says much before the reason
        raise _CannotListenError(str(error.strerror).rpartition(": ")[2]) from None
    sys.stdout.write(f"listening on {server.base_url}\n")
    sys.stdout.flush()
    await _told_to_end(watch_stdin=options.until_eof)
    await server.close()


def _tls(cert: Path | None, key: Path | None) -> ssl.SSLContext | None:
    if cert is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context


async def _told_to_end(*, watch_stdin: bool) -> None:
    """SIGTERM, SIGINT, or the end of standard input: a parent that dies closes its end of the pipe."""
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    if watch_stdin:
        # A thread, because an event loop cannot watch files and /dev/null; a daemon, for it may never return.
        threading.Thread(target=_drain_stdin, args=(loop, told), daemon=True).start()
    await told.wait()


def _drain_stdin(loop: asyncio.AbstractEventLoop, told: asyncio.Event) -> None:
    while os.read(0, 65536):
        pass
    loop.call_soon_threadsafe(told.set)


if __name__ == "__main__":
    raise SystemExit(main())
