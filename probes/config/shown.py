"""How text of a configuration appears in an error: on one line, bounded, masked if it looks like a key."""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path

from probes.model import Secret
from probes.model.redaction import mask

_LONGEST = 60
_LOOKED_AT = 500  # characters: no more of a text is ever shown
# The form of a key: letters and digits in one long run, a UUID, something before the host of a URL.
_KEY_LIKE = re.compile(
    r"(?=[A-Za-z_]*[0-9])(?=[0-9_]*[A-Za-z])[A-Za-z0-9_]{20,}"
    r"|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|//[^/\s]*@"
)


def looks_secret(text: str) -> bool:
    """Whether text has the form of a key or of a URL with one: better hidden once too often."""
    beginning = text[:_LOOKED_AT]
    return _KEY_LIKE.search(beginning) is not None or mask(beginning, ()) != beginning


def masked(text: str) -> str:
    """The text on one line and bounded; the mask where it looks like a key."""
    if looks_secret(text):
        return Secret.MASK
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    return _on_one_line(text)


def path_shown(path: Path) -> str:
    """A file in full; the mask for its name where somebody wrote the key in place of its file."""
    return _on_one_line(str(path.with_name(Secret.MASK) if looks_secret(path.name) else path))


def _on_one_line(text: str) -> str:
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")


def quoted(text: str) -> str:
    """The masked text in double quotes."""
    return f'"{masked(text)}"'


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """`; did you mean X?`, or nothing where nothing is near."""
    names = sorted(known)
    for candidate, form in ((text, str), (text.lower(), str.lower)):
        forms = {form(name): name for name in names}
        near = difflib.get_close_matches(candidate[:100], forms, n=1, cutoff=0.6)
        if near:
            return f"; did you mean {masked(forms[near[0]])}?"
    return ""


def nearest(text: str, known: Iterable[str]) -> str:
    """What to write instead of a name that nothing bears."""
    names = list(known)
    return did_you_mean(text, names) or (f"; known here: {listed(names)}" if names else "; there are none")


def listed(names: Iterable[str]) -> str:
    """Names in their order, bounded: `a, b, c`."""
    known = [masked(name) for name in names]
    more = len(known) - 12
    return ", ".join(known[:12]) + (f" and {more} more" if more > 0 else "")
