"""The built-in questions: cheap, harmless, unguessable, and different every time.

The sum and the wording follow from the nonce, so that whoever holds a result's id can ask again.
"""

import hashlib
import re
import unicodedata

from probes.model import IMAGE_KINDS, Kind

_OPENINGS = (
    "",
    "A quick check. ",
    "Please do this small sum. ",
    "Hello. One short question. ",
    "Arithmetic for today. ",
)
_SUBJECTS = (
    "red cube on a grey table",
    "blue ceramic mug on a wooden shelf",
    "yellow umbrella leaning on a white wall",
    "green apple on a linen cloth",
    "wooden chair by a window",
)
_LIGHTS = ("soft light", "morning light", "studio light")
_LOWEST, _TWO_DIGITS = 10, 90  # 10 … 99
_LOOKED_AT = 65536
_NONCE_LIKE = re.compile(
    r"\b(?=[a-z]{0,7}\d)(?=\d{0,7}[a-z])[0-9a-hjkmnp-tv-z]{8}\b"
)  # 8 of Crockford's base 32


def question(kind: Kind, nonce: str) -> tuple[str, str | None]:
    """A prompt, and the number that its answer must hold; None where the answer is no text."""
    seed = hashlib.blake2s(nonce.encode()).digest()
    if kind in IMAGE_KINDS:
        subject, light = _SUBJECTS[seed[0] % len(_SUBJECTS)], _LIGHTS[seed[1] % len(_LIGHTS)]
        return f"A plain {subject}, {light}. Reference {nonce}.", None
    left, right = _LOWEST + seed[0] % _TWO_DIGITS, _LOWEST + seed[1] % _TWO_DIGITS
    opening = _OPENINGS[seed[2] % len(_OPENINGS)]
    sum_and_word = f"What is {left} + {right}? Answer with the number and the word {nonce} only."
    return opening + sum_and_word, str(left + right)


def answered(text: str, expected: str, nonce: str) -> bool:
    """Whether the answer holds the number and the nonce, in any order and with any words around them."""
    said = _said(text)
    number = re.compile(rf"(?<![\d.]){re.escape(expected)}(?!\d)")
    return nonce.lower() in said and number.search(said.replace(nonce.lower(), " ")) is not None


def answers_another(text: str, nonce: str) -> bool:
    """Whether the answer holds the word of some other request of ours: then it was stored, not made."""
    return any(word != nonce.lower() for word in _NONCE_LIKE.findall(_said(text)))


def _said(text: str) -> str:
    """The end of the answer, after any thinking aloud, with full-width digits made plain."""
    spoken = text[-_LOOKED_AT:].rpartition("</think>")[2]
    return unicodedata.normalize("NFKC", spoken).lower()
