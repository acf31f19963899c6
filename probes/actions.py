"""What an operator has done: pauses that are in force, folded from the journal's action rows."""

import logging
from pathlib import Path
from typing import Any

from probes.journal.reader import Reader
from probes.state import Action

_LOG = logging.getLogger(__name__)


class Actions:
    """The pauses of one shard."""

    def __init__(self) -> None:
        self._paused: dict[str, int | None] = {}  # channel -> until (wall ns); None: until resumed

    @classmethod
    def load(cls, data_dir: Path, shard: int) -> "Actions":
        """Fold every action on record, so that a pause survives a restart."""
        actions, reader, seq = cls(), Reader(data_dir), 0
        while rows := reader.read(shard, seq, 1000, types=("action",)):
            for row in rows:
                try:
                    actions.take(row.body)
                except (KeyError, TypeError):
                    _LOG.error("row %d of journal %d is no action that can be read; left out", row.seq, shard)
            seq = rows[-1].seq
        reader.close()
        return actions

    def take(self, body: dict[str, Any]) -> None:
        """Apply one action row's body."""
        if body["action"] == Action.PAUSE:
            self._paused[body["channel"]] = body["until_ns"]
        elif body["action"] == Action.RESUME:
            self._paused.pop(body["channel"], None)

    def paused(self, channel: str, wall_ns: int) -> bool:
        """Whether a channel is paused at that time."""
        if channel not in self._paused:
            return False
        until = self._paused[channel]
        return until is None or wall_ns < until

    def all_paused(self, wall_ns: int) -> set[str]:
        """Every channel that is paused at that time."""
        return {channel for channel in self._paused if self.paused(channel, wall_ns)}
