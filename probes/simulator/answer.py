"""What the model behind the gateway says, before any gateway puts it into its own form."""

from dataclasses import dataclass, replace
from enum import StrEnum

from probes.simulator import question, sizes
from probes.simulator.png import picture
from probes.simulator.scenario import Pace, Quirk

_FILLER = question.tokenized(
    "Adding the units first and the tens after them gives the sum without any trouble. "
)
_THOUGHT = question.tokenized("The user wants a sum and a word, nothing else, so the reply is short. ")
_SEPARATORS = "\u2028\u2029\u0085"
BAD_UTF8, SURROGATE = "\ue000", "\ue001"  # stand-ins that the encoder replaces by broken bytes
_HUGE = 10**15


class PieceKind(StrEnum):
    """What a piece of output is."""

    TEXT = "text"
    REASONING = "reasoning"
    IMAGE = "image"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a request asks for, whatever the protocol. `canvas` None: text."""

    model: str
    prompt: str = ""
    stream: bool = False
    canvas: tuple[int, int] | None = None
    as_url: bool = False
    wants_usage: bool = True
    max_tokens: int | None = None
    sse: bool = True  # Gemini streams a JSON array without `alt=sse`


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of output, `after_s` after the previous one (the first: after the request)."""

    after_s: float
    kind: PieceKind
    text: str = ""
    image: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The counts. `output` is everything billed, `reasoning` and `image` are parts of it."""

    input: int
    output: int
    reasoning: int = 0
    image: int = 0
    cost_usd: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything the model gives. `tokens` None: it does not say."""

    model: str
    pieces: tuple[Piece, ...]
    tokens: Tokens | None
    pace: Pace
    cut_by_limit: bool = False
    quirks: frozenset[Quirk] = frozenset()

    @property
    def duration_s(self) -> float:
        """To the last piece."""
        return sum(piece.after_s for piece in self.pieces)

    def joined(self, kind: PieceKind) -> str:
        """All text of one kind."""
        return "".join(piece.text for piece in self.pieces if piece.kind is kind)

    @property
    def images(self) -> tuple[bytes, ...]:
        """All pictures, in order."""
        return tuple(piece.image for piece in self.pieces if piece.kind is PieceKind.IMAGE)


def compose(ask: Ask, pace: Pace, quirks: frozenset[Quirk], unique: str) -> Answer:
    """The answer to `ask`; `unique` makes its pictures differ from all others."""
    if ask.canvas is not None:
        pieces, tokens, cut = _painted(ask, pace, quirks, unique)
    else:
        pieces, tokens, cut = _written(ask, pace, quirks)
    model = f"{ask.model}-lite" if Quirk.WRONG_MODEL in quirks else ask.model
    counts = _counted(tokens, quirks)
    return Answer(model=model, pieces=pieces, tokens=counts, pace=pace, cut_by_limit=cut, quirks=quirks)


Composed = tuple[tuple[Piece, ...], Tokens, bool]
_SILENT = frozenset({Quirk.EMPTY, Quirk.NO_IMAGE, Quirk.PROMPT_BLOCKED, Quirk.FILTERED})


def _written(ask: Ask, pace: Pace, quirks: frozenset[Quirk]) -> Composed:
    thoughts = _cycled(_THOUGHT, pace.reasoning_tokens)
    words = [] if quirks & (_SILENT | {Quirk.ONLY_REASONING}) else _words(ask.prompt, pace, quirks)
    said = [(PieceKind.REASONING, text) for text in thoughts] + [(PieceKind.TEXT, text) for text in words]
    cut = ask.max_tokens is not None and len(said) > ask.max_tokens
    said = said[: ask.max_tokens] if cut else said
    gap_s = 1.0 / pace.tokens_per_s
    pieces = tuple(
        Piece(after_s=gap_s if index else pace.first_s, kind=kind, text=text)
        for index, (kind, text) in enumerate(said)
    )
    tokens = Tokens(
        input=question.tokens_in(ask.prompt), output=len(said), reasoning=min(len(thoughts), len(said))
    )
    return pieces, tokens, cut


