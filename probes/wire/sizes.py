"""How a picture's size is asked for. A tier is the root of its pixels; what came is proven by decoding."""

from math import sqrt

_SIDES = {"512": 512, "1K": 1024, "2K": 2048, "4K": 4096}
_STEP = 16  # gpt-image-2 takes any width and height divisible by 16 (openai 2.54.0)


def chat_size(size: str) -> str:
    """OpenRouter's chat calls the small tier 0.5K and knows no 512 (its docs, 2026-06-16)."""
    return "0.5K" if size == "512" else size


def pixel_size(size: str | None, aspect_ratio: str | None) -> str | None:
    """`WIDTHxHEIGHT` with the tier's pixels and the ratio's shape, in steps of 16; None: nothing asked."""
    if size is None and aspect_ratio is None:
        return None
    side = _SIDES[size or "1K"]
    wide, _, high = (aspect_ratio or "1:1").partition(":")
    stretch = sqrt(float(wide) / float(high))
    return f"{_stepped(side * stretch)}x{_stepped(side / stretch)}"


def _stepped(pixels: float) -> int:
    return max(_STEP, round(pixels / _STEP) * _STEP)
