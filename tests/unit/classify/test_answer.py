"""Answers with an accepting status: what their facts, and their ends, mean."""

import json
from typing import Any

import pytest

from probes.classify import judge
from probes.model import (
    Broken,
    ErrorKind,
    Exchange,
    Fault,
    Finish,
    Kind,
    Outcome,
    Output,
    OutputKind,
    Record,
    Terminal,
    Usage,
    Verdict,
)
from tests.unit.measure.records import (
    DONE,
    JSON,
    make_ask,
    make_exchange,
    make_marks,
    make_probe,
    make_record,
    reach_ask,
    stream,
    text,
)

PICTURE = Output(kind=OutputKind.IMAGE, text="AAAA")
DRAFT = Output(kind=OutputKind.IMAGE, text="AAAA", draft=True)
LINKED = Output(kind=OutputKind.IMAGE, url="https://cdn.example/1.png")
REASONING = Output(kind=OutputKind.REASONING, text="hmm")
REFUSAL = Output(kind=OutputKind.REFUSAL, text="I cannot")
CUT = (ErrorKind.CONNECTION_RESET, ErrorKind.TRUNCATED_STREAM)


def error_of(record: Record) -> ErrorKind | None:
    judgement = judge(record)
    return judgement.error if judgement else None


def asked(*facts: Any, kind: Kind = Kind.CHAT, exchange: Exchange | None = None) -> ErrorKind | None:
    return error_of(make_record(stream(*facts), ask=make_ask(make_probe(kind)), exchange=exchange))


def end(verdict: Verdict, reason: str = "x") -> Finish:
    return Finish(reason=reason, verdict=verdict)


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        pytest.param([text(), *DONE], None, id="a clean end"),
        pytest.param([text(), end(Verdict.NORMAL)], None, id="no terminal marker, but a reason"),
        pytest.param([text(), Terminal()], None, id="no reason, but a terminal marker"),
        pytest.param([text()], ErrorKind.TRUNCATED_STREAM, id="neither"),
        pytest.param([Usage(output=1)], ErrorKind.TRUNCATED_STREAM, id="neither, and nothing"),
        pytest.param([Terminal()], ErrorKind.EMPTY_OUTPUT, id="the marker first"),
        pytest.param([*DONE], ErrorKind.EMPTY_OUTPUT, id="a clean end of nothing"),
        pytest.param([text(" \n"), *DONE], ErrorKind.EMPTY_OUTPUT, id="blank text"),
        pytest.param([REASONING, *DONE], ErrorKind.EMPTY_OUTPUT, id="reasoning only"),
        pytest.param([REFUSAL, *DONE], ErrorKind.CONTENT_FILTERED, id="the model refused"),
        pytest.param([text(), end(Verdict.LENGTH)], None, id="cut by the limit, with an answer"),
        pytest.param([end(Verdict.LENGTH)], ErrorKind.OUTPUT_LIMIT, id="cut by the limit, without"),
        pytest.param([REASONING, end(Verdict.LENGTH)], ErrorKind.OUTPUT_LIMIT, id="thought up to the limit"),
        pytest.param([text(), end(Verdict.FILTERED)], ErrorKind.CONTENT_FILTERED, id="filtered"),
        pytest.param([text(), end(Verdict.UNKNOWN)], ErrorKind.ERROR_IN_RESPONSE, id="a reason not known"),
        pytest.param([text(), end(Verdict.FAILED, "error")], ErrorKind.ERROR_IN_RESPONSE, id="failed"),
        pytest.param(
            [end(Verdict.FAILED, "insufficient_system_resource")],
            ErrorKind.OVERLOADED,
            id="failed, and says why",
        ),
        pytest.param(
            [end(Verdict.FAILED, "PUP_LIMITED_DISABLED")], ErrorKind.UPSTREAM_ERROR, id="somebody was banned"
        ),
        pytest.param(
            [text(), end(Verdict.NOTHING, "NO_IMAGE")], ErrorKind.EMPTY_OUTPUT, id="the model gave nothing"
        ),
        pytest.param(
            [end(Verdict.FAILED), *DONE], ErrorKind.ERROR_IN_RESPONSE, id="a good end after a bad one"
        ),
        pytest.param(
            [Broken(detail="b"), text(), *DONE], ErrorKind.MALFORMED_RESPONSE, id="broken in the middle"
        ),
        pytest.param([text(), Broken(detail="b")], ErrorKind.TRUNCATED_STREAM, id="broken off"),
        pytest.param(
            [text(), Broken(detail="b"), Broken(detail="c")], ErrorKind.MALFORMED_RESPONSE, id="garbage"
        ),
        pytest.param(
            [text(), Fault(body={}), *DONE], ErrorKind.ERROR_IN_RESPONSE, id="an error, then a clean end"
        ),
    ],
)
def test_streamed_chat(facts: list[Any], error: ErrorKind | None):
    assert asked(*facts) is error


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        pytest.param([text()], None, id="needs no end marker"),
        pytest.param([], ErrorKind.EMPTY_OUTPUT, id="nothing"),
        pytest.param([Broken(detail="not JSON")], ErrorKind.MALFORMED_RESPONSE, id="not JSON"),
        pytest.param([REASONING, end(Verdict.LENGTH)], ErrorKind.OUTPUT_LIMIT, id="thought up to the limit"),
    ],
)
def test_whole_body_chat(facts: list[Any], error: ErrorKind | None):
    assert asked(*facts, exchange=make_exchange(headers=JSON)) is error


