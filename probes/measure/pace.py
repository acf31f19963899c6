"""How output arrived: the first of it, the longest silence, tokens per second.

Request start is `send_ns`: the first byte of the request is handed to the connected socket. An answer that is
not a stream of events arrives with its last byte, whatever the order of things inside it.
"""

from itertools import pairwise
from typing import Any

from probes.clock import NS, seconds
from probes.measure.phases import rounded
from probes.model import Delta, Kind, Output, OutputKind, Record

_NO_FIRST_TOKEN = frozenset({Kind.REACH, Kind.EMBED, Kind.RERANK})  # their output is one piece by nature


def pace(record: Record, output_tokens: int | None) -> dict[str, Any]:
    """`ttft_s ttfa_s max_gap_s decode_tps e2e_tps chunks`."""
    outputs = [delta for delta in record.deltas if isinstance(delta.fact, Output)]
    answers = [delta for delta in outputs if _is_answer(delta.fact)]
    probe = record.ask.probe
    timed = probe is not None and probe.kind not in _NO_FIRST_TOKEN
    streamed = outputs if record.last.event_stream else []
    return {
        "ttft_s": rounded(_wait_s(record, outputs[:1])) if timed else None,
        "ttfa_s": rounded(_wait_s(record, answers[:1])) if timed else None,
        "max_gap_s": rounded(_max_gap_s(streamed)),
        "decode_tps": _decode_tps(streamed, output_tokens),
        "e2e_tps": _rate(output_tokens, _wait_s(record, outputs[-1:])),
        "chunks": _events(outputs) if record.last.marks.first_byte_ns is not None else None,
    }


def _is_answer(fact: Any) -> bool:
    """Reasoning is output, not answer; nor is a draft that a later picture replaces."""
    return fact.kind is not OutputKind.REASONING and not fact.draft


def _wait_s(record: Record, found: list[Delta]) -> float | None:
    """From the request's start to an output; None where there is none."""
    if not found:
        return None
    marks, arrived_ns = record.last.marks, found[0].at_ns
    if not record.last.event_stream and marks.last_byte_ns is not None:
        arrived_ns = marks.last_byte_ns
    return seconds(marks.send_ns, arrived_ns)


def _max_gap_s(outputs: list[Delta]) -> float | None:
    """The longest wait between two outputs. Those of one read came together: no wait was seen."""
    gaps = [later.at_ns - earlier.at_ns for earlier, later in pairwise(outputs) if later.read != earlier.read]
    return max(gaps) / NS if gaps else None


def _decode_tps(outputs: list[Delta], output_tokens: int | None) -> float | None:
    """(tokens − 1) ÷ (last output − first output): the speed once it flows."""
    if not outputs or output_tokens is None or outputs[0].read == outputs[-1].read:
        return None
    return _rate(output_tokens - 1, (outputs[-1].at_ns - outputs[0].at_ns) / NS)


def _rate(count: int | None, duration_s: float | None) -> float | None:
    if count is None or duration_s is None or count < 1 or duration_s <= 0:
        return None
    return round(count / duration_s, 3)


def _events(outputs: list[Delta]) -> int:
    """Events that carried output; where a delta does not say its event, each counts as one."""
    marked = {delta.event for delta in outputs if delta.event is not None}
    return len(marked) + sum(delta.event is None for delta in outputs)
