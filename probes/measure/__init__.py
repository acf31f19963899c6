"""Record -> numbers: pure functions, one small module per family. Not observed is None, never 0."""

from typing import Any

from probes.measure import identity, pace, phases, tokens
from probes.measure.money import cost, nano, worst_case, worst_case_of
from probes.model import Record

__all__ = ["cost", "nano", "numbers", "worst_case", "worst_case_of"]


def numbers(record: Record) -> dict[str, Any]:
    """Every figure of a `Result` that follows from what happened; money has `cost`, verdicts `classify`."""
    if not record.exchanges:
        return {}
    used = tokens.tokens(record)
    return phases.phases(record) | used | pace.pace(record, used["output_tokens"]) | identity.identity(record)
