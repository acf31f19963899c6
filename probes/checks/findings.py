"""What a look into an answer's content found."""

from dataclasses import dataclass

from probes.model import ErrorKind, Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """An error ends the result as failed or excluded; flags are remarks; `detail` is redacted."""

    error: ErrorKind | None = None
    detail: str | None = None
    flags: tuple[str, ...] = ()
    images: tuple[Image, ...] = ()
