"""Whether two names can mean one model."""

import pytest

from probes.checks.model_echo import differs

PREVIEW = "gemini-3.1-flash-image-preview"


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        ("gpt-4o-mini", "gpt-4o-mini-2024-07-18"),
        ("gpt-4", "gpt-4-0613"),
        ("claude-sonnet-4", "claude-sonnet-4-20250514"),
        ("anthropic/claude-3.5-sonnet", "claude-3-5-sonnet-20241022"),
        ("claude-3-5-sonnet-latest", "claude-3-5-sonnet-20241022"),
        ("claude-sonnet-3.5", "claude-3.5-sonnet"),
        ("gemini-2.0-flash", "gemini-2.0-flash-001"),
        ("models/gemini-2.0-flash", "gemini-2.0-flash"),
        (PREVIEW, f"models/{PREVIEW}"),
        (f"google/{PREVIEW}@europe-west8", PREVIEW),
        (f"{PREVIEW}-2k", PREVIEW),
        (f"{PREVIEW}-512", PREVIEW),
        ("deepseek/deepseek-r1:free", "deepseek/deepseek-r1"),
        ("Qwen3-Max", "qwen3_max"),
        ("publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"),
    ],
)
def test_the_same(asked: str, served: str):
    assert not differs(asked, served)
    assert not differs(served, asked)


@pytest.mark.parametrize(
    ("asked", "served"),
    [
        (PREVIEW, "gemini-3.1-flash-image"),
        (PREVIEW, "gemini-3-pro-image-preview"),
        ("gpt-4.5", "gpt-5.4"),
        ("gpt-4o", "gpt-4o-mini"),
        ("claude-sonnet-4-20250514", "claude-sonnet-4-20251001"),
        ("kimi-k2-0905", "kimi-k2-0711"),
        ("gemini-2.5-flash-image", "nano-banana"),
        ("m", "x" * 10**6),
    ],
)
def test_another(asked: str, served: str):
    assert differs(asked, served)
    assert differs(served, asked)
