"""The state of every channel, by the one rule that the prober follows too."""

import sqlite3

import orjson

from probes.clock import NS
from probes.journal.reader import Row
from probes.model import Probe
from probes.state import ChannelState, current, events, fold, state_from_json

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS standing"
    " (follower TEXT, channel TEXT, body TEXT, PRIMARY KEY (follower, channel)) WITHOUT ROWID"
)


class Standings:
    """Part of a follower's memory: stored under the follower's name, with its cursor."""

    def __init__(self, follower: str) -> None:
        self._follower = follower
        self._states: dict[str, ChannelState] = {}
        self._changed: set[str] = set()

    def load(self, db: sqlite3.Connection) -> None:
        """Become what was last saved."""
        db.execute(_SCHEMA)
        query = "SELECT channel, body FROM standing WHERE follower = ?"
        stored = db.execute(query, (self._follower,)).fetchall()
        self._states = {channel: state_from_json(orjson.loads(body)) for channel, body in stored}
        self._changed = set()

    def take(self, row: Row) -> None:
        """Fold what a row says about channels."""
        for channel, event in events(row.type, row.at_ns, row.body):
            self._states[channel] = fold(self._states.get(channel, ChannelState()), event)
            self._changed.add(channel)

    def of(self, channel: str, now_ns: int) -> ChannelState:
        """A channel's state as of now; unknown where nothing was ever heard of it."""
        return current(self._states.get(channel, ChannelState()), now_ns)

    def planned_s(self, channel: str, probe: Probe) -> float:
        """The interval that the prober has planned; as asked, before it has said."""
        state = self._states.get(channel, ChannelState())
        health = state.probes.get(probe.name)
        return health.every_ns / NS if health is not None and health.every_ns else probe.every_s

    def save(self, db: sqlite3.Connection) -> None:
        """Write the states that changed."""
        rows = [
            (self._follower, name, orjson.dumps(self._states[name].to_json()).decode())
            for name in self._changed
        ]
        db.executemany("INSERT OR REPLACE INTO standing VALUES (?, ?, ?)", rows)
        self._changed = set()


def since_s(state: ChannelState) -> float | None:
    """When a state began, in seconds since 1970; None before anything was heard."""
    return state.since_ns / NS if state.at_ns is not None and state.since_ns else None
