"""Pictures in the places where gateways have really put them: objects, data URIs, Markdown, bare URLs.

Every pattern is linear in the text, whatever the text: none can be entered again inside its own match.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from probes.model import Output, OutputKind
from probes.wire.shape import fields, first, label, text

_URL_CHARACTERS = 4096
_MOST = 16  # 2 to 10 were seen in one answer (APIYI's documentation, 2026-11-20)
_MARKDOWN = re.compile(r"!\[[^\[\]\n]*+\]\(\s*+<?((?:data:image/|https?://)[^\s()\[\]<>]++)>?\s*+\)")
_DATA_URI = re.compile(r"(?<!\]\()data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/=_-]++")
_URL = re.compile(r"https?://[^\s()\[\]<>\"']++")
# Bytes before an address, where both are given; empty ones are passed over.
_PLACES = ("image_url", "b64_json", "data", "url", "fileUri", "file_uri")
_PICTURE_ENDS = (".png", ".jpg", ".jpeg", ".webp", ".gif")


def picture(value: Any) -> Output | None:
    """One picture: a URI, or an object of any known form (`image_url`, `url`, `b64_json`, `inlineData`…).

    None where there is no payload: an empty `b64_json` is not output.
    """
    outer = fields(value)
    inner = next((outer[name] for name in _PLACES if outer.get(name)), None)
    if isinstance(inner, dict):
        inner = inner.get("url") or inner.get("b64_json")
    place = text(value) or text(inner)
    mime = label(first(outer, "mimeType", "mime_type", "media_type"))
    if place.startswith(("https://", "http://", "gs://")):
        return Output(kind=OutputKind.IMAGE, url=place[:_URL_CHARACTERS], mime=mime)
    if place.startswith("data:"):
        head, _, place = place.partition(",")
        mime = label(head[len("data:") :].partition(";")[0])
    return Output(kind=OutputKind.IMAGE, text=place, mime=mime) if place else None


def pictures(values: Iterable[Any]) -> list[Output]:
    """The pictures among the last values. We ask for one: the last is it, those before it are drafts."""
    found = [output for output in map(picture, list(values)[-_MOST:]) if output is not None]
    return [replace(output, draft=True) for output in found[:-1]] + found[-1:]


def scan(words: str) -> tuple[str, list[Output]]:
    """Pictures written into text, and the text without them.

    In this order: Markdown (new-api's family), bare data URIs, a URL that is all the text or ends like a
    picture. Markdown that is not closed is left: a stream may have cut it, and its pieces make it whole.
    """
    for pattern in (_MARKDOWN, _DATA_URI):
        if found := pattern.findall(words):
            return pattern.sub("", words).strip(), pictures(found)
    if _URL.fullmatch(alone := words.strip()):
        return "", pictures([alone])
    urls = [url for url in _URL.findall(words) if _ends_like_picture(url)]
    return (words, []) if not urls else (words.replace(urls[-1], "").strip(), pictures(urls))


def _ends_like_picture(url: str) -> bool:
    return url.partition("?")[0].lower().endswith(_PICTURE_ENDS)
