"""Sizes of pictures: tiers, pixels, tokens.

Tiers and tokens of gemini-3.1-flash-image: Vertex AI's model page; price per image times $60/M (2026-11-20).
"""

import math

TIERS = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
TOKENS = {"512": 747, "1K": 1120, "2K": 1680, "4K": 2520}
_GRID = 32  # pixels; Google's own sizes are multiples of it (1376 x 768 for 16:9)
_LARGEST = 8192


def canvas(tier: str, aspect: str = "1:1") -> tuple[int, int]:
    """Width and height; an unknown tier is 1K, as Google treats `512px` and `0.5K` (python-genai#2110)."""
    side = TIERS.get(tier, TIERS["1K"])
    wide, _, high = aspect.partition(":")
    ratio = (
        float(wide) / float(high) if wide.isdigit() and high.isdigit() and int(high) and int(wide) else 1.0
    )
    return _to_grid(side * math.sqrt(ratio)), _to_grid(side / math.sqrt(ratio))


def pixels(size: str) -> tuple[int, int] | None:
    """`1024x1536` as numbers; None for anything else or anything absurd."""
    wide, _, high = size.partition("x")
    if not (wide.isdigit() and high.isdigit()):
        return None
    width, height = int(wide), int(high)
    return (width, height) if 0 < width <= _LARGEST and 0 < height <= _LARGEST else None


def image_tokens(width: int, height: int) -> int:
    """Output tokens of a picture: those of the tier that is nearest to its area."""
    side = math.sqrt(width * height)
    tier = min(TIERS, key=lambda name: abs(math.log2(side / TIERS[name])))
    return TOKENS[tier]


def misfit(width: int, height: int) -> tuple[int, int]:
    """A size that was not asked for: the next tier down, or up where there is none below."""
    if width * height > TIERS["512"] ** 2:
        return max(1, width // 2), max(1, height // 2)
    return width * 2, height * 2


def _to_grid(length: float) -> int:
    return max(1, round(length / _GRID)) * _GRID
