"""The table of refusals: fault -> API -> what it says. Sources are with the scenarios that use them."""

import json

from probes.simulator.faults import Dialect, Problem, Wording, google, newapi, openai, openrouter

_O, _R, _N, _G = Dialect.OPENAI, Dialect.OPENROUTER, Dialect.NEWAPI, Dialect.GOOGLE
_INFO = "type.googleapis.com/google.rpc.ErrorInfo"
_HIGH_DEMAND = (
    "This model is currently experiencing high demand. Spikes in demand are usually temporary. "
    "Please try again later."
)
_NESTED_HIGH_DEMAND = json.dumps(
    {"error": {"code": 503, "message": _HIGH_DEMAND, "status": "UNAVAILABLE"}}, indent=2
)
_BAD_KEY = google(
    400,
    "INVALID_ARGUMENT",
    "API key not valid. Please pass a valid API key.",
    [
        {
            "@type": _INFO,
            "reason": "API_KEY_INVALID",
            "domain": "googleapis.com",
            "metadata": {"service": "generativelanguage.googleapis.com"},
        },
        {
            "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
            "locale": "en-US",
            "message": "API key not valid. Please pass a valid API key.",
        },
    ],
)
_BAD_TOKEN = newapi(401, "无效的令牌")
_NO_QUOTA = newapi(403, "用户额度不足, 剩余额度: ＄-0.000002", "insufficient_user_quota")  # noqa: RUF001 - its own sign
_NO_CHANNEL = newapi(
    503, "No available channel for model %MODEL% under group default (distributor)", "model_not_found"
)
_LIMITED = (
    ("Retry-After", "7"),
    ("x-ratelimit-limit-requests", "60"),
    ("x-ratelimit-remaining-requests", "0"),
)
_ECHO = "Incorrect API key provided: %KEY%. You can find your API key in your dashboard."

