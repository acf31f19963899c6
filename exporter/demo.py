"""`genping demo`: the whole product over the built-in simulator."""

import os
import socket
import sys
from importlib.resources import files
from pathlib import Path
from typing import NoReturn

from exporter import running
from exporter.supervise import simulator
from probes.config import load
from probes.errors import GenpingError


def run(data_dir: Path, speed: float, *, listen: str, ops: str) -> int:
    """Write the demo's configuration into its own directory and run it."""
    data_dir = data_dir.resolve()
    config = data_dir / "genping.yaml"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        config.write_text(_configuration(speed, listen, ops), encoding="utf-8")
    except OSError as error:
        raise GenpingError(
            f"{config} cannot be written: {error.strerror}; choose another place with --data-dir"
        ) from None
    address = f"127.0.0.1:{_free_port()}"
    environ = {**os.environ, "GENPING_SIMULATOR": f"http://{address}"}
    plan = load(config, environ)
    return running.run(
        plan,
        beside=[simulator(address, speed)],
        environ=environ,
        note=f"demo: simulated gateways, {speed:g}× faster than life; nothing is spent",
    )


def _configuration(speed: float, listen: str, ops: str) -> str:
    text = files("probes.simulator").joinpath("demo.yaml").read_text(encoding="utf-8")
    return f"listen: {{public: {listen!r}, ops: {ops!r}}}\n{text.replace('{speed}', f'{speed:g}')}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def simulate(listen: str, speed: float) -> NoReturn:
    """The simulator alone, in the foreground."""
    command = [sys.executable, "-P", "-m", "probes.simulator", "--listen", listen, "--speed", f"{speed:g}"]
    os.execv(sys.executable, command)  # noqa: S606 - we become it: signals, output and exit code are its own
