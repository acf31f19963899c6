"""Where the time of an exchange went."""

from dataclasses import replace

import pytest

from probes.measure import numbers
from probes.model import ErrorKind, Record
from tests.unit.measure.records import (
    DONE,
    at,
    make_exchange,
    make_marks,
    make_record,
    reach_ask,
    stream,
    text,
)


def test_a_cold_connection_has_every_phase():
    found = numbers(make_record())
    assert {name: found[name] for name in ("dns_s", "connect_s", "tls_s", "ttfb_s", "e2e_s")} == {
        "dns_s": 0.01,
        "connect_s": 0.02,
        "tls_s": 0.04,
        "ttfb_s": 0.3,
        "e2e_s": 2.1,
    }
    assert found["connection"] == "cold"


def test_a_warm_connection_has_no_phases_before_the_request():
    found = numbers(make_record(exchange=make_exchange(warm=True)))
    assert (found["dns_s"], found["connect_s"], found["tls_s"]) == (None, None, None)
    assert (found["connection"], found["ttfb_s"], found["e2e_s"]) == ("warm", 0.3, 2.1)


def test_an_address_needs_no_resolver_and_plain_http_no_tls():
    found = numbers(make_record(exchange=make_exchange(marks=make_marks(dns=None, tls=None))))
    assert (found["dns_s"], found["connect_s"], found["tls_s"]) == (None, 0.03, None)


def test_end_to_end_begins_with_the_probe_not_with_the_last_exchange():
    second = make_exchange(marks=make_marks(start=1.0, dns=1.0, connect=1.0, tls=1.0, send=1.1))
    record = replace(make_record(exchange=second), exchanges=(make_exchange(), second))
    assert numbers(record)["e2e_s"] == 2.1


@pytest.mark.parametrize("failure", [ErrorKind.STALLED, ErrorKind.TRUNCATED_STREAM, ErrorKind.TOTAL_TIMEOUT])
def test_an_answer_that_did_not_end_has_no_end_to_end_time(failure: ErrorKind):
    found = numbers(make_record(exchange=make_exchange(failure=failure)))
    assert found["e2e_s"] is None
    assert found["ttfb_s"] == 0.3


def test_a_connection_lost_after_the_end_of_a_stream_cut_nothing():
    found = numbers(
        make_record(stream(text(), *DONE), exchange=make_exchange(failure=ErrorKind.CONNECTION_RESET))
    )
    assert found["e2e_s"] == 2.1


def test_a_refusal_is_an_answer_with_an_end():
    assert numbers(make_record(exchange=make_exchange(status=401)))["e2e_s"] == 2.1


def test_what_was_not_observed_is_none():
    nothing = make_marks(dns=None, connect=None, tls=None, send=None, first_byte=None, last_byte=None)
    exchange = make_exchange(
        marks=nothing,
        status=None,
        headers=(),
        bytes_received=0,
        failure=ErrorKind.DNS_FAILURE,
        http_version=None,
    )
    found = numbers(make_record(exchange=exchange))
    kept = {name: value for name, value in found.items() if value is not None}
    assert kept == {"stamp": "user", "connection": "cold"}


def test_status_protocol_stamp_and_size_are_passed_on():
    found = numbers(make_record(exchange=make_exchange(status=503, http_version="2", stamp="kernel")))
    assert (found["http_status"], found["http_version"], found["stamp"]) == (503, "2", "kernel")
    assert found["bytes"] == 1234


def test_figures_are_rounded_to_a_microsecond():
    marks = replace(make_marks(), first_byte_ns=at(0.4) + 7)
    assert numbers(make_record(exchange=make_exchange(marks=marks)))["ttfb_s"] == 0.3


def test_a_probe_that_sent_nothing_has_no_numbers():
    assert numbers(Record(ask=reach_ask(), start_ns=0, end_ns=0, exchanges=(), deltas=())) == {}
