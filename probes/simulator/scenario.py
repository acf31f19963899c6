"""What a scenario is made of: a pace, and one trouble that strikes always or in a fixed pattern."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from probes.simulator.script import Reply

Bend = Callable[[Reply], Reply]
"""A trouble of the transport: the same answer, sent worse."""


class Quirk(StrEnum):
    """A trouble of the answer itself, in words that every gateway spells its own way."""

    BLANK_IMAGE = "one colour all over"
    BROKEN_IMAGE = "bytes that are no picture"
    CACHED_ANSWER = "the answer to somebody else's question"
    COSTLY_USAGE = "a cost of 999 USD"
    DRAFTS = "a draft picture before the real one"
    EMPTY = "no output at all"
    FILTERED = "stopped by a content filter"
    HUGE_USAGE = "more tokens than anybody can have"
    IMAGE_AS_URL = "the picture as a link"
    IMAGE_IN_TEXT = "the picture as Markdown with a data URI"
    IMAGE_OBJECT = "message.image, a single object"
    IMAGE_PARTS = "message.content as an array of parts"
    INVALID_UTF8 = "bytes that are not UTF-8 inside the text"
    LONE_SURROGATE = "half of a surrogate pair, escaped"
    MIDSTREAM_ERROR = "an error object after half of the output"
    NEGATIVE_USAGE = "token counts below zero"
    NO_FINISH = "no reason for the end"
    NO_IMAGE = "the model gave no picture and says so"
    NO_USAGE = "no token counts"
    ODD_FINISH = "a reason for the end that nobody knows"
    ONLY_REASONING = "thoughts and no answer"
    PROMPT_BLOCKED = "the prompt is refused, with status 200"
    SAME_IMAGE = "the same picture for everybody"
    SEPARATORS = "U+2028, U+2029 and U+0085 raw inside the JSON"
    SNAKE_CASE = "inline_data instead of inlineData"
    STREAM_IGNORED = "a whole JSON answer where a stream was asked for"
    TINY_IMAGE = "one pixel"
    WRONG_ANSWER = "a wrong sum"
    WRONG_MIME = "a type that the picture is not"
    WRONG_MODEL = "another model than was asked for"
    WRONG_SIZE = "another size than was asked for"


class Scope(StrEnum):
    """What a trouble strikes."""

    PAID = "paid"  # requests that generate
    LIST = "list"  # the models list only
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast and how much. Seconds from the end of the request; tokens are output tokens."""

    first_s: float = 0.25
    tokens_per_s: float = 50.0
    tokens: int = 0  # at least so many of text; 0: as many as the answer needs
    reasoning_tokens: int = 0
    image_s: float = 4.0
    image_extra_tokens: int = 0  # counted beside the picture's own
    image_padding: int = 0  # bytes that make the picture heavier
    keep_alive_every_s: float = 0.0  # SSE comments until the first token; 0: as the gateway does by itself
    comment: str = "keep-alive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One kind of channel. `source` says who was seen so: a capture, a thread, a line of documentation.

    `pattern` has one character per paid request, for ever again: `x` where the trouble strikes.
    """

    name: str
    about: str
    source: str
    pace: Pace = field(default_factory=Pace)
    fault: str | None = None  # an HTTP answer of faults.FAULTS
    fault_after_s: float = 0.1
    quirks: frozenset[Quirk] = frozenset()
    bends: tuple[Bend, ...] = ()
    pattern: str = "x"
    scope: Scope = Scope.PAID

    def strikes(self, turn: int) -> bool:
        """Whether the trouble strikes on that paid request, counted from 0."""
        return self.scope is not Scope.LIST and self.pattern[turn % len(self.pattern)] == "x"

    @property
    def strikes_list(self) -> bool:
        """Whether the trouble strikes on the models list."""
        return self.scope is not Scope.PAID
