"""Channels whose connection, framing or encoding is at fault."""

from probes.simulator import cuts, hostile
from probes.simulator.scenario import Bend, Pace, Scenario, Scope
from probes.simulator.script import End

_RFC9112 = "RFC 9112"


def _bent(name: str, bend: Bend, source: str, *, about: str = "", pace: Pace | None = None) -> Scenario:
    text = about or (bend.__doc__ or "").strip().rstrip(".")
    return Scenario(name=name, about=text, source=source, bends=(bend,), pace=pace or Pace())


_PACE = Pace(tokens=20)

TRANSPORT = (
    _bent("silent", cuts.silent, "TCP accept queues: a hung worker still accepts (tcp(7), listen backlog)"),
    _bent("head-only", cuts.head_only, "encode/httpx#1450: low and slow answers"),
    _bent(
        "stall",
        cuts.halved(End.STALL),
        "encode/httpx docs/advanced/timeouts.md: read is per chunk",
        about="half of the answer, then silence",
        pace=_PACE,
    ),
    _bent(
        "cut",
        cuts.halved(End.CUT),
        f"{_RFC9112} section 8: an incomplete message; anomalyco/opencode#40061",
        about="half of the answer, then FIN",
        pace=_PACE,
    ),
    _bent("cut-inside-event", cuts.cut_inside_event, f"{_RFC9112} section 8", pace=_PACE),
    _bent("reset-before-head", cuts.reset_before_head, "RFC 9293 section 3.5.3, SO_LINGER 0 in socket(7)"),
    Scenario(
        name="dead",
        about="RST instead of every answer, the models list too",
        source="RFC 9293 section 3.5.2: nobody listens behind the load balancer",
        bends=(cuts.reset_before_head,),
        scope=Scope.ALL,
    ),
    _bent("closed-before-head", cuts.closed_before_head, f"{_RFC9112} section 9.5: failures and timeouts"),
    _bent(
        "reset-midstream",
        cuts.halved(End.RESET),
        "RFC 9293 section 3.5.3, SO_LINGER 0 in socket(7)",
        about="half of the answer, then RST",
        pace=_PACE,
    ),
    _bent("dripped-head", cuts.dripped_head, "guzzle/test-server#39: header drips"),
    _bent("dripped-body", cuts.dripped_body, "guzzle/test-server#39: body drips"),
    _bent("comments-forever", cuts.comments_forever, "openrouter.ai/docs/api_reference/streaming, comments"),
    _bent(
        "tokens-forever", cuts.tokens_forever, "models that loop: openai max_completion_tokens exists for it"
    ),
    _bent("no-done", cuts.without_done, "openai 2.54.0 _streaming.py stops at [DONE]; Gemini never sends it"),
    _bent("done-first", cuts.done_first, "openai 2.54.0 _streaming.py: everything after [DONE] is ignored"),
    _bent(
        "doubled", cuts.doubled, "relays that replay a buffer after a reconnect (WHATWG SSE, Last-Event-ID)"
    ),
    _bent("gzip-twice", hostile.gzipped_twice, "encode/httpx _decoders.py MultiDecoder stacks any number"),
    _bent("gzip-cut", hostile.gzip_cut, "RFC 1952 section 2.2: the trailer is part of a member"),
    _bent("gzip-bomb", hostile.gzip_bomb, "urllib3 CVE-2025-66471"),
    _bent("gzip-bomb-twice", hostile.gzip_bomb_twice, "urllib3 CVE-2025-66418"),
    _bent(
        "gzip-claimed",
        hostile.encoded_as("gzip"),
        "RFC 9110 section 8.4 broken: proxies that decode and leave the header",
        about="plain bytes under `Content-Encoding: gzip`",
    ),
    _bent(
        "brotli-claimed",
        hostile.encoded_as("br"),
        "RFC 7932; curl#21581: limits that count compressed bytes",
        about="an encoding that nobody asked for",
    ),
    _bent(
        "encodings-stacked",
        hostile.encoded_as(", ".join(["gzip"] * 50)),
        "urllib3 CVE-2025-66418: an unbounded chain",
        about="50 encodings",
    ),
    _bent("declared-10-gb", hostile.declared_10_gb, f"{_RFC9112} section 6.3: the length is a promise"),
    _bent("10-gb", hostile.ten_gb, "TwiN/gatus config/endpoint/endpoint.go: io.ReadAll without a limit"),
    _bent("endless-line", hostile.endless_line, "encode/httpx LineDecoder keeps an unfinished line for ever"),
    _bent("many-headers", hostile.many_headers, f"{_RFC9112} section 5: no limit is set by the standard"),
    _bent("big-header", hostile.big_header, f"{_RFC9112} section 5: no limit is set by the standard"),
    _bent("deep-json", hostile.deep_json, "RFC 8259 section 9: parsers may limit the depth"),
    _bent("long-number", hostile.long_number, "CVE-2020-10735: int() of long strings"),
    _bent("not-json", hostile.not_json, "RFC 8259 section 2"),
    _bent("broken-chunks", hostile.broken_chunks, f"{_RFC9112} section 7.1"),
    _bent("not-http", hostile.not_http, "RFC 4253 section 4.2: an SSH server's first line"),
)
