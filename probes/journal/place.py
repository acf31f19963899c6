"""Where a journal lives: a private directory on a local disk, held by one prober at a time."""

import contextlib
import fcntl
import os
import re
from pathlib import Path

from probes.errors import JournalError

_MOUNTS = Path("/proc/self/mountinfo")

# SQLite's WAL needs shared memory and POSIX locks that work; neither holds over a network, nor through FUSE.
_NETWORK = frozenset(
    {
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "ncpfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "gfs2",
        "ocfs2",
    }
)


def prepare(data_dir: Path) -> None:
    """Make the directory, for its owner only, and refuse one where SQLite's locks do not hold."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        mounts = _MOUNTS.read_text(errors="surrogateescape")
    except OSError as error:
        raise JournalError(f"{data_dir}: cannot be used as data_dir: {error.strerror}") from error
    kind = network_filesystem(data_dir.resolve(), mounts)
    if kind is not None:
        raise JournalError(f"{data_dir} is on {kind}: the journal needs a local disk; move data_dir to one")


def network_filesystem(path: Path, mountinfo: str) -> str | None:
    """The type of the file system that holds `path` if it is a network or FUSE one, else None.

    `mountinfo` is the text of /proc/self/mountinfo (proc_pid_mountinfo(5)): of the mounts that hold the path
    the deepest counts, and of those at one point the last.
    """
    best, kind = -1, ""
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        fields = before.split(" ")
        if not separator or len(fields) < 5:  # noqa: PLR2004 - the fifth field is the mount point
            continue
        point = Path(_unescape(fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split(" ")[0]
    return kind if kind in _NETWORK or kind.partition(".")[0] in ("fuse", "fuseblk") else None


def _unescape(field: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)


class Lock:
    """The right to write one journal. The kernel gives it back when the process ends, however it ends."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._file, 32, 0).decode(errors="replace").strip() or "unknown"
            os.close(self._file)
            journal = path.with_suffix(".db")
            raise JournalError(
                f"{journal} is in use by another prober (pid {holder}): stop it, or choose another data_dir"
            ) from error
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Let another prober have it. The file stays: deleting it would let two hold it at once."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._file, 0)
        os.close(self._file)
