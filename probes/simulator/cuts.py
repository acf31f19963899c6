"""Troubles of time and transport: the same answer, cut, stalled, dripped or shredded."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from probes.simulator.reframing import chunked, measured
from probes.simulator.scenario import Bend
from probes.simulator.script import End, Reply, Step

_PAUSE_S = 0.05  # before a reset: what was sent must arrive first, a reset may overtake it
_FOREVER = 1_000_000  # of one shared Step


def silent(reply: Reply) -> Reply:
    """The connection is accepted, then nothing."""
    return replace(reply, status=0, steps=(), end=End.STALL)


def reset_before_head(reply: Reply) -> Reply:
    """RST instead of an answer."""
    return replace(reply, status=0, steps=(), end=End.RESET)


def closed_before_head(reply: Reply) -> Reply:
    """FIN instead of an answer."""
    return replace(reply, status=0, steps=(), end=End.CUT)


def head_only(reply: Reply) -> Reply:
    """The head arrives, the body never begins."""
    return replace(reply, steps=(), end=End.STALL)


def halved(end: End) -> Bend:
    """The first half of the answer, then that end. Half of a single step is half of its bytes."""

    def bend(reply: Reply) -> Reply:
        pause = (Step(after_s=_PAUSE_S, data=b""),) if end is End.RESET else ()
        return replace(reply, steps=_first_half(reply.steps) + pause, end=end)

    return bend


def _first_half(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if len(steps) > 1:
        return steps[: (len(steps) + 1) // 2]
    return tuple(Step(after_s=step.after_s, data=step.data[: len(step.data) // 2]) for step in steps)


def cut_inside_event(reply: Reply) -> Reply:
    """FIN in the middle of an event's JSON."""
    *whole, last = _first_half(reply.steps)
    torn = Step(after_s=last.after_s, data=last.data[: len(last.data) // 2])
    return replace(reply, steps=(*whole, torn), end=End.CUT)


def dripped_head(reply: Reply) -> Reply:
    """One byte of the head every 100 ms."""
    return replace(reply, head_gap_s=0.1)


def dripped_body(reply: Reply) -> Reply:
    """One byte of the body every second."""
    drops = tuple(Step(after_s=1.0, data=bytes((byte,))) for byte in reply.body)
    return replace(reply, steps=drops)


def shredded(reply: Reply) -> Reply:
    """Pieces of seven bytes without pauses: no boundary of a read means anything."""
    return replace(reply, steps=tuple(_shreds(reply.steps)))


def _shreds(steps: tuple[Step, ...]) -> list[Step]:
    out = []
    for step in steps:
        edges = [*range(0, len(step.data), 7), len(step.data)]
        for first, last in pairwise(edges):
            out.append(Step(after_s=0.0 if first else step.after_s, data=step.data[first:last]))
    return out


def in_one_chunk(reply: Reply) -> Reply:
    """All events at once, at the time of the last one: what a buffering proxy does."""
    wait_s = sum(step.after_s for step in reply.steps)
    return replace(reply, steps=(Step(after_s=wait_s, data=reply.body),))


def doubled(reply: Reply) -> Reply:
    """Every event twice."""
    twice = [again for step in reply.steps for again in (step, Step(after_s=0.0, data=step.data))]
    return measured(replace(reply, steps=tuple(twice)))


def without_done(reply: Reply) -> Reply:
    """The end marker is missing; everything else is there."""
    return measured(
        replace(reply, steps=tuple(step for step in reply.steps if b"data: [DONE]" not in step.data))
    )


def done_first(reply: Reply) -> Reply:
    """The end marker comes before everything else."""
    return measured(replace(reply, steps=(Step(after_s=0.0, data=b"data: [DONE]\n\n"), *reply.steps)))


def carriage_returns(reply: Reply) -> Reply:
    """Lines that end in CR LF: the SSE standard allows them."""
    return _mapped(reply, lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))


def without_space(reply: Reply) -> Reply:
    """`data:{…}`: the space after the colon is optional in the SSE standard."""
    return _mapped(reply, lambda data: data.replace(b"data: ", b"data:", 1))


def byte_order_mark(reply: Reply) -> Reply:
    """A BOM before the first byte: the SSE standard says to drop one."""
    first, *rest = reply.steps
    marked = Step(after_s=first.after_s, data=b"\xef\xbb\xbf" + first.data)
    return measured(replace(reply, steps=(marked, *rest)))


def _mapped(reply: Reply, change: Callable[[bytes], bytes]) -> Reply:
    steps = tuple(Step(after_s=step.after_s, data=change(step.data)) for step in reply.steps)
    return measured(replace(reply, steps=steps))


def comments_forever(reply: Reply) -> Reply:
    """Keep-alive comments and never a token."""
    return chunked(replace(reply, steps=(Step(after_s=1.0, data=b": keep-alive\n\n"),) * _FOREVER))


def tokens_forever(reply: Reply) -> Reply:
    """The first half of the answer, then its last event again and again."""
    half = _first_half(reply.steps)
    again = Step(after_s=0.05, data=half[-1].data)
    return chunked(replace(reply, steps=half + (again,) * _FOREVER))
