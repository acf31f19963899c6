"""What a result counts for. Metrics and page both ask here, so that they cannot disagree."""

from probes.model import ErrorGroup, ErrorKind, Outcome, Plan, Probe, Reason, Result, SkipReason


def slot_is_good(result: Result, plan: Plan) -> bool | None:
    """Whether a scheduled slot was good for uptime; None: it does not count.

    A 429 is bad unless the configuration says `rate_limited: excluded`, for all or for the provider.
    """
    if result.reason is not Reason.SCHEDULED or result.outcome is Outcome.EXCLUDED:
        return None
    if result.error is ErrorKind.RATE_LIMITED:
        provider = plan.providers.get(result.provider)
        excluded = plan.rate_limited_excluded or (provider is not None and provider.rate_limited_excluded)
        return None if excluded else False
    return result.outcome is Outcome.OK


def skip_is_bad(reason: str) -> bool:
    """Whether a skipped slot counts against uptime: the provider was known to be unreachable."""
    return reason == SkipReason.UNREACHABLE


def deadline_hit_s(result: Result, probe: Probe) -> float | None:
    """The limit that a time-group failure ran into, measured from the start of the probe; else None."""
    if result.error is None or result.error.group is not ErrorGroup.TIME:
        return None
    if result.error is ErrorKind.FIRST_TOKEN_TIMEOUT:
        return probe.first_token_timeout_s
    return probe.timeout_s


def latencies_s(result: Result, probe: Probe) -> dict[str, float]:
    """What a result adds to the latency distributions: `ttft`, `ttfa`, `e2e`.

    Only scheduled, untainted results do. A timeout is censored, not dropped: it stands at its deadline. Other
    failures add nothing. First tokens are those of streams: a whole body has none.
    """
    if result.reason is not Reason.SCHEDULED or result.tainted:
        return {}
    limit_s = deadline_hit_s(result, probe)
    if limit_s is not None:
        return {"ttft": limit_s, "ttfa": limit_s, "e2e": limit_s}
    if result.outcome is not Outcome.OK:
        return {}
    seen = {"e2e": result.e2e_s}
    if _streamed(result):
        seen |= {"ttft": result.ttft_s, "ttfa": result.ttfa_s}
    return {name: value for name, value in seen.items() if value is not None}


def _streamed(result: Result) -> bool:
    """Whether it came as a stream: in several pieces, or in several events of one read."""
    return result.streamed or (result.chunks or 0) > 1


def rates(result: Result) -> dict[str, float]:
    """Tokens per second of an ok, scheduled, untainted result: `decode_tps`, `e2e_tps`, where observed."""
    if result.reason is not Reason.SCHEDULED or result.tainted or result.outcome is not Outcome.OK:
        return {}
    seen = {"decode_tps": result.decode_tps, "e2e_tps": result.e2e_tps}
    return {name: value for name, value in seen.items() if value is not None}
