"""A picture as gateways hand it over: base64, a data URI, a link to ourselves."""

import base64
import struct

from probes.simulator.answer import Answer
from probes.simulator.scenario import Quirk
from probes.simulator.ticket import Ticket

_IHDR = slice(16, 24)  # width and height of a PNG


def base64_of(image: bytes) -> str:
    """The bytes as text."""
    return base64.b64encode(image).decode()


def mime_of(answer: Answer) -> str:
    """`image/png`, unless the scenario lies."""
    return "image/webp" if Quirk.WRONG_MIME in answer.quirks else "image/png"


def link_to(image: bytes, ticket: Ticket) -> str:
    """A page of this very simulator that serves a picture of the same size; it needs no key."""
    width, height = struct.unpack(">II", image[_IHDR]) if len(image) > _IHDR.stop else (64, 64)
    return f"{ticket.base_url}/__sim/image/{width}x{height}/{ticket.text(16)}.png"


def address_of(image: bytes, answer: Answer, ticket: Ticket) -> str:
    """A data URI, or the link where the scenario gives links."""
    if Quirk.IMAGE_AS_URL in answer.quirks:
        return link_to(image, ticket)
    return f"data:{mime_of(answer)};base64,{base64_of(image)}"
