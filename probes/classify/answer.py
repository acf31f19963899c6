"""The facts of an accepted answer: errors inside it, its end, and whether it holds what was asked for."""

from typing import Any

from probes.classify import codes
from probes.classify.complaint import normal, parse
from probes.model import (
    Broken,
    ErrorKind,
    Exchange,
    Fault,
    Finish,
    Kind,
    Output,
    OutputKind,
    Record,
    Terminal,
    Verdict,
)

Finding = tuple[ErrorKind, str]

_WANTED = {
    Kind.TOOLS: OutputKind.TOOL,
    Kind.IMAGE: OutputKind.IMAGE,
    Kind.EDIT: OutputKind.IMAGE,
    Kind.EMBED: OutputKind.VECTOR,
    Kind.RERANK: OutputKind.RANKING,
    Kind.SPEECH: OutputKind.AUDIO,
    Kind.REACH: OutputKind.LIST,
}
_BY_WEIGHT = (Verdict.FAILED, Verdict.FILTERED, Verdict.UNKNOWN, Verdict.NOTHING, Verdict.LENGTH)


def fault(record: Record) -> Any:
    """The body of the first error object inside the answer, or None."""
    faults: list[Fault] = record.facts(Fault)
    return faults[0].body if faults else None


def weigh(record: Record) -> Finding | None:
    """What is wrong with an answer that holds no error object."""
    ended = any(isinstance(delta.fact, Finish | Terminal) for delta in record.deltas)
    cut = record.last.event_stream and not ended
    broken: list[Broken] = record.facts(Broken)
    if broken and not (cut and isinstance(record.deltas[-1].fact, Broken) and len(broken) == 1):
        return ErrorKind.MALFORMED_RESPONSE, broken[0].detail
    if cut and record.last.bytes_received:
        return ErrorKind.TRUNCATED_STREAM, "the stream ended without an end marker"
    finish = _finish(record)
    found = _of_finish(finish, has_answer=_has_answer(record)) if finish else None
    return found or _of_emptiness(record)


def _finish(record: Record) -> Finish | None:
    """The reason that weighs most: one bad end is not undone by a later good one."""
    finishes: list[Finish] = record.facts(Finish)
    ranked = (finish for verdict in _BY_WEIGHT for finish in finishes if finish.verdict is verdict)
    return next(ranked, None)


def _of_finish(finish: Finish, *, has_answer: bool) -> Finding | None:
    words = f"finish reason {finish.reason}"
    code = (normal(finish.reason),)
    by_verdict = {
        Verdict.FAILED: codes.exact(code) or codes.wide(code) or ErrorKind.ERROR_IN_RESPONSE,
        Verdict.FILTERED: ErrorKind.CONTENT_FILTERED,
        Verdict.UNKNOWN: ErrorKind.ERROR_IN_RESPONSE,
        Verdict.NOTHING: ErrorKind.EMPTY_OUTPUT,
    }
    if finish.verdict is Verdict.LENGTH:
        return None if has_answer else (ErrorKind.OUTPUT_LIMIT, f"{words} and no answer before it")
    return by_verdict[finish.verdict], words


def _of_emptiness(record: Record) -> Finding | None:
    if _has_answer(record):
        return None
    outputs: list[Output] = record.facts(Output)
    if any(output.kind is OutputKind.REFUSAL for output in outputs):
        return ErrorKind.CONTENT_FILTERED, "the model refused"
    if _kind(record) is Kind.REACH and _lists_nothing(record.last):
        return None
    seen = sorted({output.kind.value for output in outputs})
    return ErrorKind.EMPTY_OUTPUT, f"no {_wanted(record)} in the answer, only {', '.join(seen) or 'nothing'}"


def _lists_nothing(exchange: Exchange) -> bool:
    """Whether the body is a models list without members: the question was answered."""
    said = parse(exchange.body)
    members = said.get("data", said.get("models")) if isinstance(said, dict) else said
    return isinstance(members, list) and not members


def _kind(record: Record) -> Kind:
    return record.ask.probe.kind if record.ask.probe else Kind.REACH


def _wanted(record: Record) -> OutputKind:
    return _WANTED.get(_kind(record), OutputKind.TEXT)


def _has_answer(record: Record) -> bool:
    """Whether there is any of what was asked for; blank text and drafts are not."""
    wanted = _wanted(record)
    outputs: list[Output] = record.facts(Output)
    return any(
        output.kind is wanted and not output.draft and bool(output.text.strip() or output.url)
        for output in outputs
    )
