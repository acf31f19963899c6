"""Record -> findings: what only a look at the content can tell."""

from dataclasses import replace

from probes.checks.cache import cache_hit
from probes.checks.findings import Findings
from probes.checks.images import ImageInspector
from probes.checks.model_echo import differs
from probes.checks.picture import look_at_picture
from probes.checks.text import look_at_text
from probes.model import IMAGE_KINDS, Echo, Flag, Record

__all__ = ["Findings", "inspect"]


async def inspect(record: Record, images: ImageInspector) -> Findings:
    """Look into an answer with which nothing else is wrong."""
    if record.ask.probe is None:
        return Findings()
    look = look_at_picture if record.ask.probe.kind in IMAGE_KINDS else look_at_text
    findings = await look(record, images)
    said = {*findings.flags, *_remarks(record)}
    return replace(findings, flags=tuple(flag for flag in Flag if flag in said))


def _remarks(record: Record) -> set[str]:
    """What the answer says of itself."""
    found: set[str] = set()
    if cache_hit(record.last):
        found.add(Flag.CACHED_ANSWER)
    echoes: list[Echo] = record.facts(Echo)
    served = [echo.model for echo in echoes if echo.model]
    channel = record.ask.channel
    if served and channel is not None and differs(channel.model, served[-1]):
        found.add(Flag.WRONG_MODEL)
    return found
