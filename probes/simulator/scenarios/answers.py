"""Channels that answer with status 200, and the answer is not what was sold."""

from probes.simulator.scenario import Pace, Quirk, Scenario


def _odd(name: str, quirk: Quirk, source: str, *, about: str = "", pace: Pace | None = None) -> Scenario:
    return Scenario(
        name=name, about=about or quirk.value, source=source, quirks=frozenset({quirk}), pace=pace or Pace()
    )


ANSWERS = (
    _odd("wrong-model", Quirk.WRONG_MODEL, "docs.apiyi.com live 2026-06: a model swapped for its lite twin"),
    _odd("wrong-answer", Quirk.WRONG_ANSWER, "our own control: a model that cannot add"),
    _odd("cached-answer", Quirk.CACHED_ANSWER, "openrouter.ai/docs response-caching"),
    _odd(
        "empty",
        Quirk.EMPTY,
        "google-gemini/deprecated-generative-ai-python#744: STOP without parts; AstrBot#6735",
    ),
    _odd(
        "only-reasoning",
        Quirk.ONLY_REASONING,
        "dev.to 4l0k: reasoning-only responses",
        pace=Pace(reasoning_tokens=30),
    ),
    Scenario(
        name="thinks-too-long",
        about="thoughts eat the whole token limit: `length` and no answer",
        source="openai 2.54.0: max_completion_tokens bounds reasoning too",
        pace=Pace(reasoning_tokens=5000, tokens_per_s=500.0),
    ),
    _odd(
        "filtered",
        Quirk.FILTERED,
        "google-genai 3.4.0 FinishReason; openai 2.54.0 finish_reason content_filter",
    ),
    _odd("prompt-blocked", Quirk.PROMPT_BLOCKED, "vercel/ai fixture issue-19758-prompt-block.json"),
    _odd(
        "no-image", Quirk.NO_IMAGE, "vercel/ai fixture google-image-no-image-live.json; BerriAI/litellm#40477"
    ),
    _odd("no-finish", Quirk.NO_FINISH, "anomalyco/opencode#40061: streams that end without a finish reason"),
    _odd("odd-finish", Quirk.ODD_FINISH, "DeepSeek insufficient_system_resource; new Gemini reasons of 2026"),
    _odd(
        "midstream-error",
        Quirk.MIDSTREAM_ERROR,
        "OpenRouterTeam/docs errors-and-debugging.mdx, mid-stream errors; block/goose#8031; "
        "google-genai 3.4.0 _api_client.py (bare lines)",
        pace=Pace(tokens=20),
    ),
    _odd("negative-usage", Quirk.NEGATIVE_USAGE, "our own control: counts nobody may believe"),
    _odd("huge-usage", Quirk.HUGE_USAGE, "our own control: counts nobody may believe"),
    _odd(
        "costly-usage", Quirk.COSTLY_USAGE, "OpenRouter `usage.cost` (openrouter 1.3.84 chatusage.py), absurd"
    ),
    _odd(
        "invalid-utf8", Quirk.INVALID_UTF8, "RFC 8259 section 8.1 broken; relays that cut inside a character"
    ),
    _odd(
        "lone-surrogate", Quirk.LONE_SURROGATE, "RFC 8259 section 8.2: unpaired surrogates are unpredictable"
    ),
    _odd(
        "wrong-size", Quirk.WRONG_SIZE, "googleapis/python-genai#2110 and js-genai#1461: the size is ignored"
    ),
    _odd("blank-image", Quirk.BLANK_IMAGE, "our own control: a picture of one colour"),
    _odd("tiny-image", Quirk.TINY_IMAGE, "tracking pixels: 1 x 1"),
    _odd(
        "broken-image", Quirk.BROKEN_IMAGE, "openrouter.ai/docs zero-completion-insurance: must be decodable"
    ),
    _odd(
        "same-image", Quirk.SAME_IMAGE, "openrouter.ai/docs response-caching: the same answer for everybody"
    ),
    _odd("wrong-mime", Quirk.WRONG_MIME, "vercel/ai fixtures: image/jpeg where PNG was expected"),
    _odd(
        "drafts", Quirk.DRAFTS, "docs.apiyi.com nano-banana-usage-metadata: several pictures, the last counts"
    ),
    _odd(
        "snake-case", Quirk.SNAKE_CASE, "protobuf JSON mapping: parsers accept both; relays send inline_data"
    ),
    _odd(
        "image-in-text",
        Quirk.IMAGE_IN_TEXT,
        "QuantumNous/new-api markdown_image.go; gpt_image_playground#133",
    ),
    _odd(
        "image-parts",
        Quirk.IMAGE_PARTS,
        "openai types/chat content parts; relays that mirror the request's form",
    ),
    _odd("image-object", Quirk.IMAGE_OBJECT, "BerriAI/litellm#13983"),
    _odd("image-as-url", Quirk.IMAGE_AS_URL, "docs.requesty.ai features/image-generation: url by default"),
)
