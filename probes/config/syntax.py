"""What is wrong with text that is no YAML, in words that say what to change."""

from typing import Any

from probes.config.shown import masked

_CUT = "the file ends in the middle of something; is it still being written?"
_QUOTE = "put the value in quotes"


def syntax_error(error: Any, text: str) -> tuple[int, str]:
    """The line (from 1) and the message for one of the library's errors. Never quotes the file."""
    mark = getattr(error, "problem_mark", None)
    if mark is None:  # a reader error: characters that YAML does not allow
        position = getattr(error, "position", 0)
        return text.count("\n", 0, position) + 1, "holds a control character; write it as an escape in quotes"
    problem = str(error.problem)
    begun = getattr(error, "context_mark", None)
    if not text[_offset(text, mark) :].strip():
        return (begun or mark).line + 1, _CUT
    if "could not find expected ':'" in problem:
        return (begun or mark).line + 1, 'this line is not "key: value"'
    return mark.line + 1, _message(problem, text[_offset(text, mark) :][:1])


def _message(problem: str, char: str) -> str:
    if char == "\t":
        return "a tab cannot indent; use spaces"
    if "cannot start any token" in problem:
        return f"a value cannot begin with {char}; {_QUOTE}"
    if "mapping values are not allowed" in problem:
        return f'": " is not possible here; indent the line like its neighbours, or {_QUOTE}'
    return f"not valid YAML: {masked(problem)}"


def _offset(text: str, mark: Any) -> int:
    start = 0
    for _ in range(mark.line):
        start = text.find("\n", start) + 1
        if start == 0:
            return len(text)
    return min(start + int(mark.column), len(text))