def _words(prompt: str, pace: Pace, quirks: frozenset[Quirk]) -> list[str]:
    text = question.answer_to(prompt)
    if Quirk.WRONG_ANSWER in quirks:
        text = "-1 " + text.partition(" ")[2]
    if Quirk.CACHED_ANSWER in quirks:
        text = "42 7k3f9zq1"
    marks = (
        (Quirk.SEPARATORS, _SEPARATORS),
        (Quirk.INVALID_UTF8, BAD_UTF8),
        (Quirk.LONE_SURROGATE, SURROGATE),
    )
    words = question.tokenized(text) + [mark for quirk, mark in marks if quirk in quirks]
    missing = pace.tokens - len(words)
    if missing <= 0:
        return words
    return [*_cycled(_FILLER, missing), f" {words[0]}", *words[1:]]


def _painted(ask: Ask, pace: Pace, quirks: frozenset[Quirk], unique: str) -> Composed:
    width, height = ask.canvas or (0, 0)
    if Quirk.WRONG_SIZE in quirks:
        width, height = sizes.misfit(width, height)
    if Quirk.TINY_IMAGE in quirks:
        width, height = 1, 1
    thoughts = _cycled(_THOUGHT, pace.reasoning_tokens)
    gap_s = pace.image_s / (len(thoughts) + 1)
    pieces = [Piece(after_s=gap_s, kind=PieceKind.REASONING, text=text) for text in thoughts]
    if not quirks & (_SILENT | {Quirk.ONLY_REASONING}):
        if Quirk.DRAFTS in quirks:
            draft = picture(width, height, f"draft {unique}")
            pieces.append(Piece(after_s=gap_s, kind=PieceKind.IMAGE, image=draft))
        image = _image(width, height, pace, quirks, unique)
        pieces.append(Piece(after_s=gap_s, kind=PieceKind.IMAGE, image=image))
    drawn = sum(sizes.image_tokens(width, height) for piece in pieces if piece.kind is PieceKind.IMAGE)
    extra = pace.image_extra_tokens if drawn else 0
    output = drawn + extra + len(thoughts)
    prompt_tokens = question.tokens_in(ask.prompt)
    tokens = Tokens(input=prompt_tokens, output=output, reasoning=len(thoughts), image=drawn)
    return tuple(pieces), tokens, False


def _image(width: int, height: int, pace: Pace, quirks: frozenset[Quirk], unique: str) -> bytes:
    if Quirk.BROKEN_IMAGE in quirks:
        return b"\x89PNG\r\n\x1a\nthis is not a picture"
    nonce = "the same for everybody" if Quirk.SAME_IMAGE in quirks else unique
    return picture(width, height, nonce, flat=Quirk.BLANK_IMAGE in quirks, padding=pace.image_padding)


def _counted(tokens: Tokens, quirks: frozenset[Quirk]) -> Tokens | None:
    if Quirk.NO_USAGE in quirks:
        return None
    if Quirk.NEGATIVE_USAGE in quirks:
        return Tokens(input=-tokens.input, output=-tokens.output)
    if Quirk.HUGE_USAGE in quirks:
        return Tokens(input=_HUGE, output=_HUGE)
    text = tokens.output - tokens.image
    # OpenRouter's prices of gemini-3.1-flash-image-preview in USD per 1M: models.dev, 2026-02-26.
    cost = (tokens.input * 0.50 + text * 3.00 + tokens.image * 60.00) / 1e6
    return replace(tokens, cost_usd=999.0 if Quirk.COSTLY_USAGE in quirks else cost)


def _cycled(tokens: list[str], count: int) -> list[str]:
    return [tokens[index % len(tokens)] for index in range(max(count, 0))]
