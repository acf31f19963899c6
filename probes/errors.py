"""genping's own exceptions. A failing channel is a Result, never an exception."""

from pathlib import Path


class GenpingError(Exception):
    """The root: something that a person must mend. `str()` is one line that says what to do."""

    exit_code = 1


class ConfigError(GenpingError):
    """The configuration is wrong. One line: file, line, path of the key, what is wrong, what is right."""

    exit_code = 2

    def __init__(
        self, message: str, *, file: Path | str = "", line: int | None = None, key: str = ""
    ) -> None:
        self.file, self.line, self.key, self.message = str(file), line, key, message
        where = f"{file}:{line}" if line is not None else str(file)
        super().__init__(": ".join(part for part in (where, key, message) if part))


class UsageError(GenpingError):
    """The command line asks for something that is not there (a channel, a probe, a key)."""

    exit_code = 2


class JournalError(GenpingError):
    """The journal cannot be opened or written (locked by another prober, disk full, damaged)."""


class ProgrammingError(GenpingError):
    """Our own bug. Never caught on the way; the traceback is wanted."""

    exit_code = 3
