"""What finish reasons mean, over all wires: relays hand one protocol's reasons through another.

Sources, 2026-11-20: types of openai 2.54.0, openrouter 1.3.84 and google-genai 3.4.0; DeepSeek's and
LiteLLM's tables. Behind LiteLLM a dead upstream can look like a clean stop: content is judged too.
"""

from typing import Any

from probes.model import Finish, Verdict
from probes.wire.shape import label

_REASONS = {
    Verdict.NORMAL: "stop tool_calls function_call end_turn stop_sequence",
    Verdict.LENGTH: "length max_tokens",
    Verdict.FILTERED: (
        "content_filter safety recitation blocklist prohibited_content spii language image_safety "
        "image_prohibited_content image_recitation escalation model_armor jailbreak refusal"
    ),
    Verdict.NOTHING: (
        "no_image image_other other malformed_response malformed_function_call unexpected_tool_call "
        "too_many_tool_calls missing_thought_signature"
    ),
    Verdict.FAILED: ("error insufficient_system_resource network_error pup_limited pup_limited_disabled"),
}
_VERDICTS = {reason: verdict for verdict, reasons in _REASONS.items() for reason in reasons.split()}


def finish(value: Any) -> Finish | None:
    """The finish that a message states; null and "" state none. An unknown reason is never ok."""
    reason = label(value)
    return Finish(reason=reason, verdict=_VERDICTS.get(reason.lower(), Verdict.UNKNOWN)) if reason else None