@pytest.mark.parametrize(
    ("kind", "facts", "error"),
    [
        pytest.param(Kind.IMAGE, [text("Here!"), PICTURE], None, id="a picture with words"),
        pytest.param(Kind.IMAGE, [LINKED], None, id="a picture elsewhere"),
        pytest.param(Kind.IMAGE, [text("Here!")], ErrorKind.EMPTY_OUTPUT, id="words only"),
        pytest.param(Kind.IMAGE, [DRAFT], ErrorKind.EMPTY_OUTPUT, id="a draft only"),
        pytest.param(Kind.EDIT, [PICTURE], None, id="an edit"),
        pytest.param(Kind.TOOLS, [Output(kind=OutputKind.TOOL, text="{}")], None, id="a call"),
        pytest.param(Kind.TOOLS, [text("I would call")], ErrorKind.EMPTY_OUTPUT, id="words about a call"),
        pytest.param(Kind.EMBED, [Output(kind=OutputKind.VECTOR, text="3")], None, id="a vector"),
        pytest.param(Kind.RERANK, [Output(kind=OutputKind.RANKING, text="1,0")], None, id="a ranking"),
        pytest.param(Kind.SPEECH, [Output(kind=OutputKind.AUDIO, text="AAAA")], None, id="audio"),
        pytest.param(Kind.TRANSCRIBE, [text("hello")], None, id="a transcript"),
    ],
)
def test_each_kind_wants_its_own_output(kind: Kind, facts: list[Any], error: ErrorKind | None):
    assert asked(*facts, kind=kind, exchange=make_exchange(headers=JSON)) is error


def test_an_empty_stream_is_empty_not_truncated():
    assert asked(exchange=make_exchange(bytes_received=0)) is ErrorKind.EMPTY_OUTPUT


@pytest.mark.parametrize(
    ("body", "error"),
    [
        pytest.param({"code": 402, "msg": "Insufficient credits"}, ErrorKind.INSUFFICIENT_BALANCE, id="kie"),
        pytest.param({"code": 500, "msg": "boom", "data": None}, ErrorKind.SERVER_ERROR, id="a server's"),
        pytest.param(
            {"code": 455, "msg": "maintenance"}, ErrorKind.ERROR_IN_RESPONSE, id="a number of its own"
        ),
        pytest.param({"code": "E1", "message": "x"}, ErrorKind.ERROR_IN_RESPONSE, id="a code of its own"),
        pytest.param({"code": 200, "data": []}, ErrorKind.EMPTY_OUTPUT, id="fine, and empty"),
        pytest.param({"code": 0, "data": []}, ErrorKind.EMPTY_OUTPUT, id="zero is fine"),
        pytest.param({"data": []}, ErrorKind.EMPTY_OUTPUT, id="no code"),
    ],
)
def test_a_body_with_a_status_of_its_own(body: dict[str, Any], error: ErrorKind):
    exchange = make_exchange(headers=JSON, body=json.dumps(body).encode())
    assert asked(exchange=exchange) is error


