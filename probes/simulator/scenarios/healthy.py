"""Channels that work, fast and slow, plain and with honest oddities."""

from probes.simulator import cuts, hostile
from probes.simulator.scenario import Pace, Quirk, Scenario

_OPENAI_TYPES = "openai 2.54.0, types/chat/chat_completion_chunk.py"
_SSE = "WHATWG HTML, server-sent events, parsing an event stream"

HEALTHY = (
    Scenario(
        name="ok",
        about="answers after 0.25 s, 50 tokens/s; a picture takes 4 s",
        source=_OPENAI_TYPES,
    ),
    Scenario(
        name="instant",
        about="answers without any delay: for tests that measure us",
        source=_OPENAI_TYPES,
        pace=Pace(first_s=0.0, tokens_per_s=1e9, image_s=0.0),
    ),
    Scenario(
        name="long",
        about="200 tokens at 50/s: for measuring the measuring",
        source="our own control: length and pace are round numbers",
        pace=Pace(tokens=200),
    ),
    Scenario(
        name="late",
        about="the first token after 100 s",
        source="bananarouter.com model page: 102.07 s and 133.42 s of latency are sold (2026-11-20)",
        pace=Pace(first_s=100.0, image_s=133.0),
    ),
    Scenario(
        name="reasoning",
        about="60 tokens of thought before the answer",
        source="openrouter 1.3.84 components/chatstreamdelta.py; DeepSeek `reasoning_content`; "
        "vercel/ai fixture google-reasoning-gemini3.chunks.txt",
        pace=Pace(reasoning_tokens=60),
    ),
    Scenario(
        name="keep-alive",
        about="SSE comments every second for 5 s, then the answer",
        source="openrouter.ai/docs/api_reference/streaming, comments",
        pace=Pace(first_s=5.0, keep_alive_every_s=1.0),
    ),
    Scenario(
        name="role-first",
        about="the chunk with the role at 1.2 s, the first token at 2 s",
        source="QuantumNous/new-api relay/channel/gemini/relay-gemini.go, GenerateStartEmptyResponse",
        pace=Pace(first_s=2.0),
    ),
    Scenario(
        name="heavy-image",
        about="pictures of 4 MiB and more",
        source="vercel/ai fixture google-image-gemini-3.1-flash-image.json: megabytes in one line",
        pace=Pace(image_padding=4 * 1024 * 1024),
    ),
    Scenario(
        name="huge-image",
        about="pictures of 48 MiB: 64 MiB as base64 in one line",
        source="MiXaiLL76/auto_ai_router#190: a limit of 64 MiB a line after truncation bugs",
        pace=Pace(image_padding=48 * 1024 * 1024),
    ),
    Scenario(
        name="gzip",
        about="one honest gzip layer, though identity was asked for",
        source="RFC 9110 section 12.5.3: a server may ignore Accept-Encoding",
        bends=(hostile.gzipped,),
    ),
    Scenario(
        name="one-chunk",
        about="the whole stream at once, at the time of its end",
        source="nginx proxy_buffering, on by default (nginx.org, ngx_http_proxy_module)",
        bends=(cuts.in_one_chunk,),
    ),
    Scenario(
        name="shredded",
        about="pieces of seven bytes",
        source="RFC 9112 section 7.1: the boundaries of chunks mean nothing",
        bends=(cuts.shredded,),
    ),
    Scenario(name="crlf", about="SSE lines end in CR LF", source=_SSE, bends=(cuts.carriage_returns,)),
    Scenario(name="no-space", about="`data:` without a space", source=_SSE, bends=(cuts.without_space,)),
    Scenario(name="bom", about="a BOM before the stream", source=_SSE, bends=(cuts.byte_order_mark,)),
    Scenario(
        name="separators",
        about="U+2028, U+2029 and U+0085 raw inside the JSON",
        source="httpx 0.28.1 _decoders.py LineDecoder uses str.splitlines; openai _streaming.py does not",
        quirks=frozenset({Quirk.SEPARATORS}),
    ),
    Scenario(
        name="no-usage",
        about="no token counts at all",
        source="BerriAI/litellm#18980; openai 2.54.0: an interrupted stream may lack the usage chunk",
        quirks=frozenset({Quirk.NO_USAGE}),
    ),
    Scenario(
        name="stream-ignored",
        about="a whole JSON answer to `stream: true`",
        source="openrouter.ai/docs image-generation: providers without streaming ignore `stream`",
        quirks=frozenset({Quirk.STREAM_IGNORED}),
    ),
)
