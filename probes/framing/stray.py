"""Lines without SSE framing inside an SSE stream: how Google and gateways send an error after the head.

google-genai 3.4.0 keeps a brace-balancing buffer for them ("when API returns an error message, it comes line
by line"). A run starts at a line that opens JSON or HTML; any other line of unknown form is an unknown field,
which the standard passes over.
"""

import re

from probes.framing.lines import Line
from probes.model import Event, Framing

# A JSON string never spans lines. Possessive: linear whatever the line holds.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
_JSON, _HTML = (b"{", b"["), b"<"


class StrayLines:
    """One run at a time: one event when its brackets balance, when a field line comes, or at the end."""

    def __init__(self) -> None:
        self._run = bytearray()
        self._depth = 0
        self._last: Line | None = None

    def takes(self, data: bytes) -> bool:
        """Whether a line that is no known field belongs to a run, or opens one. Comments never do."""
        if data.startswith(b":"):
            return False
        return self._last is not None or data.lstrip().startswith((*_JSON, _HTML))

    def add(self, data: bytes, line: Line) -> list[Event]:
        """Keep the line; the event if it completed the JSON. HTML is complete only at the end."""
        self._run += b"\n" + data if self._last else data.lstrip()
        self._last = line
        if self._run.startswith(_HTML):
            return []
        self._depth += _opened(data)
        return self.flush() if self._depth <= 0 else []

    def flush(self) -> list[Event]:
        """What was collected, if anything."""
        last, self._last = self._last, None
        data = bytes(self._run)
        self._run.clear()
        self._depth = 0
        if last is None:
            return []
        return [Event(data=data, at_ns=last.at_ns, read=last.read, framing=Framing.STRAY)]


def _opened(line: bytes) -> int:
    """Brackets opened minus brackets closed, those inside strings not counted."""
    bare = _STRING.sub(b"", line)
    return bare.count(b"{") + bare.count(b"[") - bare.count(b"}") - bare.count(b"]")
