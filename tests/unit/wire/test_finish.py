from typing import Any

import pytest

from probes.model import Finish, Verdict
from probes.wire.finish import finish

CASES = {
    Verdict.NORMAL: "stop STOP tool_calls function_call end_turn",
    Verdict.LENGTH: "length MAX_TOKENS",
    Verdict.FILTERED: (
        "content_filter SAFETY RECITATION BLOCKLIST PROHIBITED_CONTENT SPII LANGUAGE IMAGE_SAFETY "
        "IMAGE_PROHIBITED_CONTENT IMAGE_RECITATION ESCALATION MODEL_ARMOR"
    ),
    Verdict.NOTHING: "NO_IMAGE IMAGE_OTHER OTHER MALFORMED_RESPONSE MALFORMED_FUNCTION_CALL",
    Verdict.FAILED: "error insufficient_system_resource PUP_LIMITED_DISABLED network_error",
    Verdict.UNKNOWN: "CONTINUATION FINISH_REASON_UNSPECIFIED done ok",
}


@pytest.mark.parametrize(
    ("reason", "verdict"),
    [(reason, verdict) for verdict, reasons in CASES.items() for reason in reasons.split()],
)
def test_reason_means(reason: str, verdict: Verdict) -> None:
    assert finish(reason) == Finish(reason=reason, verdict=verdict)


@pytest.mark.parametrize("value", [None, "", 0, 1, True, [], {}, ["stop"]])
def test_no_reason_is_no_finish(value: Any) -> None:
    assert finish(value) is None


def test_a_reason_of_megabytes_is_cut() -> None:
    said = finish("x" * 10_000_000)
    assert said is not None
    assert len(said.reason) == 200
