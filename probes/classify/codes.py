"""Machine codes and what they mean, spelled as `normal` leaves them. Sources as of 2026-11-20, by group."""

from probes.model import ErrorKind

_E = ErrorKind

# Codes that say what is wrong. They decide whatever the status is.
EXACT: dict[str, ErrorKind] = {
    # OpenAI: SDK, error-code guide
    "invalid_api_key": _E.UNAUTHORIZED,
    "account_deactivated": _E.UNAUTHORIZED,
    "insufficient_quota": _E.INSUFFICIENT_BALANCE,
    "credit_balance_exhausted": _E.INSUFFICIENT_BALANCE,
    "billing_not_active": _E.INSUFFICIENT_BALANCE,
    "billing_hard_limit_reached": _E.INSUFFICIENT_BALANCE,
    "model_not_found": _E.MODEL_NOT_FOUND,
    "rate_limit_exceeded": _E.RATE_LIMITED,
    "slow_down": _E.RATE_LIMITED,
    "server_is_overloaded": _E.OVERLOADED,
    "unsupported_country_region_territory": _E.REGION_BLOCKED,
    "content_policy_violation": _E.CONTENT_FILTERED,
    "content_filter": _E.CONTENT_FILTERED,
    "moderation_blocked": _E.CONTENT_FILTERED,
    "image_content_policy_violation": _E.CONTENT_FILTERED,
    "bio_policy": _E.CONTENT_FILTERED,
    "cf_gateway_timeout": _E.EDGE_ERROR,
    # Anthropic: SDK `types/shared/error_type.py`
    "authentication_error": _E.UNAUTHORIZED,
    "billing_error": _E.INSUFFICIENT_BALANCE,
    "overloaded_error": _E.OVERLOADED,
    "rate_limit_error": _E.RATE_LIMITED,
    # Google: `error.status`, `error.details[].reason`
    "unauthenticated": _E.UNAUTHORIZED,
    "unavailable": _E.OVERLOADED,
    "api_key_invalid": _E.UNAUTHORIZED,
    "api_key_expired": _E.UNAUTHORIZED,
    "access_token_expired": _E.UNAUTHORIZED,
    "api_key_service_blocked": _E.FORBIDDEN,
    "service_disabled": _E.FORBIDDEN,
    "consumer_suspended": _E.FORBIDDEN,
    "billing_disabled": _E.INSUFFICIENT_BALANCE,
    "pup_limited_disabled": _E.UPSTREAM_ERROR,  # a finish reason: whoever owns the key in use was banned
    # OpenRouter: `metadata.error_type`, `availability.code`
    "payment_required": _E.INSUFFICIENT_BALANCE,
    "provider_overloaded": _E.OVERLOADED,
    "temporarily_unavailable": _E.OVERLOADED,
    "capacity_exhausted": _E.RATE_LIMITED,
    "no_endpoints": _E.MODEL_NOT_FOUND,
    "model_deprecated": _E.MODEL_NOT_FOUND,
    "model_unavailable_upstream": _E.MODEL_NOT_FOUND,
    "provider_unavailable": _E.UPSTREAM_ERROR,
    "region_restricted": _E.REGION_BLOCKED,
    "refusal": _E.CONTENT_FILTERED,
    "flagged_input": _E.CONTENT_FILTERED,
    # one-api and new-api: `types/error.go`, `service/pre_consume_quota.go`, `middleware/distributor.go`
    "insufficient_user_quota": _E.INSUFFICIENT_BALANCE,
    "pre_consume_token_quota_failed": _E.INSUFFICIENT_BALANCE,
    "get_channel_failed": _E.MODEL_NOT_FOUND,
    "sensitive_words_detected": _E.CONTENT_FILTERED,
    "prompt_blocked": _E.CONTENT_FILTERED,
    # DeepSeek: a finish reason
    "insufficient_system_resource": _E.OVERLOADED,
}

# Codes by which a gateway says only that its upstream failed.
RELAYED = frozenset(
    {
        "upstream_error",
        "bad_response_status_code",
        "bad_response",
        "bad_response_body",
        "do_request_failed",
        "read_response_body_failed",
        "empty_response",
    }
)
RELAYED_PREFIX = "channel:"  # new-api: `channel:no_available_key`, `channel:response_time_exceeded`, …

# Codes that name a class as wide as a status does. Only where the status is silent: inside a 200.
WIDE: dict[str, ErrorKind] = {
    "invalid_request_error": _E.BAD_REQUEST,
    "invalid_request": _E.BAD_REQUEST,
    "invalid_argument": _E.BAD_REQUEST,
    "invalid_prompt": _E.BAD_REQUEST,
    "failed_precondition": _E.BAD_REQUEST,
    "image_generation_user_error": _E.BAD_REQUEST,
    "request_too_large": _E.BAD_REQUEST,
    "conflict_error": _E.BAD_REQUEST,
    "context_length_exceeded": _E.BAD_REQUEST,
    "permission_denied": _E.FORBIDDEN,
    "permission_error": _E.FORBIDDEN,
    "access_denied": _E.FORBIDDEN,
    "not_found": _E.MODEL_NOT_FOUND,
    "not_found_error": _E.MODEL_NOT_FOUND,
    "resource_exhausted": _E.RATE_LIMITED,
    "server_error": _E.SERVER_ERROR,
    "internal": _E.SERVER_ERROR,
    "internal_error": _E.SERVER_ERROR,
    "internal_server_error": _E.SERVER_ERROR,
    "api_error": _E.SERVER_ERROR,
    "cancelled": _E.SERVER_ERROR,
    "deadline_exceeded": _E.UPSTREAM_ERROR,
    "timeout_error": _E.UPSTREAM_ERROR,
    # reason phrases of HTTP, used as codes by many
    "bad_request": _E.BAD_REQUEST,
    "unauthorized": _E.UNAUTHORIZED,
    "forbidden": _E.FORBIDDEN,
    "too_many_requests": _E.RATE_LIMITED,
    "bad_gateway": _E.UPSTREAM_ERROR,
    "service_unavailable": _E.OVERLOADED,
    "gateway_timeout": _E.UPSTREAM_ERROR,
}


def exact(codes: tuple[str, ...]) -> ErrorKind | None:
    """The first code that says what is wrong."""
    return next((EXACT[code] for code in codes if code in EXACT), None)


def wide(codes: tuple[str, ...]) -> ErrorKind | None:
    """The first code that names a class."""
    return next((WIDE[code] for code in codes if code in WIDE), None)


def relayed(codes: tuple[str, ...]) -> bool:
    """Whether the gateway says that its upstream failed."""
    return any(code in RELAYED or code.startswith(RELAYED_PREFIX) for code in codes)
