"""`POST /chat/completions` as Requesty and OpenRouter answer it, text and pictures.

Sources: openai 2.54.0 types/chat; openrouter.ai/docs streaming and errors (2026-08); docs.requesty.ai
features/image-generation (2026-11); vercel/ai and LiteLLM issues for the places in which pictures were found.
"""

import re
from typing import Any

from probes.simulator import sizes
from probes.simulator.answer import Answer, Ask, Piece, PieceKind, Tokens
from probes.simulator.encoding import HEAD_SHARE, as_event, streamed, whole
from probes.simulator.faults import Dialect, error_object, refusal
from probes.simulator.gateways.house import House, NotUnderstoodError, json_of
from probes.simulator.gateways.pictures import address_of
from probes.simulator.http11 import Call
from probes.simulator.question import is_question
from probes.simulator.scenario import Quirk
from probes.simulator.script import Reply, Step
from probes.simulator.ticket import Ticket
from probes.simulator.wordings import FAULTS

_PICTURE_WORDS = re.compile(r"\b(image|picture|draw|paint|poster|photo)\b", re.IGNORECASE)
_CHAT_TIERS = {"0.5K": "512"}  # OpenRouter's chat name of the small tier; the images endpoint says 512
_COMMENT_EVERY_S = 5.0
_SHORT_WAIT_S = 15.0


def read(call: Call, _match: re.Match[str]) -> Ask:
    """What a chat request wants. Requesty's documentation asks for pictures in words alone."""
    body = json_of(call)
    messages = body.get("messages")
    if not isinstance(body.get("model"), str) or not isinstance(messages, list) or not messages:
        raise NotUnderstoodError("bad-request")
    prompt = _last_user_text(messages)
    config = body.get("image_config") or {}
    wants_image = "image" in (body.get("modalities") or []) or bool(config)
    if not wants_image and "image" in body["model"] and not is_question(prompt):
        wants_image = _PICTURE_WORDS.search(prompt) is not None
    tier = str(config.get("image_size", "1K"))
    shape = sizes.canvas(_CHAT_TIERS.get(tier, tier), str(config.get("aspect_ratio", "1:1")))
    limit = body.get("max_completion_tokens", body.get("max_tokens"))
    return Ask(
        model=body["model"],
        prompt=prompt,
        stream=body.get("stream") is True,
        canvas=shape if wants_image else None,
        wants_usage=bool((body.get("stream_options") or {}).get("include_usage")),
        max_tokens=limit if isinstance(limit, int) else None,
    )


