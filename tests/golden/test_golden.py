"""Every transcript through the real runner on a fake clock: from bytes to result, numbers exact."""

import re
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from probes.budget import Permit
from probes.checks.images import ImageInspector
from probes.model import Result
from probes.runner import Runner, prepare
from probes.wire import WIRES
from tests.fakes import FakeClock
from tests.golden.cases import Case, all_cases, plan_of, slot_of
from tests.script_transport import ScriptTransport

CASES = [pytest.param(case, id=f"{case.wire}/{case.name}") for case in all_cases()]
DATED = re.compile(r"\b20\d\d-\d\d")


@pytest.fixture
async def images() -> AsyncGenerator[ImageInspector]:
    inspector = ImageInspector()
    yield inspector
    await inspector.close()


async def measured(case: Case, images: ImageInspector) -> Result:
    clock = FakeClock()
    prepared = prepare(plan_of(case), slot_of(case))
    runner = Runner(
        clock=clock,
        transport=ScriptTransport(clock, case.reply),
        images=images,
        lag_since=lambda _ns: 0.0,
        vantage="here",
    )
    return await runner.measure(prepared, Permit(slot_id=prepared.slot.id, worst_nano=0))


def different(expected: Any, seen: Any, path: str = "") -> list[str]:
    """Where what was seen is not what was expected; of objects only the members that are expected."""
    if isinstance(expected, dict) and isinstance(seen, dict):
        return [
            line
            for name in expected
            for line in different(expected[name], seen.get(name, "—"), f"{path}.{name}")
        ]
    if isinstance(expected, list) and isinstance(seen, list) and len(expected) == len(seen):
        return [line for pair in zip(expected, seen, strict=True) for line in different(*pair, f"{path}[]")]
    return [] if expected == seen else [f"{path.lstrip('.')}: {seen!r}, not {expected!r}"]


@pytest.mark.parametrize("case", CASES)
async def test_transcript_gives_its_numbers(case: Case, images: ImageInspector) -> None:
    result = (await measured(case, images)).to_json()
    assert different(case.expect, result) == [], result["detail"]


@pytest.mark.parametrize("case", CASES)
def test_transcript_names_its_source_and_says_what_comes_of_it(case: Case) -> None:
    assert DATED.search(case.source), "no date"
    assert {"outcome", "error"} <= set(case.expect)


def test_every_wire_has_enough_of_them() -> None:
    per_wire = Counter(case.wire for case in all_cases())
    assert set(per_wire) == set(WIRES)
    assert min(per_wire.values()) >= 10
    assert per_wire.total() >= 45
