"""Channels that refuse, each in its own words. Bodies are in wordings.py; here is who was seen saying so."""

from probes.simulator.scenario import Scenario, Scope

_NEWAPI_UTILS = "QuantumNous/new-api middleware/utils.go (type new_api_error, request id in the message)"
_OR_ERRORS = "OpenRouterTeam/docs api_reference/errors-and-debugging.mdx"


def _refusal(
    name: str, about: str, source: str, *, after_s: float = 0.1, scope: Scope = Scope.PAID
) -> Scenario:
    return Scenario(name=name, about=about, source=source, fault=name, fault_after_s=after_s, scope=scope)


REFUSALS = (
    _refusal(
        "unauthorized",
        "401, or Google's 400 API_KEY_INVALID, as each API words it",
        "openai 2.54.0; Fosowl/agenticSeek#407 (User not found.); continuedev/continue#8516 (Google); "
        "Calcium-Ion/new-api-horizon#32 (无效的令牌)",
        scope=Scope.ALL,
    ),
    _refusal(
        "unauthorized-google",
        "Google's 400 API_KEY_INVALID from any gateway",
        "google/timesketch#3703: the body in full",
        scope=Scope.ALL,
    ),
    _refusal(
        "unauthorized-google-array",
        "the same as an array of one element",
        "continuedev/continue#8516; google-genai 3.4.0 errors.py unwraps it",
        scope=Scope.ALL,
    ),
    _refusal(
        "unauthorized-new-api",
        "new-api's 401 无效的令牌 from any gateway",
        f"Calcium-Ion/new-api-horizon#32; {_NEWAPI_UTILS}",
        scope=Scope.ALL,
    ),
    _refusal(
        "unauthorized-echo",
        "401 that repeats the whole key",
        "OpenAI's own 401 quotes the key in part; whole in relays (BerriAI/litellm#24902 is the same leak)",
        scope=Scope.ALL,
    ),
    _refusal(
        "payment-required",
        "402, as each API words it",
        f"Aider-AI/aider#4851 (DeepSeek's odd type and code); {_OR_ERRORS}; discuss.ai.google.dev t/183654",
    ),
    _refusal(
        "quota-new-api",
        "new-api's 403 insufficient_user_quota",
        "QuantumNous/new-api service/pre_consume_quota.go; QuantumNous/new-api#6929 (the message)",
    ),
    _refusal(
        "quota-openai",
        "OpenAI's 429 insufficient_quota, which is no rate limit",
        "dev-hato/hato-bot#4552: the body in full",
    ),
    _refusal(
        "rate-limited",
        "429 with Retry-After: 7 (Google: RetryInfo 34.4s; new-api: neither)",
        "vercel/ai fixture google-429-retry-info.json; "
        f"{_OR_ERRORS}; QuantumNous/new-api middleware/model-rate-limit.go",
    ),
    _refusal(
        "saturated",
        "429 当前分组上游负载已饱和 with code insufficient_quota: the gateway's own account",
        "songquanpeng/one-api controller/relay.go; BettaFish#579",
    ),
    _refusal("server-error", "500, as each API words it", f"openai 2.54.0 InternalServerError; {_OR_ERRORS}"),
    _refusal(
        "upstream-error",
        "502, 504 or new-api's bad_response_status_code: the gateway blames its upstream",
        f"QuantumNous/new-api service/error.go and types/error.go; {_OR_ERRORS} (provider_unavailable)",
    ),
    _refusal(
        "overloaded",
        "503, as each API words it; new-api wraps Google's body as text",
        f"continuedev/continue#10639 (nested JSON); {_OR_ERRORS} (provider_overloaded)",
    ),
    _refusal(
        "overloaded-529", "Anthropic's 529 through a relay", "anthropic 2.11.0 types/shared/error_type.py"
    ),
    _refusal(
        "overloaded-in-200",
        "an overload with status 200 and a machine code",
        "QuantumNous/new-api#7399: errors in 200 bodies are not noticed",
        after_s=2.0,
    ),
    _refusal(
        "error-in-200",
        '`{"error": …}` with status 200 and no code',
        "OpenRouterTeam/ai-sdk-provider src/schemas/error-response.ts: a valid 200 body",
        after_s=2.0,
    ),
    _refusal(
        "model-not-found",
        "404 (new-api: 503), as each API words it",
        f"openai 2.54.0 NotFoundError; {_OR_ERRORS}; portkey.ai error-library 10564 (Google)",
    ),
    _refusal(
        "unavailable-new-api",
        'new-api\'s 503 model_not_found, "No available channel for model … under group …"',
        "QuantumNous/new-api#6915: the message in full; middleware/distributor.go",
    ),
    _refusal(
        "forbidden",
        "403, as each API words it",
        f"{_OR_ERRORS} (permission_denied); QuantumNous/new-api middleware/distributor.go",
    ),
    _refusal(
        "region-blocked",
        "403, or Google's 400 FAILED_PRECONDITION",
        "openai help, unsupported_country_region_territory; portkey.ai error-library 10128 (Google)",
    ),
    _refusal(
        "bad-request", "400, as each API words it", "openai 2.54.0 BadRequestError; vercel/ai#22372 fixture"
    ),
    _refusal(
        "moderated",
        "a filter refuses the prompt: 400 moderation_blocked, 403 on OpenRouter",
        f"jeffstric/ZJT#480; {_OR_ERRORS} (moderation); new-api relay-gemini.go (prompt_blocked)",
    ),
    _refusal(
        "html-200",
        "a page of HTML with status 200",
        "captive portals and login walls: RFC 8952 section 1",
        scope=Scope.ALL,
    ),
    _refusal("nginx-502", "nginx' 502 page", "nginx 1.22 ngx_http_special_response.c", after_s=1.0),
    _refusal(
        "cloudflare-524",
        "Cloudflare's 524 page after 100 s",
        "su-kaka/gcli2api#354: the page in full; Cloudflare docs, error 524",
        after_s=100.0,
    ),
    _refusal(
        "redirect",
        "307 to another host name of this same listener, whose log shows who followed",
        "RFC 9110 section 15.4.8; encode/httpx _client.py strips only Authorization",
        scope=Scope.ALL,
    ),
    _refusal(
        "redirect-inside",
        "308 to the metadata address of a cloud",
        "OWASP server-side request forgery, 169.254.169.254",
        scope=Scope.ALL,
    ),
    Scenario(
        name="no-list",
        about="404 for the models list; everything paid works",
        source="docs of gateways without /models; status 404, 405 or 501 there says unsupported",
        fault="not-found",
        scope=Scope.LIST,
    ),
    Scenario(
        name="flaky",
        about="every fourth request fails with 500",
        source="openrouter.ai/docs for-providers section 10: below 80 % is down, below 95 % degraded",
        fault="server-error",
        pattern="...x",
    ),
)
