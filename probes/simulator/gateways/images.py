"""`POST /images/generations` as Pixapi and Requesty answer it.

Sources: Pixapi's model page (fields `created`, `data[].url`, `data[].b64_json`; the tier is a suffix of the
id; 2026-11); docs.requesty.ai features/image-generation (`response_format`: `url` by default); openai 2.54.0.
"""

import re
from collections.abc import Callable
from typing import Any

from probes.simulator import sizes
from probes.simulator.answer import Answer, Ask
from probes.simulator.encoding import whole
from probes.simulator.faults import refusal
from probes.simulator.gateways.house import House, NotUnderstoodError, json_of
from probes.simulator.gateways.pictures import base64_of, link_to
from probes.simulator.http11 import Call
from probes.simulator.scenario import Quirk
from probes.simulator.script import Reply
from probes.simulator.ticket import Ticket
from probes.simulator.wordings import FAULTS

_TIER_OF_ID = {"-512": "512", "-2k": "2K", "-4k": "4K"}


def reader(*, link_by_default: bool) -> Callable[[Call, re.Match[str]], Ask]:
    """How a gateway with that `response_format` reads an images request."""

    def read(call: Call, _match: re.Match[str]) -> Ask:
        body = json_of(call)
        model, prompt = body.get("model"), body.get("prompt")
        if not isinstance(model, str) or not isinstance(prompt, str):
            raise NotUnderstoodError("bad-request")
        form = body.get("response_format") or ("url" if link_by_default else "b64_json")
        return Ask(model=model, prompt=prompt, canvas=_canvas(model, body), as_url=form == "url")

    return read


def _canvas(model: str, body: dict[str, Any]) -> tuple[int, int]:
    """Pixels from `size` (pixels, a tier or a ratio), else from the suffix of the model's id."""
    tier = next((tier for suffix, tier in _TIER_OF_ID.items() if model.endswith(suffix)), "1K")
    size, aspect = str(body.get("size", "")), str(body.get("aspect_ratio", "1:1"))
    if size.upper() in sizes.TIERS:
        tier = size.upper()
    if ":" in size:
        aspect = size
    return sizes.pixels(size) or sizes.canvas(tier, aspect)


def write(ask: Ask, answer: Answer, ticket: Ticket, house: House) -> Reply:
    """The answer as ImagesResponse; a moderated one is an empty list (xAI, vercel/ai#19168)."""
    after_s = answer.duration_s or answer.pace.first_s
    if Quirk.MIDSTREAM_ERROR in answer.quirks:
        return refusal(FAULTS["error-in-200"], house.dialect, ticket, ask.model, after_s=after_s)
    as_url = ask.as_url or Quirk.IMAGE_AS_URL in answer.quirks
    data = [
        {"url": link_to(image, ticket)} if as_url else {"b64_json": base64_of(image)}
        for image in answer.images
    ]
    value: dict[str, Any] = {"created": ticket.unix_s, "data": data}
    if answer.tokens is not None:
        tokens = answer.tokens
        value["usage"] = {
            "input_tokens": tokens.input,
            "output_tokens": tokens.output,
            "total_tokens": tokens.input + tokens.output,
            "input_tokens_details": {"text_tokens": tokens.input, "image_tokens": 0},
            "output_tokens_details": {
                "image_tokens": tokens.image,
                "text_tokens": tokens.output - tokens.image,
            },
        }
    return whole(200, value, house.headers(ticket), after_s=after_s)
