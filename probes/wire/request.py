"""What all wires' requests have in common: address, headers, body.

The key, the provider's own headers and Anthropic's version are the transport's to add.
"""

import re
from collections.abc import Mapping
from typing import Any

import orjson

from probes.errors import ProgrammingError
from probes.model import Ask, Channel, Probe, Purpose, WireRequest
from probes.wire.message import Read

_VERSION = re.compile(r"/v\d+(?:(?:alpha|beta)\d*)?$")
_IDENTITY = {"accept-encoding": "identity"}  # a compressed stream is stamped at its flushes
EVENTS, JSON = "text/event-stream, application/json", "application/json"


def join(base_url: str, path: str) -> str:
    """The path below the base URL, whichever of the two has the slash."""
    return f"{base_url.rstrip('/')}/{path.lstrip('/')}"


def below(base_url: str, path: str) -> str:
    """A configured path below the base URL; a version that ends the one and begins the other is one."""
    base = base_url.rstrip("/")
    version = _VERSION.search(base)
    if version and path.startswith(f"{version.group()}/"):
        path = path.removeprefix(version.group())
    return join(base, path)


def versioned(base_url: str, version: str) -> str:
    """The root of a versioned API: base URLs are given with and without the version."""
    base = base_url.rstrip("/")
    return base if _VERSION.search(base) else f"{base}/{version}"


def target(ask: Ask) -> tuple[Channel, Probe]:
    """Channel and probe of an ask; every wire but the models list needs both."""
    if ask.channel is None or ask.probe is None:
        raise ProgrammingError("this wire asks a channel, not a provider")
    return ask.channel, ask.probe


def get(url: str, read: Read) -> WireRequest:
    """A question without a body."""
    headers = {"accept": JSON, **_IDENTITY}
    return WireRequest(purpose=Purpose.SUBMIT, method="GET", url=url, read=read, headers=headers)


def post(ask: Ask, url: str, body: Mapping[str, Any], read: Read) -> WireRequest:
    """A generation request; the probe's `extra_body` is merged into the body last."""
    _, probe = target(ask)
    own = {"accept": EVENTS if probe.stream else JSON, "content-type": JSON, **_IDENTITY}
    extra = {name.lower(): value for name, value in probe.extra_headers.items()}
    return WireRequest(
        purpose=Purpose.SUBMIT,
        method="POST",
        url=url,
        read=read,
        headers={**own, **extra},
        body=orjson.dumps(merged(body, probe.extra_body)),
    )


def merged(target_value: Any, patch: Any) -> Any:
    """RFC 7396, JSON Merge Patch: objects merge, anything else replaces, null removes."""
    if not isinstance(patch, Mapping):
        return patch
    out = dict(target_value) if isinstance(target_value, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            out.pop(name, None)
        else:
            out[name] = merged(out.get(name), value)
    return out
