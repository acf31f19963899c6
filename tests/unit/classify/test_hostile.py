"""Bodies that mean harm: slow to read, deep, endless, or full of our own key."""

import base64
import json
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.classify import judge, redact
from probes.classify.complaint import complaint
from probes.model import Fault, Secret
from tests.unit.measure.records import (
    KEY,
    make_ask,
    make_exchange,
    make_probe,
    make_provider,
    make_record,
    stream,
)

_KEPT = 65536  # bytes of a body that the transport keeps
_MOST_S = 0.05

HOSTILE = {
    "deep arrays": b"[" * _KEPT,
    "deep objects": b'{"error":' * 7000,
    "deep and closed": b"[" * 30000 + b"]" * 30000,
    "deep errors": b'{"error":' * 900 + b"1" + b"}" * 900,
    "a number without end": b'{"code": ' + b"9" * 60000 + b"}",
    "model model model": json.dumps({"error": "model " * 10000}).encode(),
    "模型 without end": json.dumps({"error": "模型" * 10000}, ensure_ascii=False).encode()[:_KEPT],
    "令牌 without end": json.dumps({"error": "令牌" * 10000}, ensure_ascii=False).encode()[:_KEPT],
    "spaces": b" " * _KEPT,
    "colons": b'{"error": "' + b"api key: " * 7000 + b'"}',
    "bearers": b'{"error": "' + b"bearer " * 9000 + b'"}',
    "eyJ without end": b'{"error": "' + b"eyJ" * 20000 + b'"}',
    "key=key=": b"key=" * 16000,
    "://": b"://a:" * 13000,
    "request ids": b"(request id: " * 5000,
    "titles": b"<title " * 9000,
    "error codes": b"<html>error " * 5000,
    "data lines": b"data: {\n" * 8000,
    "NUL": b"\0" * _KEPT,
    "not UTF-8": b"\xff" * _KEPT,
    "lone surrogates": b'{"error": "' + b"\\ud800" * 10000 + b'"}',
    "many keys": json.dumps({"error": {f"k{n}": n for n in range(5000)}}).encode()[:_KEPT],
    "nested strings": json.dumps(
        {"message": json.dumps({"message": json.dumps({"message": "[" * 9000})})}
    ).encode(),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("status", [200, 500])
def test_no_body_is_slow_or_breaks_us(body: bytes, status: int):
    record = make_record(exchange=make_exchange(status=status, headers=(), body=body))
    judge(record)  # the first call compiles
    start = time.process_time()
    judgement = judge(record)
    assert time.process_time() - start < _MOST_S
    assert judgement is not None
    judgement.detail.encode()  # no lone surrogate
    assert len(judgement.detail) <= 300
    assert judgement.detail.isprintable()


def test_depth_is_no_danger():
    value: dict[str, object] = {"message": "at the bottom"}
    for _ in range(100_000):
        value = {"error": value}
    assert complaint(value).message == ""
    while value:  # not all at once: freeing it would recurse, too
        value = value.get("error", {})  # type: ignore[assignment]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "error",
                        "errors",
                        "message",
                        "code",
                        "type",
                        "status",
                        "details",
                        "metadata",
                        "choices",
                        "response",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_any_value_can_be_read_as_a_complaint(value: object):
    found = complaint(value)
    assert len(found.message) <= 4096
    assert judge(make_record(stream(Fault(body=value)))) is not None


def _forms(key: str) -> dict[str, str]:
    return {
        "plain": key,
        "head": key[:8],
        "tail": key[-8:],
        "in a URL": quote(key, safe=""),
        "in JSON": json.dumps(key),
        "upper case": key.upper(),
        "base64": base64.b64encode(key.encode()).decode(),
        "base64, shifted by 1": base64.b64encode(b"x" + key.encode()).decode(),
        "base64, shifted by 2": base64.b64encode(b"u:" + key.encode() + b"?").decode(),
        "base64url": base64.urlsafe_b64encode(key.encode()).decode(),
        "split by zero-width space": "\u200b".join(key),
    }


@pytest.mark.parametrize(
    "key", ["zz9%/+plain key?ß~canary", "AKIA0123456789ABCDEF", "u8-only-this-one", "??>>??>>~~~~??>>"]
)
def test_no_form_of_a_key_leaves(key: str):
    ask = make_ask(provider=make_provider(keys={"a": Secret("other-key-000"), "b": Secret(key)}))
    for name, form in _forms(key).items():
        shown = redact(f"start <{form}> end", ask)
        inner = form[4:-4]  # the ends of base64 depend on what is around the key
        assert not any(inner[at : at + 8] in shown for at in range(len(inner) - 7)), name
        assert shown.startswith("start <"), name
        assert shown.endswith(" end"), name
        lowered = key.lower()
        assert not any(lowered[at : at + 8] in shown.lower() for at in range(len(key) - 7)), name


def test_secrets_in_headers_and_proxies_are_keys_too():
    probe = make_probe(extra_headers={"x-extra": Secret("probe-header-value")})
    provider = make_provider(
        headers={"x-team": Secret("provider-header-value")},
        proxy=Secret("http://user:proxypass99@proxy:3128"),
    )
    said = redact("provider-header-value probe-header-value proxypass99", make_ask(probe, provider=provider))
    assert said == "******** ******** ********"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Incorrect API key provided: sk-proj-****wxyz.", "Incorrect API key provided: ********."),
        ("key AIzaSyA0123456789abcdef bad", "key ******** bad"),
        ("Authorization: Bearer abc.def-123 refused", "Authorization: Bearer ******** refused"),
        ("GET /v1beta/models?key=abcdef123&alt=sse", "GET /v1beta/models?key=********&alt=sse"),
        ("x-api-key: 0123456789abcdef", "x-api-key: ********"),
        ("via http://user:pw@proxy:3128/", "via http://********@proxy:3128/"),
        ("token eyJhbGciOiJI.eyJzdWIiOiIx.c2ln end", "token ******** end"),
        ("risk-free tasks at 12:30", "risk-free tasks at 12:30"),
        ("see https://seller.example/docs", "see https://seller.example/docs"),
        ("无效的令牌", "无效的令牌"),
        ("a\r\nb\tc\x1b[31md\u202ee\u2028f", "a b c [31mde f"),
    ],
)
def test_what_is_shown(text: str, shown: str):
    assert redact(text, make_ask()) == shown


def test_a_short_value_is_masked_whole_and_a_tiny_one_cannot_be():
    ask = make_ask(provider=make_provider(keys={"a": Secret("abcde"), "b": Secret("on")}))
    assert redact("abcde is on, ABCDE", ask) == "******** is on, ********"


@given(st.text(max_size=400), st.integers(0, 400))
def test_whatever_surrounds_a_key_it_does_not_leave(noise: str, at: int):
    shown = redact(noise[:at] + KEY + noise[at:], make_ask())
    assert KEY not in shown
    assert len(shown) <= 300
    assert "\n" not in shown
