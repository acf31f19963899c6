"""`genping run`: look before leaping, then supervise and show."""

import os
import socket
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from exporter.console import LiveTable, PlainLines
from exporter.supervise import Child, Supervisor, children_of
from probes.errors import GenpingError
from probes.journal.place import Lock
from probes.model import Address, Plan


def run(
    plan: Plan, *, beside: Sequence[Child] = (), environ: Mapping[str, str] | None = None, note: str = ""
) -> int:
    """Measure and publish until stopped; the exit code. What can be seen to fail is told before."""
    _make_data_dir(plan.data_dir)
    for address, key in ((plan.public, "public"), (plan.ops, "ops")):
        _check_free(address, key)
    for shard in range(plan.probers):
        Lock(plan.data_dir / f"journal-{shard}.lock").release()  # says so if another genping holds it
    with ExitStack() as stack:
        on_terminal = sys.stdout is not None and sys.stdout.isatty()
        log = stack.enter_context((plan.data_dir / "genping.log").open("ab")) if on_terminal else None
        display: LiveTable | PlainLines = LiveTable(plan, note) if on_terminal else PlainLines(plan, note)
        stack.enter_context(display)
        supervisor = Supervisor(
            children=[*children_of(plan), *beside],
            environ=dict(os.environ if environ is None else environ),
            log=log,
            tick=display.tick,
            say=display.say,
        )
        code = supervisor.run()
    if code and log is not None:
        raise GenpingError(f"genping could not start: {_last_words(plan.data_dir / 'genping.log')}")
    return code


def _make_data_dir(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(path, os.W_OK | os.X_OK):
            raise PermissionError(13, "not writable")
    except OSError as error:
        raise GenpingError(
            f"data_dir {path} cannot be used: {error.strerror}; choose another in the configuration"
        ) from None


def _check_free(address: Address, key: str) -> None:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise GenpingError(
                f"listen.{key}: {address.host}:{address.port} cannot be used ({error.strerror}); "
                "stop whoever has it or choose another port"
            ) from None


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return lines[-1][:1000] if lines else f"see {log}"