def _last_user_text(messages: list[Any]) -> str:
    said = [message for message in messages if isinstance(message, dict) and message.get("role") == "user"]
    content = said[-1].get("content") if said else ""
    if isinstance(content, list):
        content = " ".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def write(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> Reply:
    """The answer as chat completion, whole or streamed."""
    return _stream(ask, answer, ticket, house) if ask.stream else _whole(ask, answer, ticket, house)


def _whole(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> Reply:
    after_s, headers = answer.duration_s or answer.pace.first_s, house.headers(ticket)
    if Quirk.MIDSTREAM_ERROR in answer.quirks and house.dialect is not Dialect.OPENROUTER:
        return refusal(FAULTS["error-in-200"], house.dialect, ticket, ask.model, after_s=after_s)
    choice: dict[str, Any] = {"index": 0, "message": _message(answer, ticket, house), "logprobs": None}
    choice["finish_reason"] = _finish(answer)
    if house.dialect is Dialect.OPENROUTER:
        choice["native_finish_reason"] = "STOP"
    if Quirk.MIDSTREAM_ERROR in answer.quirks:
        choice["finish_reason"] = "error"
        choice["error"] = {"code": 502, "message": "Provider disconnected"}
    value = _envelope("chat.completion", answer, ticket, house)
    value["choices"] = [] if Quirk.NO_IMAGE in answer.quirks else [choice]
    if answer.tokens is not None:
        value["usage"] = _usage(answer.tokens, house)
    return whole(200, value, headers, after_s=after_s)


def _message(answer: Answer, ticket: Ticket, house: House) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": answer.joined(PieceKind.TEXT), "refusal": None}
    thoughts = answer.joined(PieceKind.REASONING)
    if thoughts:
        message["reasoning" if house.dialect is Dialect.OPENROUTER else "reasoning_content"] = thoughts
    if not answer.images:
        return message
    addresses = [address_of(image, answer, ticket) for image in answer.images]
    return message | _placed(addresses, answer.quirks)


def _placed(addresses: list[str], quirks: frozenset[Quirk]) -> dict[str, Any]:
    """Where pictures were really found, by quirk: Markdown, content parts, a single object, `images`."""
    if Quirk.IMAGE_IN_TEXT in quirks:
        return {"content": "\n".join(f"![image]({address})" for address in addresses)}
    parts = [
        {"type": "image_url", "index": index, "image_url": {"url": address}}
        for index, address in enumerate(addresses)
    ]
    if Quirk.IMAGE_PARTS in quirks:
        return {"content": parts}
    if Quirk.IMAGE_OBJECT in quirks:
        return {"image": {"url": addresses[-1]}}
    return {"images": parts}


def _stream(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> Reply:
    pieces = answer.pieces
    failing = Quirk.MIDSTREAM_ERROR in answer.quirks
    if failing:
        pieces = pieces[: max(1, len(pieces) // 2)]
    first_s = pieces[0].after_s if pieces else answer.pace.first_s
    steps, left_s = _comments(first_s, answer, house)
    role = _chunk({"role": "assistant", "content": ""}, answer, ticket, house)
    steps.append(Step(after_s=left_s * HEAD_SHARE, data=role))
    waits = [left_s * (1 - HEAD_SHARE), *(piece.after_s for piece in pieces[1:])]
    told = _told(pieces, answer, ticket, house)
    steps += [Step(after_s=wait_s, data=data) for wait_s, data in zip(waits, told, strict=False)]
    closing = _broken_off(ask, answer, ticket, house) if failing else _closing(ask, answer, ticket, house)
    after_s = 0.0 if pieces else waits[0]
    steps += [Step(after_s=after_s if not index else 0.0, data=data) for index, data in enumerate(closing)]
    return streamed(steps, house.headers(ticket))


def _told(pieces: tuple[Piece, ...], answer: Answer, ticket: Ticket, house: House) -> list[bytes]:
    """A chunk per piece. Equal pieces are equal bytes: a long stream must not cost the others their pace."""
    known: dict[tuple[PieceKind, str, bytes], bytes] = {}
    told = []
    for piece in pieces:
        key = (piece.kind, piece.text, piece.image)
        if key not in known:
            known[key] = _chunk(_delta(piece, answer, ticket, house), answer, ticket, house)
        told.append(known[key])
    return told


def _comments(first_s: float, answer: Answer, house: House) -> tuple[list[Step], float]:
    """SSE comments until the first token, and what is left to wait after the last of them."""
    every_s, text = answer.pace.keep_alive_every_s, answer.pace.comment
    if not every_s and house.dialect is Dialect.OPENROUTER:
        every_s = _COMMENT_EVERY_S if first_s > _SHORT_WAIT_S else first_s / 3
        text = "OPENROUTER PROCESSING"
    if not every_s:
        return [], first_s
    count = max(0, int(first_s / every_s - 1e-9))
    return [Step(after_s=every_s, data=f": {text}\n\n".encode())] * count, first_s - count * every_s


def _closing(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> list[bytes]:
    finish = _finish(answer)
    last = [_chunk({}, answer, ticket, house, finish=finish)] if finish else []
    asked = ask.wants_usage or house.dialect is Dialect.OPENROUTER
    if answer.tokens is not None and asked:
        usage = _envelope("chat.completion.chunk", answer, ticket, house)
        last.append(as_event(usage | {"choices": [], "usage": _usage(answer.tokens, house)}))
    return [*last, b"data: [DONE]\n\n"]


def _broken_off(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> list[bytes]:
    """The end of a stream whose provider died: a chunk with `error` in it (OpenRouter), or `error` alone."""
    error = error_object(FAULTS["midstream"], house.dialect, ticket, ask.model)
    if house.dialect is not Dialect.OPENROUTER:
        return [b"data: " + error + b"\n\n"]
    chunk = _chunk({"content": ""}, answer, ticket, house, finish="error")
    return [chunk.replace(b'"choices":', error[1:-1] + b',"choices":', 1)]


def _chunk(
    delta: dict[str, Any], answer: Answer, ticket: Ticket, house: House, *, finish: str | None = None
) -> bytes:
    choice: dict[str, Any] = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    if house.dialect is Dialect.OPENROUTER:
        choice["native_finish_reason"] = "STOP" if finish == "stop" else finish
    value = _envelope("chat.completion.chunk", answer, ticket, house)
    return as_event(value | {"choices": [choice]})


def _delta(piece: Piece, answer: Answer, ticket: Ticket, house: House) -> dict[str, Any]:
    if piece.kind is PieceKind.IMAGE:
        return {"content": ""} | _placed([address_of(piece.image, answer, ticket)], answer.quirks)
    if piece.kind is PieceKind.TEXT:
        return {"content": piece.text}
    if house.dialect is Dialect.OPENROUTER:
        detail = {"type": "reasoning.text", "text": piece.text, "format": "google-gemini-v1", "index": 0}
        return {"content": "", "reasoning": piece.text, "reasoning_details": [detail]}
    return {"reasoning_content": piece.text}


def _envelope(kind: str, answer: Answer, ticket: Ticket, house: House) -> dict[str, Any]:
    if house.dialect is Dialect.OPENROUTER:
        head = {"id": ticket.openrouter_id, "provider": "Google AI Studio"}
    else:
        head = {"id": ticket.openai_id}
    return {**head, "object": kind, "created": ticket.unix_s, "model": answer.model}


def _finish(answer: Answer) -> str | None:
    if Quirk.NO_FINISH in answer.quirks:
        return None
    if answer.quirks & {Quirk.FILTERED, Quirk.PROMPT_BLOCKED, Quirk.NO_IMAGE}:
        return "content_filter"
    if Quirk.ODD_FINISH in answer.quirks:
        return "insufficient_system_resource"
    return "length" if answer.cut_by_limit else "stop"


def _usage(tokens: Tokens, house: House) -> dict[str, Any]:
    usage: dict[str, Any] = {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning, "image_tokens": tokens.image},
    }
    if house.dialect is Dialect.OPENROUTER:
        usage |= {"cost": tokens.cost_usd, "is_byok": False}
    return usage
