"""A client made of sockets alone, so that what it sees is what was sent; and requests in short."""

import asyncio
import json
import ssl
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from probes.simulator import Call, Reply, Simulator
from probes.simulator.log import Entry

PROMPT = "What is 17 + 25? Answer with the number and the word k3f9 only."
CHAT = "/requesty/v1/chat/completions"
ROUTED_CHAT = "/openrouter/api/v1/chat/completions"
BANANA = "/bananarouter/v1beta/models/gemini-3.1-flash-image-preview:generateContent"
GEMINI = "/xairouter/v1beta/models/gemini-3.1-flash-image-preview:generateContent"
GEMINI_STREAM = "/xairouter/v1beta/models/gemini-3.1-flash-image-preview:streamGenerateContent?alt=sse"
PICTURES = "/pixapi/v1/images/generations"
MODELS = "/requesty/v1/models"


def chat_body(*, stream: bool = False, prompt: str = PROMPT, **more: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": prompt}], "stream": stream, **more}


def gemini_body(*, prompt: str = PROMPT, size: str | None = None, **config: Any) -> dict[str, Any]:
    body: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": prompt}]}]}
    if size is not None:
        config |= {"responseModalities": ["IMAGE"], "imageConfig": {"imageSize": size}}
    return body | {"generationConfig": config}


def body_for(path: str, *, image: bool = False) -> dict[str, Any]:
    """What that endpoint wants to be asked."""
    if path == PICTURES:
        return {"model": "gemini-3.1-flash-image-preview", "prompt": "A cube, word k3f9"}
    if "v1beta" in path:
        return gemini_body(prompt="A cube, word k3f9", size="512") if image else gemini_body()
    if image:
        return chat_body(
            prompt="A cube, word k3f9", modalities=["image"], image_config={"image_size": "0.5K"}
        )
    return chat_body()


def call(path: str, scenario: str, body: dict[str, Any] | None = None, *, method: str = "POST") -> Call:
    where, _, query = path.partition("?")
    return Call(
        method=method,
        path=where,
        query=dict([query.split("=")]) if query else {},
        headers={"authorization": f"Bearer sk-sim-{scenario}", "x-goog-api-key": f"sk-sim-{scenario}"},
        body=json.dumps(body_for(path) if body is None else body).encode(),
        base_url="http://127.0.0.1:8899",
    )


def ask(
    path: str, scenario: str, body: dict[str, Any] | None = None, simulator: Simulator | None = None
) -> tuple[Reply, Entry]:
    return (simulator or Simulator()).answer(call(path, scenario, body))


def events(data: bytes) -> list[Any]:
    """The JSON of every `data:` event."""
    lines = data.replace(b"\r\n", b"\n").split(b"\n")
    found = [line.removeprefix(b"data:").strip() for line in lines if line.startswith(b"data:")]
    return [json.loads(line) for line in found if line != b"[DONE]"]


@dataclass
class Seen:
    """Everything that came, with the times of its pieces since the request was sent."""

    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    error: Exception | None = None
    ended_s: float = 0.0

    @property
    def data(self) -> bytes:
        return b"".join(piece for _, piece in self.pieces)

    @property
    def head(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    def time_of(self, text: bytes) -> float:
        return next(at for at, piece in self.pieces if text in piece)


def request_bytes(
    path: str, scenario: str, body: dict[str, Any] | None = None, method: str = "POST"
) -> bytes:
    data = json.dumps(body_for(path) if body is None else body).encode() if method == "POST" else b""
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sk-sim-{scenario}\r\n"
        f"x-goog-api-key: sk-sim-{scenario}\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + data


async def exchange(
    base_url: str, request: bytes, *, within_s: float = 10.0, tls: ssl.SSLContext | None = None
) -> Seen:
    """Send and listen until the end, or until patience does."""
    parts = urlsplit(base_url)
    name = "localhost" if tls else None
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=tls, server_hostname=name)
    seen, start = Seen(), time.monotonic()
    writer.write(request)
    try:
        async with asyncio.timeout(within_s):
            while piece := await reader.read(1 << 20):
                seen.pieces.append((time.monotonic() - start, piece))
    except (TimeoutError, OSError) as error:
        seen.error = error
    seen.ended_s = time.monotonic() - start
    writer.close()
    try:
        await writer.wait_closed()
    except OSError as error:
        seen.error = seen.error or error
    return seen


def fetch(base_url: str, path: str) -> "asyncio.Task[Any]":
    """A page about the simulator, as JSON."""

    async def load() -> Any:
        request = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode()
        return json.loads((await exchange(base_url, request)).body)

    return asyncio.create_task(load())
