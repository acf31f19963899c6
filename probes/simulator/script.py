"""A scenario played out: bytes and the times at which they leave.

One script, two players: the socket in this package, and a fake clock in the tests. So that both can be exact,
a script says everything: when the status line leaves, when each piece of the body follows, how it all ends.
"""

from dataclasses import dataclass
from enum import StrEnum


class End(StrEnum):
    """What happens after the last step."""

    COMPLETE = "complete"
    CUT = "cut"  # FIN before the body is whole
    RESET = "reset"  # RST
    STALL = "stall"  # the socket stays open and silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Bytes that leave together, `after_s` seconds after the previous step (the first: after the head).

    A step without bytes is a pause, for what comes after it: the next step or the end.
    """

    after_s: float
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One HTTP answer. `status` 0: there is no head, and without steps not a byte before the end.

    `steps` are the body before transfer coding; a long body repeats one Step, so that 10 GB cost nothing.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    steps: tuple[Step, ...] = ()
    end: End = End.COMPLETE
    head_after_s: float = 0.0  # from the last byte of the request to the status line
    head_gap_s: float = 0.0  # between the single bytes of the head; 0: it leaves at once
    raw: bool = False  # the steps leave as they are, whatever transfer coding the headers announce

    @property
    def body(self) -> bytes:
        """The whole body, whatever the pace."""
        return b"".join(step.data for step in self.steps)

    @property
    def duration_s(self) -> float:
        """From the last byte of the request to the last byte of the answer."""
        return self.head_after_s + sum(step.after_s for step in self.steps)

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)
