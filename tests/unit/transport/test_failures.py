"""The table of foreign exceptions: one row each, for each phase of an exchange."""

import errno
import socket
import ssl

import httpcore2
import pytest

from probes.clock import NS
from probes.model import ErrorKind, Failure
from probes.transport import Abort, Limits, Progress
from probes.transport.failures import LOCAL_ERRNOS, REMOTE_ERRNOS, verdict
from probes.transport.watch import ExpiredError, Watch
from tests.fakes import FakeClock

PHASES = ("connecting", "handshake", "asked", "answering", "done")


def watch_in(phase: str) -> Watch:
    clock = FakeClock()
    limits = Limits(
        deadline_ns=clock.now_ns() + 60 * NS,
        connect_timeout_s=10,
        first_token_timeout_s=30,
        stall_timeout_s=20,
        max_body_bytes=1_000,
    )
    watch = Watch(clock, limits)
    at = PHASES.index(phase)
    watch.connected = at > 0
    watch.stamps.send_ns = clock.now_ns() if at > 1 else None
    watch.stamps.first_byte_ns = watch.stamps.last_byte_ns = clock.now_ns() if at > 2 else None
    watch.advance(Progress.DONE if phase == "done" else Progress.WAITING)
    return watch


def kind(failure: Failure | None) -> ErrorKind | None:
    return failure.error if failure else None


LOST = OSError(errno.ECONNRESET, "reset")
SILENT = TimeoutError(errno.ETIMEDOUT, "the kernel gave up")
NO_WAY_OUT = OSError(errno.ENETUNREACH, "unreachable")


@pytest.mark.parametrize(
    ("exc", "kinds"),
    [
        pytest.param(
            LOST,
            [
                ErrorKind.CONNECT_FAILURE,
                ErrorKind.TLS_FAILURE,
                ErrorKind.CONNECTION_RESET,
                ErrorKind.TRUNCATED_STREAM,
            ],
            id="reset",
        ),
        pytest.param(
            SILENT,
            [
                ErrorKind.CONNECT_TIMEOUT,
                ErrorKind.TLS_FAILURE,
                ErrorKind.CONNECTION_RESET,
                ErrorKind.TRUNCATED_STREAM,
            ],
            id="kernel's timeout",
        ),
        pytest.param(NO_WAY_OUT, [ErrorKind.LOCAL_NETWORK] * 4, id="no way out"),
        pytest.param(ssl.SSLError(1, "alert"), [ErrorKind.TLS_FAILURE] * 4, id="tls"),
        pytest.param(
            ExpiredError(),
            [
                ErrorKind.CONNECT_TIMEOUT,
                ErrorKind.CONNECT_TIMEOUT,
                ErrorKind.FIRST_TOKEN_TIMEOUT,
                ErrorKind.FIRST_TOKEN_TIMEOUT,
            ],
            id="our own limit",
        ),
    ],
)
def test_the_phase_decides(exc: Exception, kinds: list[ErrorKind]):
    assert [kind(verdict(exc, watch_in(phase), None)) for phase in PHASES[:4]] == kinds


@pytest.mark.parametrize("exc", [LOST, SILENT, ExpiredError()], ids=["reset", "kernel's timeout", "limit"])
def test_after_the_end_marker_the_answer_stands(exc: Exception):
    assert verdict(exc, watch_in("done"), None) is None


@pytest.mark.parametrize("code", sorted(LOCAL_ERRNOS | REMOTE_ERRNOS), ids=errno.errorcode.get)
def test_every_network_errno_is_known_while_connecting(code: int):
    failure = verdict(OSError(code, "secret-host:443"), watch_in("connecting"), None)
    assert failure is not None
    assert "secret" not in failure.detail
    assert (failure.error is ErrorKind.LOCAL_NETWORK) is (code in LOCAL_ERRNOS)


def test_names_and_verdicts_pass_through():
    dns = verdict(socket.gaierror(socket.EAI_AGAIN, "try again"), watch_in("connecting"), None)
    assert dns == Failure(error=ErrorKind.DNS_FAILURE, detail="DNS: try again")
    own = verdict(Abort(ErrorKind.OVERSIZED_RESPONSE, "a line"), watch_in("answering"), None)
    assert own == Failure(error=ErrorKind.OVERSIZED_RESPONSE, detail="a line")


def test_the_peers_bytes_are_not_quoted():
    exc = httpcore2.RemoteProtocolError("illegal status line: bytearray(b'Bearer sk-canary')")
    failure = verdict(exc, watch_in("asked"), None)
    assert failure == Failure(error=ErrorKind.MALFORMED_RESPONSE, detail="not HTTP/1.1: illegal status line")


@pytest.mark.parametrize(
    "exc",
    [OSError(errno.EMFILE, "too many"), FileNotFoundError(errno.ENOENT, "ca.pem"), OSError("no number")],
    ids=["open files", "a file", "no errno"],
)
def test_what_is_not_the_networks_is_raised_again(exc: OSError):
    with pytest.raises(type(exc)):
        verdict(exc, watch_in("connecting"), None)
