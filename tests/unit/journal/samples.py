"""Requests and results to write."""

from dataclasses import replace

from probes.clock import NS
from probes.journal import Cap, Intent, Journal, Period
from probes.model import ErrorKind, Kind, Outcome, Reason, Result, Slot, WireName
from probes.ulid import new_ulid

START_NS = 1_795_219_200 * NS  # 2026-11-21T00:00:00Z
SCOPES = ("total", "provider:p", "channel:c")


def slot(at_s=0.0, *, reason=Reason.SCHEDULED, channel: str | None = "c", probe="chat"):
    at_ns = START_NS + round(at_s * NS)
    return Slot(
        id=new_ulid(at_ns),
        channel=channel,
        probe=probe,
        provider="p",
        key="default",
        reason=reason,
        scheduled_ns=at_ns,
    )


def reach_slot(at_s=0.0):
    return slot(at_s, reason=Reason.REACH, channel=None, probe="reach")


def intent(of, worst_nano=1000, scopes=SCOPES):
    return Intent(slot=of, worst_nano=worst_nano, scopes=scopes)


def result(of, **values):
    whole = Result(
        id=of.id,
        channel=of.channel,
        probe=of.probe,
        provider=of.provider,
        key=of.key,
        model="m",
        family="f",
        group="",
        region="",
        kind=Kind.CHAT,
        wire=WireName.OPENAI_CHAT,
        size=None,
        vantage="fra-1",
        reason=of.reason,
        scheduled_ns=of.scheduled_ns,
        started_ns=of.scheduled_ns + 1000,
        finished_ns=of.scheduled_ns + NS,
        outcome=Outcome.OK,
        ttft_s=0.123456789,
    )
    return replace(whole, **values)


def failed(of, error=ErrorKind.OVERLOADED, **values):
    return result(of, outcome=error.outcome, error=error, **values)


def cap(limit_nano, scope="total", period=Period.DAY, **values):
    return Cap(scope=scope, period=period, limit_nano=limit_nano, **values)


async def done(journal: Journal, of, cost_nano: int | None = 0, worst_nano=1000):
    """One request from its intent to its result."""
    assert await journal.commit(intent(of, worst_nano), ()) is None
    await journal.append_result(result(of), cost_nano)
    return of
