"""What a prober's prompt asks, and what a model would answer.

The prompts hold a question whose answer cannot be guessed or cached: a sum, and a word made for this request.
"""

import re

_SUM = re.compile(r"(\d{1,9}) \+ (\d{1,9})")
_WORD = re.compile(r"\bword (\w{1,64})")
_REFERENCE = re.compile(r"\b(?:word|(?i:reference)) (\w{1,64})")
_ULID_TAIL = re.compile(r"\b(?=[a-z]*\d)[0-9a-hjkmnp-tv-z]{8}\b")  # 8 characters of Crockford's base 32
_SMALL_TALK = "Hello! How can I help you today?"


def answer_to(prompt: str) -> str:
    """`42 k3f9` for "What is 17 + 25? Answer with the number and the word k3f9 only."."""
    total, word = _SUM.search(prompt), _WORD.search(prompt)
    parts = [str(int(total[1]) + int(total[2]))] if total else []
    parts += [word[1]] if word else []
    return " ".join(parts) or _SMALL_TALK


def is_question(prompt: str) -> bool:
    """Whether there is a sum to work out: then it is no picture that is wanted."""
    return _SUM.search(prompt) is not None


def nonce_in(prompt: str) -> str | None:
    """The word or reference made for this request, else anything that looks like the tail of a ULID."""
    if named := _REFERENCE.search(prompt):
        return named[1]
    tail = _ULID_TAIL.search(prompt)
    return tail[0] if tail else None


def tokens_in(text: str) -> int:
    """Roughly as many tokens as a tokenizer would count: four characters each."""
    return max(1, len(text) // 4)


def tokenized(text: str) -> list[str]:
    """The text in pieces of two characters, white space leading: what a fast stream looks like."""
    return re.findall(r"\s*\S{1,2}", text)
