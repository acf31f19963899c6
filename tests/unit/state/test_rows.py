"""From rows of the journal to events: prober and publisher read the same."""

import pytest

from probes.clock import NS
from probes.model import ErrorKind, Kind, Outcome, Reason, Result, WireName, rfc3339
from probes.state import Evidence, Held, Hold, Planned, Seen, events

AT = 1_795_219_200 * NS


def result(reason=Reason.SCHEDULED, error=None, channel: str | None = "c"):
    return Result(
        id="01",
        channel=channel,
        probe="chat",
        provider="p",
        key="k",
        model="m",
        family="m",
        group="",
        region="",
        kind=Kind.CHAT,
        wire=WireName.OPENAI_CHAT,
        size=None,
        vantage="here",
        reason=reason,
        scheduled_ns=AT - 2 * NS,
        started_ns=AT - NS,
        finished_ns=AT,
        outcome=error.outcome if error else Outcome.OK,
        error=error,
    )


@pytest.mark.parametrize(
    ("of", "evidence", "confirming"),
    [
        pytest.param(result(), Evidence.OK, False, id="ok"),
        pytest.param(result(error=ErrorKind.OVERLOADED), Evidence.FAILED, False, id="failed"),
        pytest.param(result(error=ErrorKind.RATE_LIMITED), Evidence.FAILED, False, id="rate limited"),
        pytest.param(result(error=ErrorKind.UNAUTHORIZED), Evidence.OURS, False, id="our key"),
        pytest.param(result(error=ErrorKind.LOCAL_NETWORK), Evidence.OURS, False, id="our network"),
        pytest.param(result(error=ErrorKind.CONTENT_FILTERED), None, None, id="policy says nothing"),
        pytest.param(result(Reason.CONFIRM, ErrorKind.STALLED), Evidence.FAILED, True, id="confirmation"),
        pytest.param(result(Reason.ESCALATE, ErrorKind.STALLED), Evidence.FAILED, False, id="escalated"),
        pytest.param(result(Reason.MANUAL), None, None, id="by hand"),
        pytest.param(result(Reason.MANUAL, ErrorKind.UNAUTHORIZED), None, None, id="by hand, ours"),
        pytest.param(result(Reason.REACH, channel=None), None, None, id="reach"),
    ],
)
def test_a_result_says_one_thing_about_its_channel(of, evidence, confirming):
    wanted = evidence and Seen(at_ns=AT, probe="chat", evidence=evidence, confirming=confirming)
    assert list(events("result", AT + NS, of.to_json())) == ([("c", wanted)] if wanted else [])


def skipped(reason, channel: str | None = "c"):
    return {
        "channel": channel,
        "probe": "chat",
        "reason": reason,
        "first_scheduled_at": rfc3339(AT),
        "last_scheduled_at": rfc3339(AT),
        "count": 2,
    }


FAILED = Seen(at_ns=AT, probe="chat", evidence=Evidence.FAILED, count=2)
PENDING = Seen(at_ns=AT, probe="chat", evidence=Evidence.PENDING, count=2)


@pytest.mark.parametrize(
    ("type_", "body", "found"),
    [
        pytest.param("skip", skipped("unreachable"), [("c", FAILED)], id="unreachable counts as bad"),
        pytest.param("skip", skipped("overlap"), [("c", PENDING)], id="overlap: the answer is due"),
        pytest.param("skip", skipped("budget"), [], id="budget"),
        pytest.param("skip", skipped("aborted"), [], id="aborted"),
        pytest.param("skip", skipped("overlap", None), [], id="reach"),
        pytest.param("heartbeat", {"inflight": 1}, [], id="heartbeat"),
        pytest.param("intent", {"id": "01", "channel": "c"}, [], id="intent"),
        pytest.param(
            "action",
            {
                "action": "plan",
                "channels": {"c": {"main": "chat", "every_s": {"chat": 60.5, "image": 21600}}},
            },
            [("c", Planned(at_ns=AT, main="chat", every_ns={"chat": 60_500_000_000, "image": 21600 * NS}))],
            id="plan",
        ),
        pytest.param(
            "action",
            {"action": "pause", "channel": "c", "until_ns": AT + NS, "author": "me"},
            [("c", Held(at_ns=AT, maintenance=False, hold=Hold(until_ns=AT + NS)))],
            id="pause",
        ),
        pytest.param(
            "action",
            {"action": "resume", "channel": "c", "until_ns": None},
            [("c", Held(at_ns=AT, maintenance=False, hold=None))],
            id="resume",
        ),
        pytest.param(
            "action",
            {"action": "maintenance-start", "channel": "c"},
            [("c", Held(at_ns=AT, maintenance=True, hold=Hold()))],
            id="maintenance",
        ),
        pytest.param(
            "action",
            {"action": "maintenance-end", "channel": "c"},
            [("c", Held(at_ns=AT, maintenance=True, hold=None))],
            id="maintenance over",
        ),
        pytest.param("action", {"action": "something newer", "channel": "c"}, [], id="unknown action"),
    ],
)
def test_rows_say_what_they_mean_for_channels(type_, body, found):
    assert list(events(type_, AT, body)) == found
