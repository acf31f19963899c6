"""Names that a gateway gives to one request: ids in the forms that the real ones have."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

_NS = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One request: its number since the start, when it came, and how the client reached us."""

    number: int
    wall_ns: int
    base_url: str
    key: str = ""

    @property
    def unix_s(self) -> int:
        """For `created`."""
        return self.wall_ns // _NS

    def text(self, length: int, salt: str = "") -> str:
        """Letters and digits that no other request has."""
        return _digest(f"{self.wall_ns}/{self.number}/{salt}")[:length]

    @property
    def openai_id(self) -> str:
        """`chatcmpl-…`."""
        return f"chatcmpl-{self.text(29)}"

    @property
    def openrouter_id(self) -> str:
        """`gen-<seconds>-…`: the body's `id` and the header `X-Generation-Id`."""
        return f"gen-{self.unix_s}-{self.text(20)}"

    @property
    def oneapi_id(self) -> str:
        """The time to the nanosecond, then 8 characters: new-api `X-Oneapi-Request-Id`."""
        moment = datetime.fromtimestamp(self.unix_s, UTC)
        return f"{moment:%Y%m%d%H%M%S}{self.wall_ns % _NS:09d}{self.text(8)}"

    @property
    def gemini_id(self) -> str:
        """base64url whose first four bytes are the seconds, little-endian (seen in five captures of 2026)."""
        raw = (self.unix_s & 0xFFFFFFFF).to_bytes(4, "little") + bytes.fromhex(self.text(26))
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    @property
    def ray(self) -> str:
        """Cloudflare's `cf-ray`, with its point of presence."""
        return f"{self.text(16, 'ray')}-FRA"


@lru_cache(maxsize=1024)
def _digest(unique: str) -> str:
    """Kept, because every piece of a stream repeats its id."""
    return hashlib.sha256(unique.encode()).hexdigest()
