"""Bodies of rows: JSON, deflated against a fixed dictionary where that is shorter (a result: a quarter).

The first byte says which: `{` is plain JSON; 1 is raw deflate with dictionary 1. A dictionary is part of the
file format: it never changes. A better one gets the next number.
"""

import zlib
from collections.abc import Mapping
from typing import Any

import orjson

from probes.errors import JournalError

_PLAIN = ord("{")
_DEFLATED_1 = 1
_WINDOW = -12  # 4 KiB holds a body and the dictionary; larger windows only cost memory to set up
_MEMORY = 5

# The keys and the most common values, in the order in which rows have them; the likeliest come last.
DICTIONARY_1 = (
    b'{"action":"pause","channel":"","author":"","until_ns":null'
    b',"prober":0,"pid":,"inflight":0,"generation":"","reload_ok":true,"budgets":[{"scope":"total",'
    b'"provider":"","channel":"","limit_usd":0.0,"remaining_usd":0.0}],"paused":[],"loop_lag_s":0.000'
    b'"first_scheduled_at":"2026-11-21T00:00:00.000000Z","last_scheduled_at":"2026-11-21T00:00:00.000000Z",'
    b'"count":1,"reason":"aborted","charged_nano":"reason":"overlap""reason":"budget""overload""unreachable"'
    b'"probe":"reach","kind":"reach","wire":"models-list","probe":"image-1k","kind":"image","wire":"'
    b'gemini-generate","wire":"openai-images","size":"1K""wire":"anthropic-messages""wire":"openai-responses"'
    b'"images":[{"width":1024,"height":1024,"format":"png","bytes":}],"cost_basis":"reported"'
    b'"outcome":"excluded","error":"unauthorized","outcome":"failed","error":"total_timeout","detail":"'
    b'first_token_timeout""error":"rate_limited","detail":"429"error":"overloaded","detail":"503'
    b'"error":"upstream_error""error":"server_error""reason":"manual""reason":"confirm""connection":"warm"'
    b'{"id":"01","channel":"","probe":"chat","provider":"","key":"default","reason":"scheduled",'
    b'"scheduled_at":"2026-11-21T00:00:00.000000Z","worst_nano":000,"scopes":["total","provider:","channel:"]}'
    b'{"id":"01","channel":"","probe":"chat","provider":"","key":"default","model":"","family":"","group":"",'
    b'"region":"","kind":"chat","wire":"openai-chat","size":null,"vantage":"","reason":"scheduled",'
    b'"scheduled_at":"2026-11-21T00:00:00.000000Z","started_at":"2026-11-21T00:00:00.000000Z",'
    b'"finished_at":"2026-11-21T00:00:00.000000Z","outcome":"ok","error":null,"detail":null,"http_status":200,'
    b'"request_id":"req_","served_model":"","retry_after_s":null,"flags":[],"dns_s":0.00,"connect_s":0.0,'
    b'"tls_s":0.0,"ttfb_s":0.,"ttft_s":0.,"ttfa_s":0.,"e2e_s":1.,"max_gap_s":0.0,"submit_s":null,'
    b'"queue_s":null,"run_s":null,"download_s":null,"polls":null,"input_tokens":1,"output_tokens":1,'
    b'"reasoning_tokens":0,"cached_tokens":0,"image_tokens":null,"decode_tps":,"e2e_tps":,"chunks":,"bytes":,'
    b'"images":[],"cost_usd":0.0000,"cost_basis":"computed","schedule_lag_s":0.000,"loop_lag_s":0.000,'
    b'"tainted":false,"stamp":"user","connection":"cold","http_version":"HTTP/1.1"}'
)


def encode(body: Mapping[str, Any]) -> bytes:
    """A body as it is stored."""
    plain = orjson.dumps(body)
    packer = zlib.compressobj(6, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, DICTIONARY_1)
    packed = packer.compress(plain) + packer.flush()
    return bytes((_DEFLATED_1,)) + packed if len(packed) + 1 < len(plain) else plain


def decode(stored: bytes) -> dict[str, Any]:
    """The body that `encode` stored. JournalError when the bytes are not one."""
    try:
        plain = stored if stored[0] == _PLAIN else _inflate(stored)
        body = orjson.loads(plain)
    except (IndexError, zlib.error, orjson.JSONDecodeError) as error:
        raise JournalError(f"a row's body cannot be read ({error})") from error
    if not isinstance(body, dict):
        raise JournalError("a row's body is not an object")
    return body


def _inflate(stored: bytes) -> bytes:
    if stored[0] != _DEFLATED_1:
        raise zlib.error(f"unknown form {stored[0]}")
    return zlib.decompressobj(_WINDOW, DICTIONARY_1).decompress(stored[1:])
