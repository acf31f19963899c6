"""Evidence -> ErrorKind, in a fixed order.

Transport, page, JSON whatever the status, machine code, words, status, then the facts of the answer. The
first that speaks decides: a status alone lies (gateways let their operators remap them), and so do words.
"""

from dataclasses import dataclass

from probes.classify import answer, codes, edge, messages, statuses
from probes.classify.complaint import Complaint, complaint, parse
from probes.classify.retry_after import retry_after_s
from probes.model import ErrorKind, Exchange, Record
from probes.model.redaction import redact

_ACCOUNT = frozenset(  # trouble that is ours only when it is with our account
    {
        ErrorKind.UNAUTHORIZED,
        ErrorKind.INSUFFICIENT_BALANCE,
        ErrorKind.FORBIDDEN,
        ErrorKind.REGION_BLOCKED,
    }
)
_KEPT_WHEN_RELAYED = frozenset({ErrorKind.RATE_LIMITED, ErrorKind.OVERLOADED, ErrorKind.MODEL_NOT_FOUND})
_NO_SUCH_QUESTION = frozenset({404, 405, 501})
_FINE_CODES = frozenset({"", "0", "1", "200", "ok", "success", "succeeded"})  # of bodies that carry a code
_REDIRECT, _REFUSAL, _SERVER = 300, 400, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is wrong, in one word and in some; `detail` is redacted."""

    error: ErrorKind
    detail: str
    retry_after_s: float | None = None


def judge(record: Record) -> Judgement | None:
    """None: nothing is wrong that can be seen without looking into the answer's content."""
    if not record.exchanges:
        return Judgement(error=ErrorKind.INTERNAL_ERROR, detail="nothing was sent")
    return _of_transport(record) or _of_refusal(record) or _of_answer(record)


def _of_transport(record: Record) -> Judgement | None:
    """The transport's own verdict stands, unless the connection died when all had been said."""
    exchange, failure = record.last, record.last.failure
    if failure is None or record.is_whole:
        return None
    if failure.is_cut and exchange.status is not None and exchange.status >= _REDIRECT:
        return None  # a refusal: its status has been said
    begun = exchange.marks.first_byte_ns is not None
    error = ErrorKind.TRUNCATED_STREAM if failure.is_cut and begun else failure.error
    return _judgement(record, error, failure.detail)


def _of_refusal(record: Record) -> Judgement | None:
    """A page, or any status that is not of success."""
    exchange, status = record.last, record.last.status
    if status is None:
        return _judgement(
            record, ErrorKind.INTERNAL_ERROR, "an exchange without an answer and without a failure"
        )
    if record.ask.probe is None and status in _NO_SUCH_QUESTION:
        return _judgement(record, ErrorKind.BAD_REQUEST, f"unsupported: HTTP {status} for the models list")
    if _REDIRECT <= status < _REFUSAL:
        target = exchange.header("location") or "nowhere"
        return _judgement(record, ErrorKind.REDIRECTED, f"HTTP {status} to {target}")
    page = edge.page(exchange)
    if page is not None:
        return _judgement(record, page[0], f"HTTP {status}, {page[1]}")
    if status >= _REFUSAL:
        said = parse(exchange.body)
        found = complaint(said)
        error = _refused(found, status, json=not isinstance(said, str))
        return _judgement(record, error, _words(found, f"HTTP {status}"), found.retry_hint)
    return None


def _of_answer(record: Record) -> Judgement | None:
    """An error object in a 200 or a stream, then the facts."""
    body = answer.fault(record)
    if body is not None:
        found = complaint(body)
        return _judgement(record, _inside(found), _words(found, "in the answer"), found.retry_hint)
    finding = answer.weigh(record)
    if finding is None:
        return None
    hidden = (
        _hidden(record.last) if finding[0] in (ErrorKind.EMPTY_OUTPUT, ErrorKind.MALFORMED_RESPONSE) else None
    )
    if hidden is not None:
        return _judgement(record, _inside(hidden), _words(hidden, "in the answer"), hidden.retry_hint)
    return _judgement(record, finding[0], finding[1])


def _hidden(exchange: Exchange) -> Complaint | None:
    """The error of a body that carries its own status beside HTTP's 200 (`{"code": 402, "msg": "…"}`)."""
    said = parse(exchange.body)
    if not isinstance(said, dict):
        return None
    code = said.get("code", said.get("status_code", ""))
    if not isinstance(code, str | int) or isinstance(code, bool) or str(code).lower() in _FINE_CODES:
        return None
    return complaint(said)


def _refused(found: Complaint, status: int, *, json: bool) -> ErrorKind:
    """A refusal: exact codes, words, what the gateway says of its upstream, a status inside, the status."""
    error = codes.exact(found.codes) or messages.meaning(found.message)
    if error is None:
        error = statuses.meaning(found.number or status, json=json)
        if codes.relayed(found.codes) and error not in _KEPT_WHEN_RELAYED:
            error = ErrorKind.UPSTREAM_ERROR
    return _blamed(error, found, status)


def _inside(found: Complaint) -> ErrorKind:
    """An error object without a status of its own: only a machine code can say what it is."""
    error = codes.exact(found.codes)
    if error is None and (found.number is not None or codes.wide(found.codes) or codes.relayed(found.codes)):
        error = messages.meaning(found.message)
    if error is None and found.number is not None:
        error = statuses.meaning(found.number, json=True)
    if error is None:
        error = codes.wide(found.codes)
    if codes.relayed(found.codes) and error not in _KEPT_WHEN_RELAYED:
        error = ErrorKind.UPSTREAM_ERROR
    return _blamed(error or ErrorKind.ERROR_IN_RESPONSE, found, found.number or 0)


def _blamed(error: ErrorKind, found: Complaint, status: int) -> ErrorKind:
    """Account trouble that a gateway has with its upstream is the gateway's.

    Evidence: it types the error so, names who said it, speaks of its upstream, or takes the blame by a 5xx.
    """
    behind = found.upstream or codes.relayed(found.codes) or messages.of_upstream(found.message)
    if error in _ACCOUNT and (behind or status >= _SERVER):
        return ErrorKind.UPSTREAM_ERROR
    return error


def _words(found: Complaint, where: str) -> str:
    """`HTTP 429 rate_limit_exceeded: Rate limit reached`."""
    shown = [code for code in found.codes if code != "error"]
    number = "" if found.number is None or where.endswith(str(found.number)) else f" {found.number}"
    return f"{where}{number} {' '.join(shown[:3])}".rstrip() + f": {found.message}"


def _judgement(record: Record, error: ErrorKind, detail: str, hint: str = "") -> Judgement:
    """Every word that leaves is cleaned here."""
    limited = error is ErrorKind.RATE_LIMITED
    refused = record.last.status is not None and record.last.status >= _REFUSAL
    wait_s = retry_after_s(record.last, hint, limited=limited) if refused or hint else None
    return Judgement(error=error, detail=redact(detail.rstrip(": "), record.ask), retry_after_s=wait_s)
