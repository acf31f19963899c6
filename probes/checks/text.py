"""Whether a text is the answer that was wanted."""

from probes.checks.challenge import answered, answers_another
from probes.checks.findings import Findings
from probes.checks.images import ImageInspector
from probes.model import ErrorKind, Expect, Finish, Flag, Output, OutputKind, Record, Verdict
from probes.model.redaction import redact

_SEARCHED = 65536  # characters that a configured pattern sees


async def look_at_text(record: Record, inspector: ImageInspector) -> Findings:
    """Hold the answer against the probe's `expect`."""
    probe = record.ask.probe
    outputs: list[Output] = record.facts(Output)
    text = "".join(output.text for output in outputs if output.kind is OutputKind.TEXT)
    if probe is None or probe.expect.any:
        return Findings()
    if probe.expect.challenge:
        return _of_challenge(record, text)
    if probe.expect.regex is not None:
        return await _of_pattern(record, text, probe.expect.regex, inspector)
    return _of_words(record, text, probe.expect)


def _of_challenge(record: Record, text: str) -> Findings:
    """Number and nonce, both: the number shows a model at work, the nonce that it was at work just now."""
    ask = record.ask
    if ask.expected is None or answered(text, ask.expected, ask.nonce):
        return Findings()
    flags: tuple[str, ...] = ()
    if ask.nonce.lower() not in text.lower() and answers_another(text, ask.nonce):
        flags = (Flag.CACHED_ANSWER,)
    return _wrong(record, f"no {ask.expected} and {ask.nonce}", text, flags)


async def _of_pattern(record: Record, text: str, pattern: str, inspector: ImageInspector) -> Findings:
    found = await inspector.search(pattern, text[:_SEARCHED])
    if found is None:
        return Findings(error=ErrorKind.INTERNAL_ERROR, detail="`expect.regex` took more than a second")
    return Findings() if found else _wrong(record, "no match of `expect.regex`", text)


def _of_words(record: Record, text: str, expect: Expect) -> Findings:
    wanted = (expect.contains or "").replace("{nonce}", record.ask.nonce)
    return Findings() if wanted in text else _wrong(record, "no `expect.contains`", text)


def _wrong(record: Record, missing: str, text: str, flags: tuple[str, ...] = ()) -> Findings:
    """Where the token limit cut the answer short, it is the limit that is wrong."""
    detail = redact(f"{missing} in the answer: {text}", record.ask)
    finishes: list[Finish] = record.facts(Finish)
    if any(finish.verdict is Verdict.LENGTH for finish in finishes):
        return Findings(error=ErrorKind.OUTPUT_LIMIT, detail=detail)
    return Findings(error=ErrorKind.WRONG_ANSWER, detail=detail, flags=flags)
