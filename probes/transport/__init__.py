"""The only code that opens connections to channels: a request in, stamped chunks and an `Exchange` out."""

from probes.transport.http import HttpTransport
from probes.transport.seam import Abort, Feed, Limits, Line, Progress, Take, Transport

__all__ = ["Abort", "Feed", "HttpTransport", "Limits", "Line", "Progress", "Take", "Transport"]
