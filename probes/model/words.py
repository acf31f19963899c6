"""The closed vocabularies. Each is spelled here once: journal, metrics, API and page use these values."""

from enum import StrEnum


class Kind(StrEnum):
    """What a probe asks for."""

    CHAT = "chat"
    STRUCTURED = "structured"
    TOOLS = "tools"
    VISION = "vision"
    IMAGE = "image"
    EDIT = "edit"
    EMBED = "embed"
    RERANK = "rerank"
    SPEECH = "speech"
    TRANSCRIBE = "transcribe"
    REACH = "reach"  # the free question; never written in a configuration


class WireName(StrEnum):
    """The protocol spoken."""

    MODELS_LIST = "models-list"
    OPENAI_CHAT = "openai-chat"
    OPENAI_RESPONSES = "openai-responses"
    OPENAI_IMAGES = "openai-images"
    OPENAI_IMAGES_ASYNC = "openai-images-async"
    OPENROUTER_IMAGES = "openrouter-images"
    OPENAI_EMBEDDINGS = "openai-embeddings"
    OPENAI_SPEECH = "openai-speech"
    OPENAI_TRANSCRIPTIONS = "openai-transcriptions"
    RERANK = "rerank"
    ANTHROPIC_MESSAGES = "anthropic-messages"
    GEMINI_GENERATE = "gemini-generate"


class Api(StrEnum):
    """Which wires a provider speaks by default."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"


class Auth(StrEnum):
    """Where the key goes."""

    BEARER = "bearer"
    X_GOOG_API_KEY = "x-goog-api-key"
    X_API_KEY = "x-api-key"
    NONE = "none"


class Outcome(StrEnum):
    """How one executed probe ended."""

    OK = "ok"
    FAILED = "failed"
    EXCLUDED = "excluded"


class Reason(StrEnum):
    """Why a probe was sent."""

    SCHEDULED = "scheduled"
    CONFIRM = "confirm"
    ESCALATE = "escalate"
    MANUAL = "manual"
    REACH = "reach"


class SkipReason(StrEnum):
    """Why a slot was not executed."""

    BUDGET = "budget"
    OVERLOAD = "overload"
    OVERLAP = "overlap"
    MAINTENANCE = "maintenance"
    PAUSED = "paused"
    ABORTED = "aborted"  # we stopped or died; its intent stays spent
    STABLE = "stable"
    UNREACHABLE = "unreachable"


class State(StrEnum):
    """Of a channel."""

    OPERATIONAL = "operational"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"
    MAINTENANCE = "maintenance"
    MISCONFIGURED = "misconfigured"


class Flag(StrEnum):
    """A remark on a result that does not change its outcome."""

    WRONG_MODEL = "wrong_model"
    CACHED_ANSWER = "cached_answer"
    UNVERIFIED_IMAGE = "unverified_image"


class CostBasis(StrEnum):
    """Where the figure of `cost_usd` comes from."""

    REPORTED = "reported"
    COMPUTED = "computed"
    ESTIMATED = "estimated"


class Billed(StrEnum):
    """What a provider charges for."""

    ATTEMPT = "attempt"
    SUCCESS = "success"
    SUBMIT_REFUND = "submit_refund"


class ErrorGroup(StrEnum):
    """Whose trouble an error is."""

    NETWORK = "network"
    TIME = "time"
    PROVIDER = "provider"
    CAPACITY = "capacity"
    ANSWER = "answer"
    OURS = "ours"
    POLICY = "policy"


class ErrorKind(StrEnum):
    """The closed set: metric label, text key of the page, anchor of the runbook."""

    DNS_FAILURE = "dns_failure"
    CONNECT_FAILURE = "connect_failure"
    CONNECT_TIMEOUT = "connect_timeout"
    TLS_FAILURE = "tls_failure"
    CONNECTION_RESET = "connection_reset"
    FIRST_TOKEN_TIMEOUT = "first_token_timeout"  # noqa: S105 - a name, not a password
    STALLED = "stalled"
    TOTAL_TIMEOUT = "total_timeout"
    OVERLOADED = "overloaded"
    UPSTREAM_ERROR = "upstream_error"
    SERVER_ERROR = "server_error"
    EDGE_ERROR = "edge_error"
    MODEL_NOT_FOUND = "model_not_found"
    REDIRECTED = "redirected"
    RATE_LIMITED = "rate_limited"
    EMPTY_OUTPUT = "empty_output"
    MALFORMED_RESPONSE = "malformed_response"
    TRUNCATED_STREAM = "truncated_stream"
    ERROR_IN_RESPONSE = "error_in_response"
    SCHEMA_MISMATCH = "schema_mismatch"
    WRONG_ANSWER = "wrong_answer"
    INVALID_IMAGE = "invalid_image"
    WRONG_IMAGE_SIZE = "wrong_image_size"
    OVERSIZED_RESPONSE = "oversized_response"
    TASK_FAILED = "task_failed"
    UNAUTHORIZED = "unauthorized"
    INSUFFICIENT_BALANCE = "insufficient_balance"
    FORBIDDEN = "forbidden"
    REGION_BLOCKED = "region_blocked"
    BAD_REQUEST = "bad_request"
    OUTPUT_LIMIT = "output_limit"
    LOCAL_NETWORK = "local_network"
    INTERNAL_ERROR = "internal_error"
    CONTENT_FILTERED = "content_filtered"

    @property
    def group(self) -> ErrorGroup:
        """Whose trouble it is."""
        return _GROUP[self]

    @property
    def outcome(self) -> Outcome:
        """What a result with this error is: ours and policy are excluded, the rest failed."""
        excluded = self.group in (ErrorGroup.OURS, ErrorGroup.POLICY)
        return Outcome.EXCLUDED if excluded else Outcome.FAILED


_BOUNDS = (  # the first error of each group, in the order of the enum
    (ErrorKind.DNS_FAILURE, ErrorGroup.NETWORK),
    (ErrorKind.FIRST_TOKEN_TIMEOUT, ErrorGroup.TIME),
    (ErrorKind.OVERLOADED, ErrorGroup.PROVIDER),
    (ErrorKind.RATE_LIMITED, ErrorGroup.CAPACITY),
    (ErrorKind.EMPTY_OUTPUT, ErrorGroup.ANSWER),
    (ErrorKind.UNAUTHORIZED, ErrorGroup.OURS),
    (ErrorKind.CONTENT_FILTERED, ErrorGroup.POLICY),
)


def _groups() -> dict[ErrorKind, ErrorGroup]:
    starts, group, out = dict(_BOUNDS), ErrorGroup.NETWORK, {}
    for kind in ErrorKind:
        group = starts.get(kind, group)
        out[kind] = group
    return out


_GROUP = _groups()

TEXT_KINDS = frozenset({Kind.CHAT, Kind.STRUCTURED, Kind.TOOLS, Kind.VISION})
IMAGE_KINDS = frozenset({Kind.IMAGE, Kind.EDIT})
MEDIA_KINDS = IMAGE_KINDS | {Kind.SPEECH, Kind.TRANSCRIBE}