FAULTS: dict[str, Wording] = {
    "unauthorized": {
        _O: openai(
            401, "Incorrect API key provided: sk-sim-****.", "invalid_request_error", "invalid_api_key"
        ),
        _R: openrouter(401, "User not found."),
        _N: _BAD_TOKEN,
        _G: _BAD_KEY,
    },
    "unauthorized-google": {_O: _BAD_KEY},
    "unauthorized-google-array": {_O: Problem(status=400, body=[_BAD_KEY.body])},
    "unauthorized-new-api": {_O: _BAD_TOKEN},
    "unauthorized-echo": {_O: openai(401, _ECHO, "invalid_request_error", "invalid_api_key")},
    "payment-required": {
        _O: openai(402, "Insufficient Balance", "unknown_error", "invalid_request_error"),
        _R: openrouter(402, "Insufficient credits. Add more and retry the request.", "payment_required"),
        _G: google(402, "RESOURCE_EXHAUSTED", "Your prepayment credits are depleted."),
    },
    "quota-new-api": {_O: _NO_QUOTA},
    "quota-openai": {
        _O: openai(
            429,
            "You exceeded your current quota, please check your plan and billing details.",
            "insufficient_quota",
            "insufficient_quota",
        )
    },
    "rate-limited": {
        _O: openai(
            429,
            "Rate limit reached for %MODEL%. Please try again in 7s.",
            "requests",
            "rate_limit_exceeded",
            _LIMITED,
        ),
        _R: openrouter(429, "Rate limit exceeded", "rate_limit_exceeded", (("Retry-After", "7"),)),
        _N: newapi(429, "您已达到请求数限制：1分钟内最多请求10次"),  # noqa: RUF001 - Chinese punctuation
        _G: google(
            429,
            "RESOURCE_EXHAUSTED",
            "You exceeded your current quota, please check your plan.",
            [
                {
                    "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                    "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier"}],
                },
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34.4s"},
            ],
        ),
    },
    "saturated": {
        _O: newapi(
            429,
            "当前分组上游负载已饱和，请稍后再试",  # noqa: RUF001 - Chinese punctuation
            "insufficient_quota",
            "upstream_error",
        )
    },
    "server-error": {
        _O: openai(500, "The server had an error while processing your request.", "server_error"),
        _R: openrouter(500, "Internal Server Error", "server"),
        _N: newapi(500, "system error", ""),
        _G: google(500, "INTERNAL", "An internal error has occurred. Please retry."),
    },
    "upstream-error": {
        _O: openai(502, "upstream returned an invalid response", "upstream_error", "bad_gateway"),
        _R: openrouter(502, "Provider returned error", "provider_unavailable"),
        _N: newapi(500, "bad response status code 500", "bad_response_status_code", "upstream_error"),
        _G: google(504, "DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
    },
    "overloaded": {
        _O: openai(503, "The server is currently overloaded.", "server_error", "server_is_overloaded"),
        _R: openrouter(503, "The provider is overloaded, try again later.", "provider_overloaded"),
        _N: newapi(503, _NESTED_HIGH_DEMAND, "bad_response_status_code", "upstream_error"),
        _G: google(503, "UNAVAILABLE", _HIGH_DEMAND),
    },
    "overloaded-529": {
        _O: Problem(
            status=529,
            body={
                "type": "error",
                "error": {"type": "overloaded_error", "message": "Overloaded"},
                "request_id": "%ID%",
            },
        )
    },
    "overloaded-in-200": {
        _O: openai(200, "The server is currently overloaded.", "server_error", "server_is_overloaded"),
        _R: openrouter(200, "The provider is overloaded, try again later.", "provider_overloaded"),
        _G: google(200, "UNAVAILABLE", _HIGH_DEMAND),
    },
    "error-in-200": {
        _O: Problem(status=200, body={"error": {"message": "generation failed"}, "user_id": "u_1"})
    },
    "midstream": {
        _O: openai(200, "The server had an error while processing your request.", "server_error"),
        _R: openrouter(502, "Provider disconnected", "provider_unavailable"),
        _N: newapi(200, "unexpected EOF", "read_response_body_failed", "upstream_error"),
        _G: google(503, "UNAVAILABLE", _HIGH_DEMAND),
    },
    "model-not-found": {
        _O: openai(404, "The model `%MODEL%` does not exist.", "invalid_request_error", "model_not_found"),
        _R: openrouter(404, "No endpoints found for %MODEL%.", "not_found"),
        _N: _NO_CHANNEL,
        _G: google(404, "NOT_FOUND", "models/%MODEL% is not found for API version v1beta."),
    },
    "unavailable-new-api": {_O: _NO_CHANNEL},
    "forbidden": {
        _O: openai(403, "Your key may not use %MODEL%.", "permission_error", "permission_denied"),
        _R: openrouter(403, "This key may not use this model.", "permission_denied"),
        _N: newapi(403, "该令牌无权访问模型 %MODEL%"),
        _G: google(403, "PERMISSION_DENIED", "The caller does not have permission"),
    },
    "region-blocked": {
        _O: openai(
            403,
            "Country, region, or territory not supported",
            "request_forbidden",
            "unsupported_country_region_territory",
        ),
        _R: openrouter(403, "This model is not available in your region.", "region_restricted"),
        _G: google(400, "FAILED_PRECONDITION", "User location is not supported for the API use."),
    },
    "bad-request": {
        _O: openai(
            400, "Unsupported parameter: 'max_tokens'.", "invalid_request_error", "unsupported_parameter"
        ),
        _R: openrouter(400, 'Input required: specify "prompt" or "messages"', "invalid_request"),
        _N: newapi(400, "field model is required", "invalid_request"),
        _G: google(400, "INVALID_ARGUMENT", "Request contains an invalid argument."),
    },
    "not-found": {
        _O: openai(404, "Invalid URL", "invalid_request_error"),
        _G: google(404, "NOT_FOUND", "Requested entity was not found."),
    },
    "moderated": {
        _O: openai(
            400,
            "Your request was rejected by the safety system.",
            "image_generation_user_error",
            "moderation_blocked",
        ),
        _R: openrouter(403, "The input was flagged", "content_policy_violation"),
        _N: newapi(
            400, "request blocked by Gemini API: PROHIBITED_CONTENT", "prompt_blocked", "upstream_error"
        ),
    },
    "html-200": {_O: Problem(status=200, body="<!DOCTYPE html><html><body>Log in to continue</body></html>")},
    "nginx-502": {
        _O: Problem(
            status=502,
            body="<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center>"
            "<h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
            headers=(("Server", "nginx"),),
        )
    },
    "cloudflare-524": {
        _O: Problem(
            status=524,
            body='<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<title>gateway | 524: A timeout occurred'
            '</title>\n</head>\n<body>\n<div id="cf-wrapper">\n<div id="cf-error-details">\n'
            '<h1>A timeout occurred <span class="code-label">Error code 524</span></h1>\n'
            "</div>\n</div>\n</body>\n</html>\n",
            headers=(("Server", "cloudflare"), ("cf-ray", "%ID%-FRA")),
        )
    },
    "redirect": {
        _O: Problem(status=307, body={}, headers=(("Location", "%ELSEWHERE%/__sim/elsewhere"),)),
    },
    "redirect-inside": {
        _O: Problem(status=308, body={}, headers=(("Location", "http://169.254.169.254/latest/meta-data/"),)),
    },
}
