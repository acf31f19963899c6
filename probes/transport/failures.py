"""Foreign exceptions, mapped once. Nothing above the transport sees httpcore2, ssl or errno.

What is not in these tables is our own bug and is raised again.

Whose trouble a network error is: ENETUNREACH and ENETDOWN on every address say that this machine has no way
out at all, so they are `local_network`, like a port range or a firewall of ours; EHOSTUNREACH comes from a
router near the other side. A name server that does not answer (EAI_AGAIN) is `dns_failure`: that our own
network is down can only be told from all providers failing at once, which is not seen from here.
"""

import errno
import os
import socket
import ssl

import httpcore2

from probes.model import ErrorKind, Failure
from probes.transport.backend import Stream
from probes.transport.seam import Abort, Progress
from probes.transport.watch import ExpiredError, Watch

KNOWN = (Abort, ExpiredError, httpcore2.RemoteProtocolError, OSError)  # gaierror and SSLError are OSErrors

LOCAL_ERRNOS = frozenset(
    {
        errno.ENETUNREACH,
        errno.ENETDOWN,
        errno.EADDRNOTAVAIL,  # no free port
        errno.EAFNOSUPPORT,  # a family that is switched off here
        errno.EACCES,  # a firewall on this machine
        errno.EPERM,
    }
)
REMOTE_ERRNOS = frozenset(
    {
        errno.ECONNREFUSED,
        errno.ECONNRESET,
        errno.ECONNABORTED,
        errno.EPIPE,
        errno.EHOSTUNREACH,
        errno.EHOSTDOWN,
        errno.ENETRESET,
        errno.EPROTO,
        errno.ETIMEDOUT,
    }
)
HEADERS_TOO_LARGE = 431  # h11's hint where its buffer limit was hit
HTTP = b"HTTP/"


def verdict(exc: Exception, watch: Watch, stream: Stream | None) -> Failure | None:
    """What an exception says about the exchange. None: the answer was complete all the same."""
    match exc:
        case Abort():
            return Failure(error=exc.error, detail=exc.detail)
        case ExpiredError():
            return watch.verdict()
        case httpcore2.RemoteProtocolError():
            return _protocol(exc, watch, stream)
        case socket.gaierror():
            return Failure(error=ErrorKind.DNS_FAILURE, detail=reason(exc))
        case ssl.SSLError():
            return Failure(error=ErrorKind.TLS_FAILURE, detail=reason(exc))
        case OSError() if is_network(exc):
            return _network(exc, watch)
    raise exc


def is_network(exc: OSError) -> bool:
    """Whether the network said so (and not, for example, our own limit on open files)."""
    known = exc.errno in LOCAL_ERRNOS or exc.errno in REMOTE_ERRNOS
    return known or isinstance(exc, socket.gaierror | ssl.SSLError)


def reason(exc: OSError) -> str:
    """The system's words for an error, without addresses."""
    if isinstance(exc, ssl.SSLCertVerificationError):
        return f"certificate refused: {exc.verify_message}"
    if isinstance(exc, ssl.SSLError):
        return f"TLS: {(getattr(exc, 'reason', None) or 'failed').replace('_', ' ').lower()}"
    if isinstance(exc, socket.gaierror):
        return f"DNS: {exc.strerror}"
    return os.strerror(exc.errno or 0)


def _network(exc: OSError, watch: Watch) -> Failure | None:
    if exc.errno in LOCAL_ERRNOS:
        return Failure(error=ErrorKind.LOCAL_NETWORK, detail=reason(exc))
    if watch.stamps.send_ns is not None:
        return _cut(watch, reason(exc))
    if watch.connected:  # a server that wants another TLS than ours often just hangs up
        return Failure(error=ErrorKind.TLS_FAILURE, detail=f"{reason(exc)} during the handshake")
    timed_out = exc.errno == errno.ETIMEDOUT
    error = ErrorKind.CONNECT_TIMEOUT if timed_out else ErrorKind.CONNECT_FAILURE
    return Failure(error=error, detail=reason(exc))


def _cut(watch: Watch, detail: str) -> Failure | None:
    if watch.progress is Progress.DONE:
        return None
    started = watch.stamps.first_byte_ns is not None
    error = ErrorKind.TRUNCATED_STREAM if started else ErrorKind.CONNECTION_RESET
    return Failure(error=error, detail=detail)


def _protocol(exc: httpcore2.RemoteProtocolError, watch: Watch, stream: Stream | None) -> Failure | None:
    if getattr(exc.__cause__, "error_status_hint", 0) == HEADERS_TOO_LARGE:
        return Failure(
            error=ErrorKind.OVERSIZED_RESPONSE, detail="trailers or chunk headers exceed the limit"
        )
    if stream is not None and stream.ended and stream.opening == HTTP[: len(stream.opening)]:
        return _cut(watch, "closed before the answer was complete")
    said = str(exc).partition(":")[0]  # what follows the colon are the peer's bytes
    return Failure(error=ErrorKind.MALFORMED_RESPONSE, detail=f"not HTTP/1.1: {said[:100]}")
