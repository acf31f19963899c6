"""Whether the model that answered is the one that was asked for, as far as names can tell."""

import re

# What gateways add to a model's name, and what does not make it another model: `google/…`, `models/…`,
# `…@europe-west8`, `…:free`, and the tier that some sellers of pictures put into the name (`…-2k`).
_AROUND = re.compile(r"^.*/|[@:].*$")
_TIER = re.compile(r"-(?:0\.5|1|2|4)k$")
_SNAPSHOT = re.compile(r"-(\d{4}-\d{2}-\d{2}|\d{8}|(?:0[1-9]|1[0-2])\d{2}|\d{3})$|-latest$")
_VERSION = re.compile(r"(?<=\d)[-_](?=\d{1,2}(?![^-_]))")  # `3-5` is `3.5`
_LIMIT = 256


def differs(asked: str, served: str) -> bool:
    """Whether two names cannot mean the same model. A preview and its successor are two models.

    A name without a date or version is an alias of any of its snapshots; two snapshots must be the same.
    """
    asked_name, asked_snapshot = _split(asked)
    served_name, served_snapshot = _split(served)
    if asked_name != served_name:
        return True
    return bool(asked_snapshot and served_snapshot and asked_snapshot != served_snapshot)


def _split(name: str) -> tuple[tuple[str, ...], str]:
    """The words of a name in any order (`claude-3.5-sonnet`, `claude-sonnet-3-5`), and its snapshot."""
    bare = _TIER.sub("", _AROUND.sub("", name[:_LIMIT].strip().lower()))
    found = _SNAPSHOT.search(bare)
    snapshot = (found[1] or "").replace("-", "") if found else ""
    words = re.split(r"[-_ ]+", _VERSION.sub(".", _SNAPSHOT.sub("", bare)))
    return tuple(sorted(words)), snapshot
