"""The five gateways, by path prefix, as their pages and documentation describe them (2026-11)."""

import re

from probes.simulator.encoding import Headers
from probes.simulator.faults import Dialect
from probes.simulator.gateways import chat, gemini, images, models
from probes.simulator.gateways.house import Endpoint, House
from probes.simulator.ticket import Ticket

_NANO_BANANA = "gemini-3.1-flash-image-preview"
_FLASH = "gemini-3-flash-preview"


def _plain_id(ticket: Ticket) -> Headers:
    return (("x-request-id", ticket.text(32)),)


def _openrouter_ids(ticket: Ticket) -> Headers:
    return (("X-Generation-Id", ticket.openrouter_id), ("Server", "cloudflare"), ("cf-ray", ticket.ray))


def _oneapi_id(ticket: Ticket) -> Headers:
    return (("X-Oneapi-Request-Id", ticket.oneapi_id), ("X-New-Api-Version", "v1.0.0"))


def _google_timing(ticket: Ticket) -> Headers:
    return (("x-request-id", ticket.text(32)), ("server-timing", "gfet4t7; dur=412"))


REQUESTY = House(
    name="requesty",
    prefix="/requesty",
    dialect=Dialect.OPENAI,
    key_places=("authorization", "x-api-key"),
    models=(f"google/{_NANO_BANANA}@europe-west8", f"google/{_NANO_BANANA}", f"google/{_FLASH}"),
    headers=_plain_id,
)
OPENROUTER = House(
    name="openrouter",
    prefix="/openrouter",
    dialect=Dialect.OPENROUTER,
    key_places=("authorization", "x-api-key"),
    models=(f"google/{_NANO_BANANA}", f"google/{_FLASH}"),
    headers=_openrouter_ids,
)
BANANAROUTER = House(
    name="bananarouter",
    prefix="/bananarouter",
    dialect=Dialect.NEWAPI,
    key_places=("x-goog-api-key", "?key", "authorization"),  # new-api middleware/auth.go, in this order
    models=(_NANO_BANANA, _FLASH),
    headers=_oneapi_id,
)
XAIROUTER = House(
    name="xairouter",
    prefix="/xairouter",
    dialect=Dialect.GOOGLE,
    key_places=("x-goog-api-key", "?key"),
    models=(_NANO_BANANA, _FLASH),
    headers=_google_timing,
    newline=b"\r\n",
)
PIXAPI = House(
    name="pixapi",
    prefix="/pixapi",
    dialect=Dialect.OPENAI,
    key_places=("authorization", "x-api-key"),
    models=(_NANO_BANANA, f"{_NANO_BANANA}-512", f"{_NANO_BANANA}-2k", f"{_NANO_BANANA}-4k", "nano-banana-2"),
    headers=_plain_id,
)


def _chat(path: str) -> Endpoint:
    return Endpoint(kind="chat", method="POST", path=re.compile(path), read=chat.read, write=chat.write)


def _images(path: str, *, link_by_default: bool) -> Endpoint:
    read = images.reader(link_by_default=link_by_default)
    return Endpoint(kind="images", method="POST", path=re.compile(path), read=read, write=images.write)


def _list(path: str) -> Endpoint:
    write = models.write_openai
    return Endpoint(kind="models", method="GET", path=re.compile(path), read=models.read, write=write)


_GENERATE = Endpoint(
    kind="generate",
    method="POST",
    path=re.compile(r"/v1beta/models/(?P<model>.+):(?P<method>generateContent|streamGenerateContent)"),
    read=gemini.read,
    write=gemini.write,
)
_GEMINI_LIST = Endpoint(
    kind="models",
    method="GET",
    path=re.compile("/v1beta/models"),
    read=models.read,
    write=models.write_gemini,
)

GATEWAYS: dict[House, tuple[Endpoint, ...]] = {
    REQUESTY: (
        _chat("/v1/chat/completions"),
        _images("/v1/images/generations", link_by_default=True),
        _list("/v1/models"),
    ),
    OPENROUTER: (_chat("/api/v1/chat/completions"), _list("/api/v1/models")),
    BANANAROUTER: (_GENERATE, _GEMINI_LIST),
    XAIROUTER: (_GENERATE, _GEMINI_LIST),
    PIXAPI: (_images("/v1/images/generations", link_by_default=False), _list("/v1/models")),
}


def find(path: str) -> tuple[House, tuple[Endpoint, ...], str] | None:
    """The gateway of a path, its endpoints, and the path inside it."""
    for house, endpoints in GATEWAYS.items():
        if path.startswith(f"{house.prefix}/"):
            return house, endpoints, path.removeprefix(house.prefix)
    return None
