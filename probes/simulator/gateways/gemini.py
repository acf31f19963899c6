"""`:generateContent` and `:streamGenerateContent` as BananaRouter and XAI Router answer them.

Sources: live captures of gemini-3.1-flash-image-preview in vercel/ai packages/google/src/__fixtures__
(google-image-gemini-3.1-flash-image, google-image-no-image-live, issue-10660-image-thought-signature,
google-stream-gemini-3.7-flash-2026-09-16); google-genai 3.4.0 types.py.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from probes.simulator import sizes
from probes.simulator.answer import Answer, Ask, Piece, PieceKind, Tokens
from probes.simulator.encoding import as_event, as_json, streamed, whole
from probes.simulator.faults import Dialect, error_object, refusal
from probes.simulator.gateways.house import House, NotUnderstoodError, json_of
from probes.simulator.gateways.pictures import address_of, base64_of, link_to, mime_of
from probes.simulator.http11 import Call
from probes.simulator.scenario import Quirk
from probes.simulator.script import Reply, Step
from probes.simulator.ticket import Ticket
from probes.simulator.wordings import FAULTS

_SIGNATURE = "c2lnbmF0dXJlIG9mIGEgdGhvdWdodA=="  # of a thought; may be larger than the picture in life
_REVISED_TOKENS = 77  # by which a later count of thoughts was lower in the capture of issue 10660


def read(call: Call, match: re.Match[str]) -> Ask:
    """What a generateContent request wants."""
    body = json_of(call)
    contents = body.get("contents")
    if not isinstance(contents, list) or not contents:
        raise NotUnderstoodError("bad-request")
    config = body.get("generationConfig") or {}
    picture = config.get("imageConfig") or {}
    tier = str(picture.get("imageSize", "1K"))
    if tier != tier.upper() and tier.upper() in sizes.TIERS:
        raise NotUnderstoodError("bad-request")  # a lower-case tier is refused (genkit#4891)
    wants_image = "IMAGE" in (config.get("responseModalities") or []) or bool(picture)
    limit = config.get("maxOutputTokens")
    return Ask(
        model=match["model"],
        prompt=_last_user_text(contents),
        stream=match["method"] == "streamGenerateContent",
        canvas=sizes.canvas(tier, str(picture.get("aspectRatio", "1:1"))) if wants_image else None,
        max_tokens=limit if isinstance(limit, int) else None,
        sse=call.query.get("alt") == "sse",
    )


def _last_user_text(contents: list[Any]) -> str:
    said = [content for content in contents if isinstance(content, dict) and content.get("role") != "model"]
    parts = said[-1].get("parts") if said else None
    texts = (part.get("text", "") for part in parts or [] if isinstance(part, dict))
    return " ".join(str(text) for text in texts)


def write(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> Reply:
    """The answer as GenerateContentResponse, whole or as a stream of fragments."""
    return _stream(ask, answer, ticket, house) if ask.stream else _whole(ask, answer, ticket, house)


def _whole(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> Reply:
    after_s = answer.duration_s or answer.pace.first_s
    if Quirk.MIDSTREAM_ERROR in answer.quirks:
        return refusal(FAULTS["error-in-200"], house.dialect, ticket, ask.model, after_s=after_s)
    parts: list[dict[str, Any]] = []
    if thoughts := answer.joined(PieceKind.REASONING):
        parts.append({"text": thoughts, "thought": True})
    if text := answer.joined(PieceKind.TEXT):
        parts.append({"text": text})
    parts += [_part(piece, answer, ticket) for piece in answer.pieces if piece.kind is PieceKind.IMAGE]
    value = _fragment(parts, answer, ticket, house, finish=_finish(ask, answer), tokens=answer.tokens)
    return whole(200, value, house.headers(ticket), after_s=after_s)


def _stream(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> Reply:
    pieces = answer.pieces
    failing = Quirk.MIDSTREAM_ERROR in answer.quirks
    if failing:
        pieces = pieces[: max(1, len(pieces) // 2)]
    first_s = pieces[0].after_s if pieces else answer.pace.first_s
    values = [
        _fragment([_part(piece, answer, ticket)], answer, ticket, house, tokens=tokens)
        for piece, tokens in zip(pieces, _so_far(pieces, answer), strict=True)
    ]
    waits = [piece.after_s for piece in pieces]
    if not failing:
        last = [{"text": ""}] if pieces else []
        finish = _finish(ask, answer)
        values.append(_fragment(last, answer, ticket, house, finish=finish, tokens=answer.tokens))
        waits.append(0.0 if pieces else first_s)
    data = _framed(values, ask, house)
    if failing:
        data.append(_broken_off(ask, ticket, house))
        waits.append(0.0)
    steps = [Step(after_s=wait_s, data=piece) for wait_s, piece in zip(waits, data, strict=True)]
    mime = "text/event-stream" if ask.sse else "application/json; charset=UTF-8"
    return streamed(steps, house.headers(ticket), mime=mime)


def _framed(values: list[dict[str, Any]], ask: Ask, house: House) -> list[bytes]:
    """SSE events, or the pieces of one JSON array where `alt=sse` was not asked for."""
    if ask.sse:
        return [as_event(value, house.newline) for value in values]
    last = len(values) - 1
    return [
        (b"," if index else b"[") + as_json(value) + (b"]" if index == last else b"\r\n")
        for index, value in enumerate(values)
    ]


def _broken_off(ask: Ask, ticket: Ticket, house: House) -> bytes:
    """Google's error arrives as bare lines of JSON inside the stream; a relay frames it."""
    error = error_object(FAULTS["midstream"], house.dialect, ticket, ask.model)
    if house.dialect is Dialect.GOOGLE:
        return json.dumps(json.loads(error), indent=2).encode() + b"\n"
    return b"data: " + error + house.newline * 2


