"""The rules by which results and skips become series of one probe."""

from exporter.catalogue import metrics as m
from exporter.catalogue import objectives
from exporter.followers.blocks import Block, Observation
from exporter.followers.verdicts import deadline_hit_s, latencies_s, rates, skip_is_bad, slot_is_good
from probes.clock import NS
from probes.model import ErrorKind, Flag, Outcome, Plan, Probe, Reason, Result

_HISTOGRAM_OF = {
    "e2e": m.DURATION,
    "ttft": m.TTFT,
    "ttfa": m.TTFA,
    "decode_tps": m.DECODE_RATE,
    "e2e_tps": m.E2E_RATE,
}


def count_result(block: Block, result: Result, probe: Probe, plan: Plan) -> None:
    """One executed probe, whatever its reason."""
    _show_last(block, result)
    _count_spending(block, result)
    if result.reason is Reason.SCHEDULED:
        _count_slot(block, result, plan)
        _count_distributions(block, result, probe)
        _count_images(block, result)
    else:
        block.add(m.EXTRA, result.reason, result.outcome)


def count_skip(block: Block, reason: str, slots: int) -> None:
    """Slots that were not executed."""
    block.add(m.SKIPPED, reason, by=slots)
    if skip_is_bad(reason):
        block.add(m.UPTIME_SLOTS, "bad", by=slots)


def _show_last(block: Block, result: Result) -> None:
    """The gauges speak of the last result, whatever its reason: they say what is so now."""
    finished_s = result.finished_ns / NS
    block.put(m.LAST_RESULT, finished_s)
    if result.outcome is Outcome.OK:
        block.put(m.LAST_SUCCESS, finished_s)
    if result.outcome is not Outcome.EXCLUDED:
        block.put(m.PROBE_SUCCESS, 1.0 if result.outcome is Outcome.OK else 0.0)
    for name, value in phases_s(result).items():
        if value is None:
            block.drop(m.PHASE, name)
        else:
            block.put(m.PHASE, value, name)


def phases_s(result: Result) -> dict[str, float | None]:
    """A result's time, cut into parts that do not overlap; None where a part was not observed.

    What is left of the whole after setting up, first byte and first token is the transfer.
    """
    setup = (result.dns_s, result.connect_s, result.tls_s)
    first_output_s = result.ttft_s if result.ttft_s is not None else result.ttfb_s
    first_token_s = transfer_s = None
    if result.ttft_s is not None and result.ttfb_s is not None:
        first_token_s = max(0.0, result.ttft_s - result.ttfb_s)
    if result.e2e_s is not None and first_output_s is not None:
        transfer_s = max(0.0, result.e2e_s - sum(part or 0.0 for part in setup) - first_output_s)
    return dict(zip(m.PHASES, (*setup, result.ttfb_s, first_token_s, transfer_s), strict=True))


def _count_spending(block: Block, result: Result) -> None:
    block.add(m.INPUT_TOKENS, by=result.input_tokens or 0)
    block.add(m.OUTPUT_TOKENS, by=result.output_tokens or 0)
    if result.cost_usd is not None and result.cost_basis is not None:
        block.add(m.COST, result.cost_basis, by=result.cost_usd)


def _count_slot(block: Block, result: Result, plan: Plan) -> None:
    block.add(m.RESULTS, result.outcome)
    if result.error is not None:
        block.add(m.ERRORS, result.error)
    good = slot_is_good(result, plan)
    if good is not None:
        block.add(m.UPTIME_SLOTS, "good" if good else "bad")


def _count_distributions(block: Block, result: Result, probe: Probe) -> None:
    at_s = result.finished_ns / NS
    for name, value in (latencies_s(result, probe) | rates(result)).items():
        block.observe(_HISTOGRAM_OF[name], value, Observation(result_id=result.id, value=value, at_s=at_s))
    for name, limit_s in objectives(probe).items():
        met = _met(result, probe, name, limit_s)
        if met is not None:
            block.add(m.OBJECTIVE_RESULTS, name, "true" if met else "false")


def _met(result: Result, probe: Probe, name: str, limit_s: float) -> bool | None:
    if result.tainted:
        return None
    if deadline_hit_s(result, probe) is not None:
        return False
    value = result.ttft_s if name == "ttft" else result.e2e_s
    return None if value is None or result.outcome is not Outcome.OK else value <= limit_s


_IMAGE_ERRORS = {ErrorKind.WRONG_IMAGE_SIZE: "wrong_size", ErrorKind.INVALID_IMAGE: "blank"}


def _count_images(block: Block, result: Result) -> None:
    size = result.size or ""
    if (size, "ok") not in block.series(m.IMAGES):  # no pictures, or of a size no longer configured
        return
    verdict = _IMAGE_ERRORS.get(result.error) if result.error is not None else "ok"
    if verdict == "ok" and Flag.UNVERIFIED_IMAGE in result.flags:
        verdict = "unverified"
    if verdict is not None:
        block.add(m.IMAGES, size, verdict, by=max(1, len(result.images)))
