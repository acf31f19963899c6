"""Reading files, each with one clear error for what can be wrong with it, and a memory of what was read."""

import hashlib
import os
import stat
from pathlib import Path

from probes.config.node import Place, fail
from probes.config.shown import path_shown

MAX_BYTES = 1 << 20
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"
_OTHERS = stat.S_IROTH | stat.S_IWOTH


class Files:
    """The files that one configuration is made of."""

    def __init__(self) -> None:
        self._digest = hashlib.blake2b(digest_size=16)

    @property
    def digest(self) -> bytes:
        """Changes with the content of any file that was read as bytes: keys, schemas, certificates."""
        return self._digest.digest()

    def text(self, path: Path, asked: Place | None = None) -> str:
        """A file of the configuration itself; `asked` is where another names it."""
        data = _read(path, asked or Place(file=path))
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            fail(Place(file=path, line=line), "is not UTF-8; save the file as UTF-8")

    def beside(self, path: Path, asked: Place) -> bytes:
        """A file that a value names."""
        data = _read(path, asked)
        self._digest.update(hashlib.blake2b(data, digest_size=16).digest())
        return data

    def certificates(self, path: Path, asked: Place) -> None:
        """Check that a file holds certificates to trust."""
        if _CERTIFICATE not in self.beside(path, asked):
            fail(asked, f"{path_shown(path)} holds no certificate in PEM form (BEGIN CERTIFICATE)")

    def secret(self, path: Path, asked: Place) -> str:
        """A key from a file of its own, which only its owner and group may read."""
        data, shown = self.beside(path, asked), path_shown(path)
        if path.stat().st_mode & _OTHERS:
            fail(asked, f"everybody on this machine can read or write {shown}; run: chmod 600 {shown}")
        try:
            return data.decode("utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            fail(asked, f"{shown} is not UTF-8 text; it should hold the key and nothing else")


def _read(path: Path, asked: Place) -> bytes:
    subject = "the file" if asked.file == path else path_shown(path)
    try:
        return _bytes(path, subject, asked)
    except FileNotFoundError:
        hint = "; examples/genping.yaml shows how to write it, and `genping demo` needs none"
        fail(asked, f"{subject} does not exist{hint if asked.file == path else ''}")
    except OSError as error:
        fail(asked, f"{subject} cannot be read: {(error.strerror or 'no reason given').lower()}")
    except ValueError:  # a NUL in the name
        fail(asked, "is not the name of a file")


def _bytes(path: Path, subject: str, asked: Place) -> bytes:
    before = path.stat()
    if stat.S_ISDIR(before.st_mode):
        fail(asked, f"{subject} is a directory; name a file in it")
    if not stat.S_ISREG(before.st_mode):
        fail(asked, f"{subject} is not an ordinary file")
    if before.st_size > MAX_BYTES:
        fail(asked, f"{subject} is larger than 1 MiB")
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
        after = os.fstat(stream.fileno())
    if (before.st_size, before.st_mtime_ns, before.st_ino) != (len(data), after.st_mtime_ns, after.st_ino):
        fail(asked, f"{subject} changed while it was read; try again when it is written")
    return data
