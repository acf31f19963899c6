"""`channels_from`: the other files that channels stand in."""

import glob
from pathlib import Path

from probes.config.node import Node, fail

_MOST_FILES = 1000


def files_of(document: Node) -> tuple[dict[Path, Node], list[str]]:
    """The files that the patterns match, with the pattern of each, and a note for each that matches none."""
    found: dict[Path, Node] = {}
    notes = []
    for pattern in document.at("channels_from").items:
        matches = _matches(document.place.file, pattern)
        if not matches:
            notes.append(f"{pattern.place.path}: {pattern.shown} matches no file")
        for path in matches:
            found.setdefault(path, pattern)
    return found, notes


def _matches(main: Path, pattern: Node) -> list[Path]:
    text = pattern.text
    if not glob.has_magic(text):
        return [main.parent / text]
    matches = [main.parent / name for name in sorted(_glob(text, main.parent))]
    if len(matches) > _MOST_FILES:
        fail(pattern, f"matches more than {_MOST_FILES:,} files")
    if any(path.samefile(main) for path in matches if path.exists()):
        fail(
            pattern,
            f"{pattern.shown} matches this file, too; keep lists of channels in a directory of their own",
        )
    return matches


def _glob(pattern: str, root: Path) -> list[str]:
    return glob.glob(pattern, root_dir=root)  # noqa: PTH207 - Path.glob takes no absolute pattern
