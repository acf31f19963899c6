"""Where the time of one exchange went, and how it was carried.

All of the exchange that carried the answer, but `e2e_s`, which begins where the probe did.
"""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from probes.clock import seconds
from probes.model import Exchange, Marks, Record


def phases(record: Record) -> dict[str, Any]:
    """DNS, connecting, TLS, first byte, end to end; status, protocol, stamps, bytes of the body.

    A cut or timed-out answer has no last byte, only a latest one.
    """
    exchange, marks = record.last, record.last.marks
    return {
        "dns_s": None if exchange.warm or _is_address(exchange) else rounded(_dns_s(marks)),
        "connect_s": None if exchange.warm else rounded(_connect_s(marks)),
        "tls_s": None if exchange.warm else rounded(seconds(marks.connect_ns, marks.tls_ns)),
        "ttfb_s": rounded(seconds(marks.send_ns, marks.first_byte_ns)),
        "e2e_s": rounded(seconds(record.start_ns, marks.last_byte_ns)) if record.is_whole else None,
        "bytes": exchange.bytes_received if exchange.status is not None else None,
        "http_status": exchange.status,
        "http_version": exchange.http_version,
        "stamp": exchange.stamp,
        "connection": "warm" if exchange.warm else "cold",
    }


def _is_address(exchange: Exchange) -> bool:
    """Whether the host was given as a number: then nobody had to be asked."""
    try:
        ipaddress.ip_address(urlsplit(exchange.request.url).hostname or "")
    except ValueError:
        return False
    return True


def _dns_s(marks: Marks) -> float | None:
    return seconds(marks.start_ns, marks.dns_ns)


def _connect_s(marks: Marks) -> float | None:
    """From the resolver's answer, or from the start where an address needed none."""
    return seconds(marks.start_ns if marks.dns_ns is None else marks.dns_ns, marks.connect_ns)


def rounded(seconds_: float | None) -> float | None:
    """To the microsecond: below it is noise of the machine."""
    return None if seconds_ is None else round(seconds_, 6)
