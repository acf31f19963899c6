"""`genping demo`: the whole product over the built-in simulator."""

import os
import socket
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

from exporter import running
from exporter.supervise import simulator
from probes.config import load
from probes.errors import GenpingError


def run(data_dir: Path, speed: float) -> int:
    """Write the demo's configuration into its own directory and run it."""
    data_dir = data_dir.resolve()
    config = data_dir / "genping.yaml"
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        config.write_text(_configuration(speed), encoding="utf-8")
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
        note=f"demo: simulated gateways, {speed:g}× faster than life; nothing leaves and nothing is spent",
    )


def _configuration(speed: float) -> str:
    text = files("probes.simulator").joinpath("demo.yaml").read_text(encoding="utf-8")
    return text.replace("{speed}", f"{speed:g}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def simulate(listen: str, speed: float) -> int:
    """The simulator alone, in the foreground."""
    command = [sys.executable, "-P", "-m", "probes.simulator", "--listen", listen, "--speed", f"{speed:g}"]
    with subprocess.Popen(command) as process:  # noqa: S603 - our own interpreter and module
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            return process.wait()
