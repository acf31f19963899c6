"""However the network cuts a transcript, the wire reads the same facts out of it."""

import random
from itertools import pairwise

import pytest

from probes.framing import FrameLimits, open_decoder
from probes.model import Chunk, Event
from probes.runner import prepare
from tests.golden.cases import Case, all_cases, plan_of, slot_of

LIMITS = FrameLimits(max_line_bytes=1 << 24, max_body_bytes=1 << 24)
ANSWERED = [case for case in all_cases() if case.reply.status // 100 == 2]
STREAMS = [
    case
    for case in ANSWERED
    if case.reply.header("content-type") == "text/event-stream" and b"\r" not in case.reply.body
]
CUTS = 12


def events(case: Case, pieces: list[bytes]) -> list[Event]:
    decoder = open_decoder(case.reply.header("content-type"), LIMITS)
    found: list[Event] = []
    for piece in pieces:
        found += decoder.feed(Chunk(at_ns=0, data=piece, read=0))
    return found + decoder.close()


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.wire}/{case.name}") for case in ANSWERED])
def test_any_split_gives_the_same_events_and_facts(case: Case) -> None:
    body, read = case.reply.body, prepare(plan_of(case), slot_of(case)).first.read
    whole = events(case, [body])
    facts = [list(read(event)) for event in whole]
    dice = random.Random(case.name)
    for _ in range(20):
        places = sorted(dice.randrange(len(body) + 1) for _ in range(CUTS))
        cut = events(case, [body[a:b] for a, b in pairwise([0, *places, len(body)])])
        assert cut == whole
        assert [list(read(event)) for event in cut] == facts


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"], ids=["CRLF", "CR"])
@pytest.mark.parametrize("case", [pytest.param(case, id=f"{case.wire}/{case.name}") for case in STREAMS])
def test_line_endings_do_not_matter(case: Case, ending: bytes) -> None:
    body = case.reply.body
    assert events(case, [body.replace(b"\n", ending)]) == events(case, [body])