def _part(piece: Piece, answer: Answer, ticket: Ticket) -> dict[str, Any]:
    if piece.kind is PieceKind.REASONING:
        return {"text": piece.text, "thought": True}
    if piece.kind is PieceKind.TEXT:
        return {"text": piece.text}
    if Quirk.IMAGE_IN_TEXT in answer.quirks:
        return {"text": f"![image]({address_of(piece.image, answer, ticket)})"}
    if Quirk.IMAGE_AS_URL in answer.quirks:
        return {"fileData": {"mimeType": mime_of(answer), "fileUri": link_to(piece.image, ticket)}}
    data = base64_of(piece.image)
    if Quirk.SNAKE_CASE in answer.quirks:
        return {"inline_data": {"mime_type": mime_of(answer), "data": data}}
    return {"inlineData": {"mimeType": mime_of(answer), "data": data}, "thoughtSignature": _SIGNATURE}


def _fragment(
    parts: list[dict[str, Any]],
    answer: Answer,
    ticket: Ticket,
    house: House,
    *,
    finish: str | None = None,
    tokens: Tokens | None = None,
) -> dict[str, Any]:
    content: dict[str, Any] = {"parts": parts, "role": "model"} if parts else {"role": "model"}
    candidate: dict[str, Any] = {"content": {} if finish == "NO_IMAGE" else content, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    value: dict[str, Any] = {"candidates": [candidate]}
    if Quirk.PROMPT_BLOCKED in answer.quirks:
        value = {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}
    if tokens is not None:
        value["usageMetadata"] = _usage(tokens, house)
    return value | {"modelVersion": answer.model, "responseId": ticket.gemini_id}


def _finish(ask: Ask, answer: Answer) -> str | None:
    if Quirk.NO_FINISH in answer.quirks:
        return None
    if Quirk.NO_IMAGE in answer.quirks:
        return "NO_IMAGE"
    if Quirk.FILTERED in answer.quirks:
        return "SAFETY" if ask.canvas is None else "IMAGE_SAFETY"
    if Quirk.ODD_FINISH in answer.quirks:
        return "REASON_OF_NEXT_YEAR"
    return "MAX_TOKENS" if answer.cut_by_limit else "STOP"


def _so_far(pieces: tuple[Piece, ...], answer: Answer) -> Iterator[Tokens | None]:
    """Counts repeat and grow with every fragment; those of thoughts are revised downwards at the end."""
    final, shown, thoughts, image = answer.tokens, 0, 0, 0
    for piece in pieces:
        shown += piece.kind is PieceKind.TEXT
        thoughts += piece.kind is PieceKind.REASONING
        if final is not None and piece.kind is PieceKind.IMAGE and not image:
            shown, image = final.output - final.reasoning, final.image
            thoughts += _REVISED_TOKENS if thoughts else 0
        yield final and Tokens(input=final.input, output=shown + thoughts, reasoning=thoughts, image=image)


def _usage(tokens: Tokens, house: House) -> dict[str, Any]:
    candidates = tokens.output - tokens.reasoning
    usage: dict[str, Any] = {"promptTokenCount": tokens.input}
    if candidates:
        usage["candidatesTokenCount"] = candidates
    usage["totalTokenCount"] = tokens.input + tokens.output
    usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": tokens.input}]
    if tokens.image:
        usage["candidatesTokensDetails"] = [{"modality": "IMAGE", "tokenCount": tokens.image}]
    if tokens.reasoning:
        usage["thoughtsTokenCount"] = tokens.reasoning
    if house.dialect is Dialect.GOOGLE:
        usage["serviceTier"] = "standard"
    return usage