class TestTransport:
    @pytest.mark.parametrize(
        "error",
        [
            ErrorKind.DNS_FAILURE,
            ErrorKind.CONNECT_FAILURE,
            ErrorKind.CONNECT_TIMEOUT,
            ErrorKind.TLS_FAILURE,
            ErrorKind.CONNECTION_RESET,
            ErrorKind.FIRST_TOKEN_TIMEOUT,
            ErrorKind.LOCAL_NETWORK,
        ],
    )
    def test_its_verdict_stands(self, error: ErrorKind):
        marks = make_marks(first_byte=None, last_byte=None)
        judgement = judge(make_record(exchange=make_exchange(status=None, marks=marks, failure=error)))
        assert judgement is not None
        assert (judgement.error, judgement.detail) == (error, "said the transport")

    @pytest.mark.parametrize(
        "error", [ErrorKind.STALLED, ErrorKind.TOTAL_TIMEOUT, ErrorKind.OVERSIZED_RESPONSE]
    )
    def test_also_over_output(self, error: ErrorKind):
        assert asked(text(), exchange=make_exchange(failure=error)) is error

    @pytest.mark.parametrize("cut", CUT)
    def test_a_reset_after_the_first_byte_is_a_cut(self, cut: ErrorKind):
        assert asked(text(), exchange=make_exchange(failure=cut)) is ErrorKind.TRUNCATED_STREAM

    @pytest.mark.parametrize("cut", CUT)
    @pytest.mark.parametrize("marker", DONE, ids=["reason", "terminal"])
    def test_a_reset_after_the_end_marker_is_none(self, cut: ErrorKind, marker: Any):
        assert asked(text(), marker, exchange=make_exchange(failure=cut)) is None

    def test_a_whole_body_shorter_than_declared_is_cut_whatever_it_holds(self):
        exchange = make_exchange(headers=JSON, failure=ErrorKind.TRUNCATED_STREAM)
        assert asked(text(), *DONE, exchange=exchange) is ErrorKind.TRUNCATED_STREAM

    @pytest.mark.parametrize("cut", CUT)
    def test_a_refusal_whose_body_was_cut_is_still_that_refusal(self, cut: ErrorKind):
        assert asked(exchange=make_exchange(status=429, failure=cut)) is ErrorKind.RATE_LIMITED

    def test_neither_answer_nor_failure_is_our_own_bug(self):
        assert asked(exchange=make_exchange(status=None)) is ErrorKind.INTERNAL_ERROR

    def test_nothing_sent_is_our_own_bug(self):
        record = Record(ask=make_ask(), start_ns=0, end_ns=0, exchanges=(), deltas=())
        assert error_of(record) is ErrorKind.INTERNAL_ERROR


class TestReach:
    def reached(self, *facts: Any, **exchange: Any) -> ErrorKind | None:
        values: dict[str, Any] = {"headers": JSON} | exchange
        return error_of(make_record(stream(*facts), ask=reach_ask(), exchange=make_exchange(**values)))

    def test_any_list_is_ok(self):
        assert self.reached(Output(kind=OutputKind.LIST, text="m-1")) is None

    @pytest.mark.parametrize("body", [b'{"object": "list", "data": []}', b'{"models": []}', b"[]"])
    def test_also_one_without_members(self, body: bytes):
        assert self.reached(Terminal(), body=body) is None

    @pytest.mark.parametrize("body", [b"", b"{}", b'{"status": "up"}', b'{"data": "none"}'])
    def test_a_200_without_a_list_is_not(self, body: bytes):
        assert self.reached(Terminal(), body=body) is ErrorKind.EMPTY_OUTPUT

    @pytest.mark.parametrize("status", [404, 405, 501])
    @pytest.mark.parametrize("body", [b"", b"<html>404</html>", b'{"error": {"message": "Invalid URL"}}'])
    def test_where_there_is_no_list_the_question_is_unsupported(self, status: int, body: bytes):
        exchange = make_exchange(status=status, headers=JSON, body=body)
        judgement = judge(make_record(ask=reach_ask(), exchange=exchange))
        assert judgement is not None
        assert judgement.error is ErrorKind.BAD_REQUEST
        assert judgement.error.outcome is Outcome.EXCLUDED
        assert judgement.detail.startswith("unsupported: ")

    @pytest.mark.parametrize(
        ("status", "error"),
        [(401, ErrorKind.UNAUTHORIZED), (429, ErrorKind.RATE_LIMITED), (503, ErrorKind.OVERLOADED)],
    )
    def test_other_refusals_are_classified_as_anywhere(self, status: int, error: ErrorKind):
        assert self.reached(status=status) is error
