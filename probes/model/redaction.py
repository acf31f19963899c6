"""No key leaves in text. What strangers say is cleaned here before it is kept, shown or compared."""

import base64
import json
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

from probes.model.exchange import Ask
from probes.model.secret import Secret

DETAIL_LIMIT = 300
_READ = 4096  # characters looked at: the rest could not be shown anyway
_PIECE = 8  # characters of a key that may not be shown: gateways like to echo its head or tail
_SHORTEST = 4  # a shorter value is anybody's guess, and masking it would destroy the text
_COMMON = frozenset({"https://"})  # pieces of configured header values that betray nothing
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_REMOVED = frozenset({"Cf", "Cs", "Co", "Cn"})  # zero width, direction marks, lone surrogates
_SPACED = frozenset({"Cc", "Zl", "Zp"})  # control characters, line and paragraph separators

_KEY_SHAPES = (  # what looks like a key is one, whoever's it is; the groups are kept
    re.compile(r"\bsk-[\w*-]{4,512}"),
    re.compile(r"\bAIza[\w-]{8,128}"),
    re.compile(r"\beyJ[\w-]{8,2048}\.[\w-]{1,4096}(?:\.[\w-]{0,4096})?"),
    re.compile(r"(?i)\b(bearer\s{1,8})[\w.~+/=*-]{4,4096}"),
    re.compile(r"(?i)((?:key|token|secret|password|passwd|auth|authorization)=)[^\s&\"'<>]{1,512}"),
    re.compile(
        r"(?i)(\b(?:proxy-)?(?:authorization|x-api-key|x-goog-api-key|api[_ -]?key|access[_-]?token)"
        r"[\"']{0,2}\s{0,4}:\s{0,4}[\"']{0,2})[\w.~+/=*-]{8,4096}"
    ),
    re.compile(r"(://)[^\s/@:]{1,256}:[^\s/@]{1,256}(?=@)"),
)


def redact(text: str, ask: Ask, limit: int = DETAIL_LIMIT) -> str:
    """What a stranger said, fit to be kept and shown: one line, no keys, at most `limit` characters."""
    shown = mask(plain(text[:_READ]), secrets_of(ask))
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def plain(text: str) -> str:
    """One line of visible characters."""
    return " ".join("".join(map(_visible, text)).split())


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in _REMOVED:
        return ""
    return " " if category in _SPACED else character


def mask(text: str, secrets: tuple[Secret, ...]) -> str:
    """The text without any 8 characters in a row of a secret, plain or encoded, and without key-like words.

    Encoded: in a URL, in JSON, in base64 at each of its three alignments. Letter case does not matter.
    """
    for shape in _KEY_SHAPES:
        text = shape.sub(rf"\1{Secret.MASK}" if shape.groups else Secret.MASK, text)
    pieces, shorts = _needles(secrets)
    hidden = bytearray(len(text))
    lowered = text.translate(_LOWER)
    for at in range(len(text) - _PIECE + 1):
        if lowered[at : at + _PIECE] in pieces:
            hidden[at : at + _PIECE] = b"\1" * _PIECE
    for short in shorts:
        for found in re.finditer(re.escape(short), lowered):
            hidden[found.start() : found.end()] = b"\1" * len(short)
    return re.sub(
        "\0+", Secret.MASK, "".join("\0" if hide else c for c, hide in zip(text, hidden, strict=True))
    )


@lru_cache(maxsize=256)
def _needles(secrets: tuple[Secret, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """What to look for: every piece of the longer values, the shorter ones whole."""
    pieces: set[str] = set()
    shorts: list[str] = []
    for secret in secrets:
        value = secret.reveal()
        if _SHORTEST <= len(value) < _PIECE:
            shorts.append(value.translate(_LOWER))
        for form in _forms(value) if len(value) >= _PIECE else ():
            lowered = form.translate(_LOWER)
            pieces.update(lowered[at : at + _PIECE] for at in range(len(lowered) - _PIECE + 1))
    return frozenset(pieces - _COMMON), tuple(shorts)


def _forms(value: str) -> Iterator[str]:
    yield value
    yield quote(value, safe="")
    yield json.dumps(value)[1:-1]
    raw = value.encode()
    for shift, first in enumerate((0, 2, 3)):  # characters that also depend on the bytes before the key
        stable = (shift + len(raw)) * 8 // 6  # and those after it
        encoded = base64.b64encode(b"\0" * shift + raw).decode()[first:stable]
        yield encoded
        yield encoded.translate(str.maketrans("+/", "-_"))


def secrets_of(ask: Ask) -> tuple[Secret, ...]:
    """Every secret that a request of this ask could carry."""
    provider, probe = ask.provider, ask.probe
    found = [*provider.keys.values(), *provider.headers.values()]
    found += probe.extra_headers.values() if probe else ()
    found += (provider.proxy,) if provider.proxy else ()
    return tuple(found)
