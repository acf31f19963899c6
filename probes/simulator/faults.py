"""Refusals as they are really worded: each API has its own body for the same thing, which makes them hard.

`%MODEL%`, `%ID%`, `%KEY%` and `%ELSEWHERE%` are filled in for each request. Where an API has no form of its
own here, it speaks OpenAI's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from probes.simulator.encoding import Headers, as_json, body_reply
from probes.simulator.script import Reply
from probes.simulator.ticket import Ticket


class Dialect(StrEnum):
    """Who words the errors."""

    OPENAI = "openai"
    OPENROUTER = "openrouter"
    NEWAPI = "new-api"
    GOOGLE = "google"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One refusal. A `body` that is text is HTML."""

    status: int
    body: Any
    headers: Headers = ()


Wording = Mapping[Dialect, Problem]


def openai(status: int, message: str, kind: str, code: str | None = None, headers: Headers = ()) -> Problem:
    """`{"error": {"message", "type", "param", "code"}}`."""
    error = {"message": message, "type": kind, "param": None, "code": code}
    return Problem(status=status, body={"error": error}, headers=headers)


def openrouter(status: int, message: str, kind: str = "", headers: Headers = ()) -> Problem:
    """`{"error": {"code": int, "message", "metadata": {"error_type"}}}`."""
    error: dict[str, Any] = {"code": status, "message": message}
    if kind:
        error["metadata"] = {"error_type": kind}
    return Problem(status=status, body={"error": error}, headers=headers)


def newapi(status: int, message: str, code: str = "", kind: str = "new_api_error") -> Problem:
    """`{"error": {"message" with the request id at its end, "type", "param", "code"}}`."""
    error = {"message": f"{message} (request id: %ID%)", "type": kind, "param": "", "code": code}
    return Problem(status=status, body={"error": error})


def google(status: int, name: str, message: str, details: list[dict[str, Any]] | None = None) -> Problem:
    """`{"error": {"code": int, "message", "status", "details"}}`."""
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details is not None:
        error["details"] = details
    return Problem(status=status, body={"error": error})


def refusal(
    wording: Wording, dialect: Dialect, ticket: Ticket, model: str = "", *, after_s: float = 0.0
) -> Reply:
    """The problem in the words of that API, filled in."""
    problem = wording.get(dialect) or wording[Dialect.OPENAI]
    blanks = blanks_of(dialect, ticket, model)
    html = isinstance(problem.body, str)
    body = problem.body.encode() if html else as_json(problem.body)
    headers = tuple((name, _filled(value.encode(), blanks).decode()) for name, value in problem.headers)
    mime = "text/html; charset=UTF-8" if html else "application/json; charset=utf-8"
    return body_reply(problem.status, _filled(body, blanks), mime, headers, after_s=after_s)


def error_object(wording: Wording, dialect: Dialect, ticket: Ticket, model: str = "") -> bytes:
    """The JSON of the problem alone, for the middle of a stream."""
    problem = wording.get(dialect) or wording[Dialect.OPENAI]
    return _filled(as_json(problem.body), blanks_of(dialect, ticket, model))


def blanks_of(dialect: Dialect, ticket: Ticket, model: str) -> dict[bytes, str]:
    """What stands for each placeholder on this request."""
    request_id = ticket.oneapi_id if dialect is Dialect.NEWAPI else ticket.text(24)
    return {
        b"%MODEL%": model,
        b"%ID%": request_id,
        b"%KEY%": ticket.key,
        b"%ELSEWHERE%": _elsewhere(ticket.base_url),
    }


def _filled(data: bytes, blanks: Mapping[bytes, str]) -> bytes:
    for blank, value in blanks.items():
        data = data.replace(blank, value.encode())
    return data


def _elsewhere(base_url: str) -> str:
    """The same listener under another host name: whoever follows there shows up in the log."""
    if "//127.0.0.1" in base_url:
        return base_url.replace("//127.0.0.1", "//localhost")
    scheme, _, host = base_url.partition("://")
    return f"{scheme}://127.0.0.1:{host.rpartition(':')[2]}"
